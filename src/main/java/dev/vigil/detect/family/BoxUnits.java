package dev.vigil.detect.family;

import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.InputSpec.Layout;
import java.nio.FloatBuffer;

/**
 * What a YOLO's coordinates are to be multiplied with to be pixels of its input. For TensorFlow they are divided by its size, so
 * that they can be quantised: YOLOv5's always (ultralytics/yolov5, models/tf.py, {@code TFDetect}), those of ultralytics in the
 * format {@code tflite} (ultralytics/nn/modules/head.py, {@code Detect}), and what others convert never. Nothing in the file tells;
 * its values do: they lie all over the input, and so far beyond 2 if they are pixels. Looked at are models whose picture is NHWC;
 * all others give pixels.
 *
 * <p>Not threadsafe: it belongs to a decoder.
 */
final class BoxUnits {
    private static final float PARTS_MAX = 2;

    private final boolean open;
    private final float widthPx;
    private final float heightPx;
    private float x = 1;
    private float y = 1;

    private BoxUnits(boolean open, float widthPx, float heightPx) {
        this.open = open;
        this.widthPx = widthPx;
        this.heightPx = heightPx;
    }

    static BoxUnits pixels() {
        return new BoxUnits(false, 1, 1);
    }

    static BoxUnits of(ModelInfo model) throws ModelException {
        return new BoxUnits(model.layout() == Layout.NHWC, model.widthPx(), model.heightPx());
    }

    /** Looks at an image's values {@code first}, {@code first + step} and so on, of {@code count} boxes. */
    void look(FloatBuffer values, int first, int step, int count) {
        if (!open) {
            return;
        }
        float most = 0;
        for (int i = 0; i < count && most <= PARTS_MAX; i++) {
            float value = Math.abs(values.get(first + i * step));
            most = value > most ? value : most; // past NaN
        }
        boolean parts = most <= PARTS_MAX;
        x = parts ? widthPx : 1;
        y = parts ? heightPx : 1;
    }

    float x() {
        return x;
    }

    float y() {
        return y;
    }
}
