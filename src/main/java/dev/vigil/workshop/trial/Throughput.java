package dev.vigil.workshop.trial;

import dev.vigil.infer.InferException;
import dev.vigil.infer.TensorRing;
import dev.vigil.metrics.ProcessFigures;

/**
 * What a box does of one kind of work.
 *
 * @param cpuMsPerFrame CPU time of the process, all threads
 */
public record Throughput(double framesPerSecond, double cpuMsPerFrame) {
    private static final double WARM_S = 0.5;

    /** Of so many frames since a moment. */
    public static Throughput since(long frames, long startNs, long startCpuNs) {
        double seconds = (System.nanoTime() - startNs) / 1e9;
        double cpuMs = (ProcessFigures.cpuNs() - startCpuNs) / 1e6;
        return new Throughput(frames / seconds, cpuMs / Math.max(1, frames));
    }

    /**
     * Runs a model for {@code seconds} on what its slots hold, by several workers at the same time.
     *
     * @param tensors with {@code workers * batch} slots at least
     * @param batch pictures of each run
     */
    public static Throughput measure(TensorRing tensors, int workers, int batch, double seconds)
            throws InferException, InterruptedException {
        return FullLoad.measure(tensors, workers, batch, WARM_S, seconds).throughput();
    }
}
