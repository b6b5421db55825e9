package dev.vigil.workshop.trial;

import dev.vigil.convert.ConvertException;
import dev.vigil.convert.FrameConverter;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import java.io.IOException;
import java.nio.file.Path;

/**
 * How long an inference of two models takes, measured in turns, so that what else the box does meanwhile slows both.
 *
 * @param device where both ran
 * @param beforeMs median of the first one's best turn
 * @param afterMs that of the second one
 */
public record Duel(String device, double beforeMs, double afterMs) {
    private static final int TURNS = 3;

    /**
     * Measures.
     *
     * @param size of the picture, for models that leave it open; null where they do not
     * @param inputs what both get: the first of them
     * @param seconds of each of three turns of each
     */
    public static Duel of(
            Path before,
            Path after,
            ModelDescription.Size size,
            Reference inputs,
            InferOptions options,
            Path cacheDir,
            double seconds)
            throws InferException, ModelException, ConvertException, IOException {
        try (GraphRun first = GraphRun.open(before, size, options, cacheDir);
                GraphRun second = GraphRun.open(after, size, options, cacheDir)) {
            fill(inputs, first);
            fill(inputs, second);
            double firstMs = Double.POSITIVE_INFINITY;
            double secondMs = Double.POSITIVE_INFINITY;
            for (int turn = 0; turn < TURNS; turn++) {
                firstMs = Math.min(
                        firstMs, Latency.measure(first.tensors(), 1, seconds).p50Ms());
                secondMs = Math.min(
                        secondMs, Latency.measure(second.tensors(), 1, seconds).p50Ms());
            }
            return new Duel(first.engine().device(), firstMs, secondMs);
        }
    }

    private static void fill(Reference inputs, GraphRun run) throws ConvertException, IOException {
        try (FrameConverter converter = inputs.converter(run)) {
            inputs.fill(run, converter, 0);
        }
    }
}
