package dev.vigil.app.bench;

import dev.vigil.app.bench.Figure.Unit;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.metrics.ProcessFigures;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.FullLoad;
import dev.vigil.workshop.trial.Latency;
import dev.vigil.workshop.trial.ModelRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One model alone: what loading, one run, batches and several workers cost. All of it is measured once in each round, so that what
 * the box does besides falls on every figure alike. Not threadsafe.
 */
final class ModelBench {
    private static final double MIB = 1 << 20;
    private static final int[] BATCHES = {1, 2, 4, 8};
    private static final double WARM_S = 0.3;

    private final Plan plan;
    private final Map<Key, List<Double>> values = new LinkedHashMap<>();
    private InferOptions infer;
    private String device;

    /**
     * What is measured.
     *
     * @param infer the device; workers, threads and batches are measured in many ways
     * @param frames what the tensors are filled with; null for zeros
     * @param seconds of each measurement, without warming up
     */
    record Plan(
            Path model,
            ModelDescription description,
            InferOptions infer,
            FrameSet frames,
            int rounds,
            double seconds,
            Path cacheDir) {}

    private record Key(String name, Unit unit) {}

    ModelBench(Plan plan) {
        this.plan = plan;
        this.infer = plan.infer;
    }

    /** Where the model ran; known when it was measured. */
    String device() {
        return device;
    }

    /** @param progress is told what is being measured */
    List<Figure> measure(Consumer<String> progress)
            throws InferException, ModelException, ConvertException, IOException, InterruptedException {
        warm();
        for (int round = 1; round <= plan.rounds; round++) {
            String of = " (round " + round + " of " + plan.rounds + ")";
            progress.accept("batches" + of);
            batches();
            progress.accept("workers and threads" + of);
            workers();
        }
        List<Figure> figures = new ArrayList<>();
        values.forEach((key, rounds) -> figures.add(new Figure(key.name, key.unit, rounds)));
        return figures;
    }

    /** The first load unpacks and links natives: it tells the memory, which is never all given back, and no time. */
    private void warm() throws InferException, ModelException, ConvertException, IOException, InterruptedException {
        long before = ProcessFigures.residentBytes();
        try (ModelRun run = load(1, 1, 1)) {
            device = run.model().engine().device();
            infer = run.model().engine().onCpu() ? infer.withDevice(Device.CPU) : infer; // nothing else is tried again
            FullLoad.measure(run.model().tensors(), 1, 1, 0, 1);
            long grown = ProcessFigures.residentBytes() - before;
            if (grown > 0) { // else the kernel does not tell
                put("loaded, it and its libraries", Unit.MIB, grown / MIB);
            }
        }
    }

    private void batches() throws InferException, ModelException, ConvertException, IOException, InterruptedException {
        long startNs = System.nanoTime();
        try (ModelRun run = load(1, 1, BATCHES[BATCHES.length - 1])) {
            put("loading", Unit.MS, (System.nanoTime() - startNs) / 1e6);
            for (int batch : BATCHES) {
                if (batch <= run.model().tensors().batchMax()) {
                    FullLoad load = FullLoad.measure(run.model().tensors(), 1, batch, WARM_S, plan.seconds);
                    if (batch == 1) {
                        put(load.latency());
                    }
                    put("1 worker, 1 thread, batch " + batch, load);
                }
            }
        }
    }

    private void workers() throws InferException, ModelException, ConvertException, IOException, InterruptedException {
        int cores = Runtime.getRuntime().availableProcessors();
        for (int threads : powers(cores)) {
            try (ModelRun run = load(cores / threads, threads, 1)) {
                for (int workers : powers(cores / threads)) {
                    if (workers * threads > 1) { // else a batch of 1
                        put(
                                count(workers, "worker") + ", " + count(threads, "thread"),
                                FullLoad.measure(run.model().tensors(), workers, 1, WARM_S, plan.seconds));
                    }
                }
                if (!run.model().engine().onCpu()) {
                    return; // threads are the CPU's
                }
            }
        }
    }

    /** 1, 2, 4 … and the number itself. */
    static List<Integer> powers(int most) {
        List<Integer> powers = new ArrayList<>();
        for (int power = 1; power < most; power *= 2) {
            powers.add(power);
        }
        powers.add(most);
        return powers;
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private ModelRun load(int workers, int threads, int batch)
            throws InferException, ModelException, ConvertException, IOException {
        InferOptions was = plan.infer;
        InferOptions options =
                new InferOptions(was.device(), workers, threads, batch, was.batchWait(), was.timeout(), was.backend());
        ModelRun run = ModelRun.load(plan.model, plan.description, options, plan.cacheDir);
        boolean filled = false;
        try {
            if (plan.frames != null) {
                run.fillAll(plan.frames);
            }
            filled = true;
            return run;
        } finally {
            if (!filled) {
                run.close();
            }
        }
    }

    private void put(Latency latency) {
        put("one run, shortest", Unit.MS, latency.minMs());
        put("one run, p50", Unit.MS, latency.p50Ms());
        put("one run, p90", Unit.MS, latency.p90Ms());
        put("one run, p99", Unit.MS, latency.p99Ms());
    }

    private void put(String name, FullLoad load) {
        put(name, Unit.FRAMES_PER_SECOND, load.throughput().framesPerSecond());
        put(name, Unit.CPU_MS_PER_FRAME, load.throughput().cpuMsPerFrame());
    }

    private void put(String name, Unit unit, double value) {
        values.computeIfAbsent(new Key(name, unit), key -> new ArrayList<>()).add(value);
    }
}
