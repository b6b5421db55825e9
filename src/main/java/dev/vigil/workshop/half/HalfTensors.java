package dev.vigil.workshop.half;

import dev.vigil.base.Halves;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.WeightPool;
import dev.vigil.graph.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/** Weights rounded to halves, each once, in a pool that the models lie in which have them. Not threadsafe. */
final class HalfTensors {
    static final float LARGEST = 65_504;

    private static final float SMALLEST_NORMAL = 0x1p-14f;
    /** So few values are no weights but numbers that a graph computes with, each of which counts. */
    private static final int NUMBERS_MAX = 16;
    /** Rounding of normal halves costs 0.0003. */
    private static final double ERROR_MAX = 0.01;

    private final WeightPool pool;
    /** That the weights' present places are relative to. */
    private final Path folder;

    private final Map<String, TensorProto> made = new HashMap<>();

    HalfTensors(WeightPool pool, Path folder) {
        this.pool = pool;
        this.folder = folder;
    }

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

    static Loss loss(TensorProto tensor, Path folder) throws GraphException, IOException {
        Losses losses = new Losses();
        Weights.floats(tensor, folder, losses::add);
        return losses.all();
    }

    /** Adds up. */
    private static final class Losses {
        private long values;
        private long overflowing;
        private long vanishing;
        private double squares;
        private double errors;
        private double worst;

        void add(FloatBuffer some) {
            values += some.remaining();
            while (some.hasRemaining()) {
                float value = some.get();
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
        }

        Loss all() {
            return new Loss(values, overflowing, vanishing, squares == 0 ? 0 : Math.sqrt(errors / squares), worst);
        }
    }

    /**
     * A tensor of halves.
     *
     * @param limit whether what would overflow becomes the largest half
     */
    TensorProto half(String name, TensorProto from, boolean limit) throws GraphException, IOException {
        String key = from.getName() + (limit ? " limited" : "");
        TensorProto known = made.get(key);
        if (known == null) {
            long[] dims = from.getDimsList().stream().mapToLong(Long::longValue).toArray();
            known = pool.put(
                    name,
                    DataType.FLOAT16,
                    dims,
                    sink -> Weights.floats(from, folder, values -> sink.write(halves(values, limit))));
            made.put(key, known);
        }
        return known.toBuilder().setName(name).build();
    }

    private static ByteBuffer halves(FloatBuffer values, boolean limit) {
        ByteBuffer bytes = ByteBuffer.allocate(Short.BYTES * values.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            float value = values.get();
            bytes.putShort(Halves.of(limit ? limited(value) : value));
        }
        return bytes.flip();
    }

    private static float limited(float value) {
        return Math.max(-LARGEST, Math.min(LARGEST, value));
    }
}
