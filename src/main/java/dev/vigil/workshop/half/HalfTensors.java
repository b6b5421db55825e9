package dev.vigil.workshop.half;

import dev.vigil.base.Halves;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/** Weights rounded to halves. Stateless. */
final class HalfTensors {
    static final float LARGEST = 65_504;

    private static final float SMALLEST_NORMAL = 0x1p-14f;
    /** So few values are no weights but numbers that a graph computes with, each of which counts. */
    private static final int NUMBERS_MAX = 16;
    /** Rounding of normal halves costs 0.0003. */
    private static final double ERROR_MAX = 0.01;

    private HalfTensors() {}

    /**
     * What rounding does to a tensor.
     *
     * @param values how many there are
     * @param overflowing finite ones that become infinite
     * @param vanishing ones that become zero, or lose digits because they are subnormal
     * @param error root of the sum of squared differences, in parts of that of the squared values
     * @param worst largest difference of one value in parts of it
     */
    record Loss(long values, long overflowing, long vanishing, double error, double worst) {
        /** Why the tensor should stay in FP32; null when it need not. */
        String problem() {
            if (overflowing > 0) {
                return overflowing + " of " + values + " values overflow";
            }
            boolean tooMuch = values <= NUMBERS_MAX ? worst > ERROR_MAX : error > ERROR_MAX;
            return tooMuch ? vanishing + " of " + values + " values are too small for FP16" : null;
        }
    }

    static Loss loss(TensorProto tensor, Path folder) throws GraphException {
        float[] values = Weights.floats(tensor, folder);
        long overflowing = 0;
        long vanishing = 0;
        double squares = 0;
        double errors = 0;
        double worst = 0;
        for (float value : values) {
            float rounded = Halves.toFloat(Halves.of(value));
            if (!Float.isFinite(value)) {
                continue;
            }
            if (!Float.isFinite(rounded)) {
                overflowing++;
                continue;
            }
            vanishing += value != rounded && Math.abs(value) < SMALLEST_NORMAL ? 1 : 0;
            double error = (double) value - rounded;
            squares += (double) value * value;
            errors += error * error;
            worst = value == 0 ? worst : Math.max(worst, Math.abs(error / value));
        }
        return new Loss(values.length, overflowing, vanishing, squares == 0 ? 0 : Math.sqrt(errors / squares), worst);
    }

    /** A tensor of halves. */
    static TensorProto half(String name, TensorProto from, Path folder, boolean limit) throws GraphException {
        float[] values = Weights.floats(from, folder);
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.multiplyExact(Short.BYTES, values.length))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.length; i++) {
            bytes.putShort(Short.BYTES * i, Halves.of(limit ? limited(values[i]) : values[i]));
        }
        return Weights.of(name, DataType.FLOAT16, dims(from), bytes);
    }

    /** The same values as floats. */
    static TensorProto rounded(String name, TensorProto from, Path folder, boolean limit) throws GraphException {
        float[] values = Weights.floats(from, folder);
        for (int i = 0; i < values.length; i++) {
            values[i] = Halves.toFloat(Halves.of(limit ? limited(values[i]) : values[i]));
        }
        return Weights.of(name, dims(from), values);
    }

    private static float limited(float value) {
        return Math.max(-LARGEST, Math.min(LARGEST, value));
    }

    static long[] dims(TensorProto tensor) {
        return tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
    }
}
