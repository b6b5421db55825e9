package dev.vigil.app.bench;

import dev.vigil.base.Clock;
import dev.vigil.infer.InferException;
import dev.vigil.infer.TensorRing;
import dev.vigil.metrics.ProcessFigures;
import dev.vigil.pipeline.LoadedModel;
import dev.vigil.source.PictureReader;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/** What the same work costs with nothing around it: decoding alone, and the model alone. */
final class Baselines {
    private Baselines() {}

    /**
     * @param cpuMsPerFrame CPU time of the process, all threads
     */
    record Cost(double framesPerSecond, double cpuMsPerFrame) {}

    /** Decodes for {@code seconds}, on one thread. */
    static Cost decoding(SourceOptions source, double seconds) throws SourceException {
        try (PictureReader reader =
                PictureReader.open(source.toBuilder().loop(true).build(), Clock.SYSTEM)) {
            for (int i = 0; i < 50; i++) {
                reader.next();
            }
            long frames = 0;
            long startNs = System.nanoTime();
            long startCpuNs = ProcessFigures.cpuNs();
            while (System.nanoTime() - startNs < seconds * 1e9) {
                reader.next();
                frames++;
            }
            return cost(frames, startNs, startCpuNs);
        }
    }

    /** Runs the model on zeros for {@code seconds}, by as many workers as the pipeline has and with the same session. */
    static Cost model(LoadedModel model, double seconds) throws InferException, InterruptedException {
        TensorRing tensors = model.tensors();
        int workers = model.engine().workers();
        int batch = tensors.batchMax();
        LongAdder frames = new LongAdder();
        AtomicReference<InferException> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        long warmNs = TimeUnit.MILLISECONDS.toNanos(500);
        long startNs = System.nanoTime() + warmNs;
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
                    "bench-" + worker);
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
        return cost(frames.sum(), startNs, startCpuNs);
    }

    private static Cost cost(long frames, long startNs, long startCpuNs) {
        double seconds = (System.nanoTime() - startNs) / 1e9;
        double cpuMs = (ProcessFigures.cpuNs() - startCpuNs) / 1e6;
        return new Cost(frames / seconds, cpuMs / Math.max(1, frames));
    }
}
