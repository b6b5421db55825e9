package dev.vigil.workshop.compare;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.BoxRules;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.ModelException;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.TensorRing;
import dev.vigil.metrics.ProcessFigures;
import dev.vigil.pipeline.LoadedModel;
import dev.vigil.workshop.trial.EnergyMeter;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.Latency;
import dev.vigil.workshop.trial.ModelRun;
import dev.vigil.workshop.trial.Throughput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one turn of a model showed.
 *
 * @param latencyMs of each run of one picture by one worker
 * @param postMs of each run's boxes: decoding and NMS
 * @param byBatch frames a second of one worker, by pictures of a run
 * @param allWorkers with one picture of a run
 * @param residentBytes by how much the process grew while it was loaded and run
 * @param joulesPerFrame of the processors, with all workers; NaN where the box does not tell
 * @param batchProblem why it was not run on several pictures; null where it was
 */
record Round(
        double loadMs,
        double[] latencyMs,
        double[] postMs,
        Map<Integer, Double> byBatch,
        int workers,
        Throughput allWorkers,
        double residentBytes,
        double joulesPerFrame,
        String batchProblem) {
    static final int BATCH_MAX = 8;
    private static final int RUNS_MIN = 10;
    private static final int WARM_RUNS = 3;

    /**
     * @param seconds of each figure
     * @param trim gives back what models before left behind, so that the next one's memory shows
     * @param meter of the box
     */
    record Plan(InferOptions infer, double seconds, Path cacheDir, Runnable trim, EnergyMeter meter) {}

    /**
     * Loads a model, measures it and frees it.
     *
     * @param firstFrame where to begin in the frames, so that the rounds see them all
     * @param batches whether its file takes more than one picture
     */
    static Round measure(Candidate model, Plan plan, FrameSet frames, int firstFrame, boolean batches)
            throws InferException, ModelException, ConvertException, IOException, InterruptedException {
        plan.trim.run();
        long residentBytes = ProcessFigures.residentBytes();
        long startNs = System.nanoTime();
        Round single;
        try (ModelRun run =
                ModelRun.load(model.file(), model.description(), plan.infer.withBatchMax(1), plan.cacheDir)) {
            double loadMs = (System.nanoTime() - startNs) / 1e6;
            List<double[]> times = times(run, frames, firstFrame, plan.seconds);
            TensorRing tensors = run.model().tensors();
            fillAll(tensors);
            int workers = run.model().engine().workers();
            EnergyMeter.Reading before = plan.meter.read();
            Throughput all = Throughput.measure(tensors, workers, 1, plan.seconds);
            double watts = plan.meter.watts(before, plan.meter.read());
            Map<Integer, Double> byBatch = new TreeMap<>();
            byBatch.put(
                    1,
                    workers == 1
                            ? all.framesPerSecond()
                            : Throughput.measure(tensors, 1, 1, plan.seconds).framesPerSecond());
            single = new Round(
                    loadMs,
                    times.get(0),
                    times.get(1),
                    byBatch,
                    workers,
                    all,
                    Math.max(0, ProcessFigures.residentBytes() - residentBytes),
                    watts / all.framesPerSecond(),
                    batches ? null : "its file is made for single pictures");
        }
        return batches ? single.withBatches(model, plan, frames, firstFrame) : single;
    }

    /** Of runs over the frames in turn: of the inference, and of the boxes after it. */
    private static List<double[]> times(ModelRun run, FrameSet frames, int firstFrame, double seconds)
            throws ConvertException, InferException, IOException {
        BoxRules rules = run.rules(DetectOptions.DEFAULT);
        run.fill(frames.picture(firstFrame % frames.size()));
        for (int warm = 0; warm < WARM_RUNS; warm++) {
            run.run();
            run.boxes(rules);
        }
        double[] inferMs = new double[64];
        double[] postMs = new double[64];
        int runs = 0;
        long endNs = System.nanoTime() + (long) (seconds * 1e9);
        while (runs < RUNS_MIN || System.nanoTime() - endNs < 0) {
            if (runs == inferMs.length) {
                inferMs = Arrays.copyOf(inferMs, 2 * runs);
                postMs = Arrays.copyOf(postMs, 2 * runs);
            }
            run.fill(frames.picture((firstFrame + runs) % frames.size()));
            long startNs = System.nanoTime();
            run.run();
            long ranNs = System.nanoTime();
            run.boxes(rules);
            postMs[runs] = (System.nanoTime() - ranNs) / 1e6;
            inferMs[runs] = (ranNs - startNs) / 1e6;
            runs++;
        }
        return List.of(Arrays.copyOf(inferMs, runs), Arrays.copyOf(postMs, runs));
    }

    /** Gives all slots the first one's picture. */
    private static void fillAll(TensorRing tensors) {
        ByteBuffer picture = tensors.inputBytes(0);
        for (int slot = 1; slot < tensors.slots(); slot++) {
            tensors.inputBytes(slot).duplicate().clear().put(picture.duplicate().clear());
        }
    }

    private Round withBatches(Candidate model, Plan plan, FrameSet frames, int firstFrame)
            throws ModelException, ConvertException, IOException, InterruptedException {
        InferOptions options = plan.infer.withBatchMax(BATCH_MAX).withWorkers(1);
        Map<Integer, Double> all = new TreeMap<>(byBatch);
        String problem = null;
        try (ModelRun run = ModelRun.load(model.file(), model.description(), options, plan.cacheDir)) {
            LoadedModel loaded = run.model();
            run.fill(frames.picture(firstFrame % frames.size()));
            fillAll(loaded.tensors());
            for (int batch = 2; batch <= loaded.tensors().batchMax(); batch *= 2) {
                all.put(
                        batch,
                        Throughput.measure(loaded.tensors(), 1, batch, plan.seconds)
                                .framesPerSecond());
            }
            if (loaded.tensors().batchMax() == 1) {
                problem = "it does not give one result for each picture";
            }
        } catch (InferException e) {
            problem = e.getMessage();
        }
        return new Round(loadMs, latencyMs, postMs, all, workers, allWorkers, residentBytes, joulesPerFrame, problem);
    }

    Latency latency() {
        return Latency.of(latencyMs, 1);
    }
}
