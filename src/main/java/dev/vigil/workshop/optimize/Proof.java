package dev.vigil.workshop.optimize;

import dev.vigil.frame.TensorInfo.ElementType;
import dev.vigil.infer.InferException;
import dev.vigil.infer.Values;
import dev.vigil.infer.ort.OrtGraph;
import dev.vigil.infer.ort.OrtGraph.Optimizing;
import dev.vigil.infer.ort.OrtGraph.Tensor;
import dev.vigil.workshop.trial.Latency;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * A model and what was made of it, side by side in ONNX Runtime with all of its own optimisations. Their outputs are to be the
 * same: numbers x and y of each output within {@code DIFFERENCE_MAX * max(1, |x|)}, whole numbers and shapes exactly. Not
 * threadsafe.
 */
final class Proof implements AutoCloseable {
    static final double DIFFERENCE_MAX = 1e-4;

    private final OrtGraph original;
    private final OrtGraph changed;

    Proof(Path original, Path changed, Path cacheDir) throws InferException {
        this.original = OrtGraph.open(original, Optimizing.ALL, 1, cacheDir);
        boolean opened = false;
        try {
            this.changed = OrtGraph.open(changed, Optimizing.ALL, 1, cacheDir);
            opened = true;
        } finally {
            if (!opened) {
                this.original.close();
            }
        }
    }

    /**
     * The largest difference.
     *
     * @param output where it is; null where nothing differs
     * @param size {@code |x - y| / max(1, |x|)}; infinite for shapes, whole numbers and what is no number
     */
    record Difference(String output, double size) {
        boolean isTooLarge() {
            return !(size <= DIFFERENCE_MAX);
        }
    }

    /** Runs both. */
    Difference compare(Map<String, Tensor> inputs) throws InferException {
        return difference(original.run(inputs), changed.run(inputs));
    }

    static Difference difference(Map<String, Tensor> before, Map<String, Tensor> after) {
        Difference worst = new Difference(null, 0);
        for (Map.Entry<String, Tensor> output : before.entrySet()) {
            double size = difference(output.getValue(), after.get(output.getKey()));
            if (worst.output == null || size > worst.size) {
                worst = new Difference(output.getKey(), size);
            }
        }
        return worst;
    }

    private static double difference(Tensor before, Tensor after) {
        if (after == null || before.type() != after.type() || !Arrays.equals(before.shape(), after.shape())) {
            return Double.POSITIVE_INFINITY;
        }
        boolean floats = before.type() == ElementType.FLOAT32
                || before.type() == ElementType.FLOAT16
                || before.type() == ElementType.FLOAT64;
        if (!floats) {
            return before.bytes().equals(after.bytes()) ? 0 : Double.POSITIVE_INFINITY;
        }
        int count = before.bytes().capacity() / Values.bytes(before.type());
        FloatBuffer x = FloatBuffer.allocate(count);
        FloatBuffer y = FloatBuffer.allocate(count);
        Values.toFloats(before.bytes(), before.type(), 0, count, x);
        Values.toFloats(after.bytes(), after.type(), 0, count, y);
        double worst = 0;
        for (int i = 0; i < count; i++) {
            if (Float.compare(x.get(i), y.get(i)) != 0) {
                double size = Math.abs((double) x.get(i) - y.get(i)) / Math.max(1, Math.abs(x.get(i)));
                worst = Double.isNaN(size) ? Double.POSITIVE_INFINITY : Math.max(worst, size);
            }
        }
        return worst;
    }

    /** Runs both in turns for about that long. */
    Latency.Pair time(Map<String, Tensor> inputs, double seconds) throws InferException {
        return Latency.inTurns(() -> original.runNs(inputs), () -> changed.runNs(inputs), seconds);
    }

    @Override
    public void close() throws InferException {
        try (original) {
            changed.close();
        }
    }
}
