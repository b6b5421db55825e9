package dev.vigil.workshop.quantize;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelException;
import dev.vigil.infer.InferException;
import dev.vigil.workshop.trial.FrameSet;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far the outputs of a form of a model are from the model's own. Unlike the loss it sees every small step, and on few frames:
 * what layers are ordered by.
 */
final class OutputError {
    private final Activations activations;
    private final FrameSet set;
    private final int[] frames;
    /** By frame and output. */
    private final List<Map<String, float[]>> reference;

    private OutputError(Activations activations, FrameSet set, int[] frames, List<Map<String, float[]>> reference) {
        this.activations = activations;
        this.set = set;
        this.frames = frames;
        this.reference = reference;
    }

    /** Runs the model itself. */
    static OutputError of(Activations activations, Path model, FrameSet set, int[] frames)
            throws ModelException, InferException, ConvertException, IOException {
        List<Map<String, float[]>> reference = new ArrayList<>();
        activations.run(model, set, frames, i -> reference.add(new HashMap<>()), (name, values) -> reference
                .get(reference.size() - 1)
                .put(name, copy(values)));
        return new OutputError(activations, set, frames, reference);
    }

    private static float[] copy(FloatBuffer values) {
        float[] copy = new float[values.limit()];
        values.duplicate().position(0).get(copy);
        return copy;
    }

    /** Power of the difference over that of the output, the mean over all outputs: 0 for none. */
    double measure(Path other) throws ModelException, InferException, ConvertException, IOException {
        Map<String, double[]> sums = new HashMap<>();
        int[] at = {-1};
        activations.run(other, set, frames, i -> at[0] = i, (name, values) -> {
            float[] own = reference.get(at[0]).get(name);
            double[] sum = sums.computeIfAbsent(name, n -> new double[2]);
            for (int i = 0; i < Math.min(own.length, values.limit()); i++) {
                double difference = values.get(i) - own[i];
                sum[0] += difference * difference;
                sum[1] += (double) own[i] * own[i];
            }
        });
        // The picture itself is among them, and does not differ.
        return sums.values().stream()
                .filter(sum -> sum[1] > 0)
                .mapToDouble(sum -> sum[0] / sum[1])
                .average()
                .orElse(0);
    }
}
