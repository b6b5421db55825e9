package dev.vigil.workshop.quantize;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.frame.Picture;
import dev.vigil.infer.InferException;
import dev.vigil.workshop.trial.Latency;
import dev.vigil.workshop.trial.ModelRun;
import java.nio.file.Path;

/** What two forms of a model take in one process, in turns, so that whatever else the box does meets both. Stateless. */
final class InTurns {
    /** Of each. */
    private static final int RUNS = 40;

    private InTurns() {}

    /**
     * Measures on one thread.
     *
     * @param picture that both see
     * @return the one, and the other
     */
    static Latency[] measure(Path one, Path other, ModelDescription description, Picture picture, Path cacheDir)
            throws ModelException, InferException, ConvertException {
        double[] oneMs = new double[RUNS];
        double[] otherMs = new double[RUNS];
        try (ModelRun first = ModelRun.load(one, description, LossMeter.ON_CPU, cacheDir);
                ModelRun second = ModelRun.load(other, description, LossMeter.ON_CPU, cacheDir)) {
            first.fill(picture);
            second.fill(picture);
            for (int i = 0; i < RUNS; i++) {
                oneMs[i] = secondRunMs(first);
                otherMs[i] = secondRunMs(second);
            }
        }
        return new Latency[] {Latency.of(oneMs, 1), Latency.of(otherMs, 1)};
    }

    /** The run before it finds the other model's data in the caches. */
    private static double secondRunMs(ModelRun run) throws InferException {
        run.run();
        long startNs = System.nanoTime();
        run.run();
        return (System.nanoTime() - startNs) / 1e6;
    }
}
