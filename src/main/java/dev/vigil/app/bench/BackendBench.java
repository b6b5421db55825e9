package dev.vigil.app.bench;

import dev.vigil.base.Clock;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.BoxRules;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.infer.Backend;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.metrics.ProcessFigures;
import dev.vigil.pipeline.LoadedModel;
import dev.vigil.source.PictureReader;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceOptions;
import dev.vigil.workshop.trial.Latency;
import dev.vigil.workshop.trial.ModelRun;
import dev.vigil.workshop.trial.Throughput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/** One model in the hands of each backend that reads it: the same frames, one backend after the other. */
final class BackendBench {
    private static final double MIB = 1 << 20;
    /** What a run must not be measured by: it fills caches and pools. */
    private static final int WARM_RUNS = 3;

    private BackendBench() {}

    /**
     * What is compared.
     *
     * @param frames how many pictures of the clip, spread over its first ones by {@code every}
     * @param seconds how long all workers run for the rate; 0 for not at all
     */
    record Plan(
            Path model,
            ModelDescription description,
            InferOptions infer,
            SourceOptions clip,
            int frames,
            int every,
            double seconds,
            Path cacheDir) {}

    /**
     * @param why why it does not run the model; null where it does, and only then the rest holds
     * @param p50Ms of one inference by one worker
     * @param cost all workers at once
     * @param residentMib by how much the process grew while it was loaded and run
     * @param boxes of each picture
     */
    record Result(
            Backend backend,
            String device,
            String why,
            double loadMs,
            double p50Ms,
            double p99Ms,
            Throughput cost,
            double residentMib,
            List<Detections> boxes) {
        static Result failed(Backend backend, String why) {
            return new Result(backend, null, why, 0, 0, 0, null, 0, List.of());
        }
    }

    /** Runs it by one backend. */
    static Result run(Plan plan, Backend backend) throws SourceException, ConvertException, InterruptedException {
        InferOptions infer = plan.infer.withBackend(plan.infer.backend().withBackend(backend));
        long residentBytes = ProcessFigures.residentBytes();
        long startNs = System.nanoTime();
        try (ModelRun run = ModelRun.load(plan.model, plan.description, infer, plan.cacheDir)) {
            double loadMs = (System.nanoTime() - startNs) / 1e6;
            LoadedModel model = run.model();
            double[] latencyMs = new double[plan.frames];
            List<Detections> boxes = boxes(plan, run, latencyMs);
            Latency latency = Latency.of(Arrays.copyOf(latencyMs, boxes.size()), 1);
            Throughput cost = plan.seconds > 0
                    ? Throughput.measure(
                            model.tensors(),
                            model.engine().workers(),
                            model.tensors().batchMax(),
                            plan.seconds)
                    : null;
            return new Result(
                    backend,
                    model.engine().device(),
                    null,
                    loadMs,
                    latency.p50Ms(),
                    latency.p99Ms(),
                    cost,
                    (ProcessFigures.residentBytes() - residentBytes) / MIB,
                    boxes);
        } catch (InferException | ModelException e) {
            return Result.failed(backend, e.getMessage());
        }
    }

    private static List<Detections> boxes(Plan plan, ModelRun run, double[] latencyMs)
            throws SourceException, ConvertException, InferException {
        BoxRules rules = run.rules(DetectOptions.DEFAULT);
        List<Detections> boxes = new ArrayList<>();
        try (PictureReader reader = PictureReader.open(plan.clip, Clock.SYSTEM)) {
            AVFrame frame = reader.next();
            for (int number = 0; frame != null && boxes.size() < plan.frames; number++, frame = reader.next()) {
                if (number % plan.every != 0) {
                    continue;
                }
                run.fill(frame, reader.orientation());
                for (int warm = 0; number == 0 && warm < WARM_RUNS; warm++) {
                    run.run();
                }
                long startNs = System.nanoTime();
                run.run();
                latencyMs[boxes.size()] = (System.nanoTime() - startNs) / 1e6;
                boxes.add(run.boxes(rules));
            }
        }
        return boxes;
    }
}
