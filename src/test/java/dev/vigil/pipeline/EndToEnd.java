package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;

import dev.vigil.convert.FrameConverter;
import dev.vigil.detect.BoxRules;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.ModelDescription;
import dev.vigil.frame.Orientation;
import dev.vigil.frame.Placement;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.infer.TensorRing;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * One picture all the way through a model file: scaled and placed into its input, inferred on the CPU, decoded, suppressed, and
 * mapped back to the picture. As the pipeline does it, on one thread and without a ring.
 */
public final class EndToEnd {
    private static final int SLOT = 1;

    private EndToEnd() {}

    /** A picture's colours. */
    public interface Painter {
        /** The pixel's 0xRRGGBB. */
        int rgb(int x, int y);
    }

    /** The boxes of an orange picture (255, 128, 0), in its pixels. */
    public static Detections boxes(Path model, ModelDescription description, int frameWidthPx, int frameHeightPx)
            throws Exception {
        return boxes(model, description, frameWidthPx, frameHeightPx, (x, y) -> 0xff8000, DetectOptions.DEFAULT);
    }

    /** The boxes of any picture, in its pixels. */
    public static Detections boxes(
            Path model,
            ModelDescription description,
            int frameWidthPx,
            int frameHeightPx,
            Painter painter,
            DetectOptions options)
            throws Exception {
        AVFrame frame = paint(frameWidthPx, frameHeightPx, painter);
        try (LoadedModel loaded =
                        LoadedModel.load(model, description, InferOptions.DEFAULT.withDevice(Device.CPU), cacheDir());
                FrameConverter converter = new FrameConverter(loaded.detection().input());
                TensorRing.Runner runner = loaded.tensors().runner()) {
            TensorRing tensors = loaded.tensors();
            Placement placement = new Placement();
            converter.convert(
                    frame, Orientation.UPRIGHT, tensors.inputBytes(SLOT), tensors.inputFloats(SLOT), placement);
            runner.run(SLOT, 1);
            Detections detections =
                    new Detections(options.boxesMax(), loaded.detection().keypoints());
            BoxRules rules = loaded.detection().rules(options);
            loaded.detection().postProcessor().process(tensors.outputs(SLOT), placement, rules, detections);
            return detections;
        } finally {
            av_frame_free(frame);
        }
    }

    private static Path cacheDir() {
        return Path.of("target", "end-to-end-cache");
    }

    private static AVFrame paint(int widthPx, int heightPx, Painter painter) {
        AVFrame frame = av_frame_alloc();
        frame.format(AV_PIX_FMT_RGB24).width(widthPx).height(heightPx);
        assertThat(av_frame_get_buffer(frame, 0)).isZero();
        for (int y = 0; y < heightPx; y++) {
            for (int x = 0; x < widthPx; x++) {
                int rgb = painter.rgb(x, y);
                long at = (long) y * frame.linesize(0) + 3L * x;
                frame.data(0).put(at, (byte) (rgb >> 16));
                frame.data(0).put(at + 1, (byte) (rgb >> 8));
                frame.data(0).put(at + 2, (byte) rgb);
            }
        }
        return frame;
    }
}
