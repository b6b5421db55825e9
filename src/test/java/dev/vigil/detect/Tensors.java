package dev.vigil.detect;

import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/** Tensors as the pipeline hands them over, and what a model says of itself. */
public final class Tensors {
    private Tensors() {}

    public static FloatBuffer direct(float... values) {
        FloatBuffer buffer = ByteBuffer.allocateDirect(4 * values.length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        return buffer.put(0, values);
    }

    public static TensorInfo floats(String name, long... shape) {
        return new TensorInfo(name, ElementType.FLOAT32, shape);
    }

    public static ModelInfo model(TensorInfo input, TensorInfo... outputs) {
        return new ModelInfo(List.of(input), List.of(outputs), Map.of());
    }

    public static ModelInfo ssd(int sidePx, int anchors, int classes) {
        return model(
                floats("images", -1, 3, sidePx, sidePx),
                floats("boxes", -1, anchors, 4),
                floats("scores", -1, anchors, classes));
    }

    public static ModelInfo yolox(int widthPx, int heightPx, int classes) {
        int cells = widthPx * heightPx / 64 + widthPx * heightPx / 256 + widthPx * heightPx / 1024;
        return model(floats("images", 1, 3, heightPx, widthPx), floats("output", 1, cells, 5 + classes));
    }
}
