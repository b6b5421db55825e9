package dev.vigil.detect;

import dev.vigil.frame.Placement;
import java.nio.FloatBuffer;

/**
 * Raw outputs of one image into the boxes of its frame: decode, NMS, back to the frame's pixels, clipped to the frame. NMS
 * comes before clipping, as in the reference implementations of both families. Allocates nothing in steady state.
 *
 * <p>Not threadsafe: one for each thread.
 */
public final class PostProcessor {
    private final BoxDecoder decoder;
    private final Suppression.Kind suppression;
    private final Candidates candidates;
    private final Nms nms = new Nms();

    public PostProcessor(BoxDecoder decoder, Suppression.Kind suppression) {
        this.decoder = decoder;
        this.suppression = suppression;
        this.candidates = new Candidates(decoder.keypoints());
    }

    /**
     * Fills {@code into} with the boxes of one image, best score first; none of them is empty or has a NaN.
     *
     * @param outputs one image's slices, as {@link BoxDecoder#decode} wants them
     * @param placement where the frame lies in the model's input
     * @param into has as many keypoints as the decoder; its capacity limits the boxes as {@link DetectOptions#boxesMax()} does
     */
    public void process(FloatBuffer[] outputs, Placement placement, DetectOptions options, Detections into) {
        into.clear();
        candidates.start(options.scoreMin());
        decoder.decode(outputs, candidates);
        into.malformed(candidates.malformed());
        float iouMax = suppression == Suppression.Kind.NONE ? Float.POSITIVE_INFINITY : options.iouMax();
        int kept = nms.run(candidates, iouMax, Math.min(options.boxesMax(), into.capacity()));
        for (int rank = 0; rank < kept; rank++) {
            int i = nms.candidate(rank);
            float x1 = placement.toFrameX(candidates.x1[i]);
            float y1 = placement.toFrameY(candidates.y1[i]);
            float x2 = placement.toFrameX(candidates.x2[i]);
            float y2 = placement.toFrameY(candidates.y2[i]);
            if (x1 < x2 && y1 < y2) {
                into.add(x1, y1, x2, y2, candidates.score[i], candidates.classId[i]);
                for (int point = 0; point < candidates.keypoints(); point++) {
                    into.keypoint(
                            point,
                            placement.toFrameX(candidates.keypointX(i, point)),
                            placement.toFrameY(candidates.keypointY(i, point)));
                }
            }
        }
    }
}
