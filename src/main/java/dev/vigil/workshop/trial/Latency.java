package dev.vigil.workshop.trial;

import dev.vigil.infer.InferException;
import dev.vigil.infer.TensorRing;
import java.util.Arrays;

/**
 * How long runs take, one after the other by one worker.
 *
 * @param runs that were measured, after those that warm up
 * @param batch pictures of each run
 */
public record Latency(int runs, int batch, double minMs, double p50Ms, double p90Ms, double p99Ms, double meanMs) {
    /** What a run must not be measured by: it fills caches and pools. */
    private static final int WARM_RUNS = 5;

    private static final int RUNS_MIN = 10;

    /** Runs the first {@code batch} slots as they are until {@code seconds} are over, but at least ten times. */
    public static Latency measure(TensorRing tensors, int batch, double seconds) throws InferException {
        double[] ms = new double[64];
        int runs = 0;
        try (TensorRing.Runner runner = tensors.runner()) {
            for (int warm = 0; warm < WARM_RUNS; warm++) {
                runner.run(0, batch);
            }
            long startNs = System.nanoTime();
            for (long nowNs = startNs; nowNs - startNs < seconds * 1e9 || runs < RUNS_MIN; runs++) {
                runner.run(0, batch);
                long endNs = System.nanoTime();
                ms = runs < ms.length ? ms : Arrays.copyOf(ms, 2 * runs);
                ms[runs] = (endNs - nowNs) / 1e6;
                nowNs = endNs;
            }
        }
        return of(Arrays.copyOf(ms, runs), batch);
    }

    /** Something that is run and timed. */
    public interface Run {
        /** Runs it once, and tells how long that took. */
        long runNs() throws InferException;
    }

    /** Of two that were measured together. */
    public record Pair(Latency first, Latency second) {}

    /**
     * Measures two in turns, so that whatever else the box does meets both: until {@code seconds} are over, but at least ten runs
     * of each. Every run that counts has one of the same before it, which finds the other's data in the caches.
     */
    public static Pair inTurns(Run first, Run second, double seconds) throws InferException {
        for (int warm = 0; warm < WARM_RUNS; warm++) {
            first.runNs();
            second.runNs();
        }
        double[] firstMs = new double[64];
        double[] secondMs = new double[64];
        int runs = 0;
        long startNs = System.nanoTime();
        for (; System.nanoTime() - startNs < seconds * 1e9 || runs < RUNS_MIN; runs++) {
            if (runs == firstMs.length) {
                firstMs = Arrays.copyOf(firstMs, 2 * runs);
                secondMs = Arrays.copyOf(secondMs, 2 * runs);
            }
            first.runNs();
            firstMs[runs] = first.runNs() / 1e6;
            second.runNs();
            secondMs[runs] = second.runNs() / 1e6;
        }
        return new Pair(of(Arrays.copyOf(firstMs, runs), 1), of(Arrays.copyOf(secondMs, runs), 1));
    }

    /** Of single runs in milliseconds, in any order. */
    public static Latency of(double[] runsMs, int batch) {
        double[] sorted = runsMs.clone();
        Arrays.sort(sorted);
        return new Latency(
                sorted.length,
                batch,
                quantile(sorted, 0),
                quantile(sorted, 0.5),
                quantile(sorted, 0.9),
                quantile(sorted, 0.99),
                Arrays.stream(sorted).average().orElse(Double.NaN));
    }

    /** Of sorted values; NaN of none. */
    public static double quantile(double[] sorted, double q) {
        return sorted.length == 0
                ? Double.NaN
                : sorted[(int) Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
    }
}
