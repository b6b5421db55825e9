package dev.vigil.detect;

import dev.vigil.frame.Placement;
import dev.vigil.frame.Window;
import java.nio.FloatBuffer;

/**
 * Raw outputs of one image into the boxes of its frame: decode, NMS, back to the frame's pixels, clipped to the frame. NMS
 * comes before clipping, as in the reference implementations of both families. Allocates nothing in steady state.
 *
 * <p>Not threadsafe: one for each thread.
 */
public final class PostProcessor {
    private final BoxDecoder decoder;
    private final Candidates candidates;
    private final Nms nms = new Nms();

    public PostProcessor(BoxDecoder decoder) {
        this.decoder = decoder;
        this.candidates = new Candidates(decoder.keypoints());
    }

    /**
     * Fills {@code into} with the boxes of one image that count, best score first; none of them is empty or has a NaN.
     *
     * @param outputs one image's slices, as {@link BoxDecoder#decode} wants them
     * @param placement where the frame lies in the model's input
     * @param rules for as many classes as the decoder has
     * @param into has as many keypoints as the decoder; its capacity limits the boxes as {@link BoxRules#boxesMax()} does
     */
    public void process(FloatBuffer[] outputs, Placement placement, BoxRules rules, Detections into) {
        process(outputs, placement, null, rules, into);
    }

    /**
     * As above, of one of several views of a frame, whose boxes {@link SeamMerge} is to join: what the view's edges cut is not
     * judged by its area and ratio yet.
     *
     * @param view which part of the frame the model has seen
     * @param rules of the frame
     */
    public void processView(FloatBuffer[] outputs, Placement placement, Window view, BoxRules rules, Detections into) {
        process(outputs, placement, view, rules.ofView(), into);
    }

    private void process(FloatBuffer[] outputs, Placement placement, Window view, BoxRules rules, Detections into) {
        into.clear();
        candidates.start(rules);
        decoder.decode(outputs, candidates);
        into.malformed(candidates.malformed());
        // Before NMS: what does not count must not suppress what does.
        if (rules.isMeasured()) {
            candidates.keepAllowed(placement, view);
        }
        int kept = nms.run(candidates, rules, Math.min(rules.boxesMax(), into.capacity()));
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
                            placement.toFrameXUnbounded(candidates.keypointX(i, point)),
                            placement.toFrameYUnbounded(candidates.keypointY(i, point)));
                }
            }
        }
    }
}
