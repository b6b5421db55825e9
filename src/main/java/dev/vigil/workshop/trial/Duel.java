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
 * @param beforeMs median of the first one
 * @param afterMs that of the second one
 */
public record Duel(String device, double beforeMs, double afterMs) {
    /**
     * Measures.
     *
     * @param size of the picture, for models that leave it open; null where they do not
     * @param inputs what both get: the first of them
     * @param seconds for both
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
            Latency.Pair pair = Latency.inTurns(first::runNs, second::runNs, seconds);
            return new Duel(
                    first.engine().device(), pair.first().p50Ms(), pair.second().p50Ms());
        }
    }

    private static void fill(Reference inputs, GraphRun run) throws ConvertException, IOException {
        try (FrameConverter converter = inputs.converter(run)) {
            inputs.fill(run, converter, 0);
        }
    }
}
