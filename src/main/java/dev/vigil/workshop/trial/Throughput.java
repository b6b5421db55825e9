package dev.vigil.workshop.trial;

import dev.vigil.infer.InferException;
import dev.vigil.infer.TensorRing;
import dev.vigil.metrics.ProcessFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a box does of one kind of work.
 *
 * @param cpuMsPerFrame CPU time of the process, all threads
 */
public record Throughput(double framesPerSecond, double cpuMsPerFrame) {
    private static final long WARM_NS = TimeUnit.MILLISECONDS.toNanos(500);

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
        LongAdder frames = new LongAdder();
        AtomicReference<InferException> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        long startNs = System.nanoTime() + WARM_NS;
        long endNs = startNs + (long) (seconds * 1e9);
        for (int worker = 0; worker < workers; worker++) {
            int slot = worker * batch;
            TensorRing.Runner runner = tensors.runner();
            Thread thread = new Thread(
                    () -> {
                        try (runner) {
                            for (long nowNs = System.nanoTime(); nowNs - endNs < 0; nowNs = System.nanoTime()) {
                                runner.run(slot, batch);
                                if (nowNs - startNs >= 0) {
                                    frames.add(batch);
                                }
                            }
                        } catch (InferException e) {
                            failure.set(e);
                        }
                    },
                    "throughput-" + worker);
            thread.start();
            threads.add(thread);
        }
        TimeUnit.NANOSECONDS.sleep(Math.max(0, startNs - System.nanoTime()));
        long startCpuNs = ProcessFigures.cpuNs();
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
        return since(frames.sum(), startNs, startCpuNs);
    }
}
