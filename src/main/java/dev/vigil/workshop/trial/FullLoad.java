package dev.vigil.workshop.trial;

import dev.vigil.infer.InferException;
import dev.vigil.infer.TensorRing;
import dev.vigil.metrics.ProcessFigures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A model that several workers run without a pause: how much they do together, and how long a run takes while the others run too,
 * which is what a frame waits for.
 *
 * @param latency of single runs by all workers, each of a whole batch
 */
public record FullLoad(Throughput throughput, Latency latency) {
    /**
     * Runs a model on what its slots hold.
     *
     * @param tensors with {@code workers * batch} slots at least
     * @param batch pictures of each run
     * @param warmSeconds before anything is counted
     * @param seconds in which runs begin that count, but one by each worker at least
     */
    public static FullLoad measure(TensorRing tensors, int workers, int batch, double warmSeconds, double seconds)
            throws InferException, InterruptedException {
        Shift shift = new Shift(warmSeconds, seconds);
        List<Worker> all = new ArrayList<>();
        try {
            for (int worker = 0; worker < workers; worker++) {
                Worker next = new Worker(tensors.runner(), worker * batch, batch, shift);
                next.thread.start();
                all.add(next);
            }
            shift.ended.await(Math.max(0, shift.startNs - System.nanoTime()), TimeUnit.NANOSECONDS);
            long startCpuNs = ProcessFigures.cpuNs();
            long startNs = System.nanoTime();
            for (Worker worker : all) {
                worker.thread.join();
            }
            if (shift.failure.get() != null) {
                throw shift.failure.get();
            }
            double cpuShare = (double) (ProcessFigures.cpuNs() - startCpuNs) / (System.nanoTime() - startNs);
            double framesPerSecond =
                    all.stream().mapToDouble(Worker::framesPerSecond).sum();
            double[] runsMs = all.stream()
                    .flatMapToDouble(worker -> Arrays.stream(worker.runsMs, 0, worker.runs))
                    .toArray();
            return new FullLoad(
                    new Throughput(framesPerSecond, 1_000 * cpuShare / framesPerSecond), Latency.of(runsMs, batch));
        } finally {
            shift.ended.countDown();
            for (Worker worker : all) {
                worker.end();
            }
        }
    }

    /** From when to when runs count; over for all once one worker fails. */
    private static final class Shift {
        private final long startNs;
        private final long endNs;
        private final AtomicReference<InferException> failure = new AtomicReference<>();
        private final CountDownLatch ended = new CountDownLatch(1);

        Shift(double warmSeconds, double seconds) {
            startNs = System.nanoTime() + (long) (warmSeconds * 1e9);
            endNs = startNs + (long) (seconds * 1e9);
        }

        boolean isOn(long nowNs, int runs) {
            return ended.getCount() > 0 && (nowNs - endNs < 0 || runs == 0);
        }
    }

    private static final class Worker {
        private final Thread thread;
        private final TensorRing.Runner runner;
        private final int slot;
        private final int batch;
        private final Shift shift;
        /** Read by others when the thread has ended. */
        private double[] runsMs = new double[64];

        private int runs;
        private long startNs;
        /** From the begin of the first run that counts to the end of the last. */
        private long spanNs;

        Worker(TensorRing.Runner runner, int slot, int batch, Shift shift) {
            this.runner = runner;
            this.slot = slot;
            this.batch = batch;
            this.shift = shift;
            this.thread = new Thread(this::work, "full-load-" + slot / batch);
        }

        private void work() {
            try (runner) {
                long nowNs = System.nanoTime();
                while (shift.isOn(nowNs, runs)) {
                    runner.run(slot, batch);
                    long endNs = System.nanoTime();
                    if (nowNs - shift.startNs >= 0) {
                        startNs = runs == 0 ? nowNs : startNs;
                        spanNs = endNs - startNs;
                        runsMs = runs < runsMs.length ? runsMs : Arrays.copyOf(runsMs, 2 * runs);
                        runsMs[runs++] = (endNs - nowNs) / 1e6;
                    }
                    nowNs = endNs;
                }
            } catch (InferException e) {
                shift.failure.compareAndSet(null, e);
                shift.ended.countDown();
            }
        }

        private double framesPerSecond() {
            return 1e9 * runs * batch / spanNs;
        }

        /** Waits for its last run whatever comes: the tensors are not freed under it. */
        private void end() {
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
