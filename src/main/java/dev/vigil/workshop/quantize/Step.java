package dev.vigil.workshop.quantize;

/**
 * How a value becomes a byte without a sign: {@code round(value / scale) + zeroPoint}, cut off at 0 and 255.
 *
 * <p>As QuantizeLinear of ONNX has it. Bytes of activations have no sign because that is what the fast kernels of ONNX Runtime take
 * on x86, {@code onnxruntime/core/mlas/lib/convsym.cpp}.
 */
public record Step(float scale, int zeroPoint) {
    public static final int LEVELS = 255;

    /** The finest that covers a range; zero is always a value of its own, which paddings and the borders of ReLU need. */
    public static Step of(Range range) {
        float low = Math.min(0, range.min());
        float high = Math.max(0, range.max());
        // Of the smallest range that has a scale at all: a quotient of zero is no step.
        if (high - low < Float.MIN_NORMAL * LEVELS) {
            return new Step(1, 0);
        }
        float scale = (high - low) / LEVELS;
        return new Step(scale, Math.max(0, Math.min(LEVELS, Math.round(-low / scale))));
    }

    public int quantized(float value) {
        double at = Math.rint(value / scale) + zeroPoint;
        return (int) Math.max(0, Math.min(LEVELS, at));
    }

    public float value(int quantized) {
        return (quantized - zeroPoint) * scale;
    }
}
