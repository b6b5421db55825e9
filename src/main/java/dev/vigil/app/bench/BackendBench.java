package dev.vigil.app.bench;

import dev.vigil.base.Clock;
import dev.vigil.convert.ConvertException;
import dev.vigil.convert.FrameConverter;
import dev.vigil.detect.BoxRules;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.PostProcessor;
import dev.vigil.frame.Placement;
import dev.vigil.infer.Backend;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.TensorRing;
import dev.vigil.metrics.ProcessFigures;
import dev.vigil.pipeline.LoadedModel;
import dev.vigil.source.PictureReader;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceOptions;
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
            Baselines.Cost cost,
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
        try (LoadedModel model = LoadedModel.load(plan.model, plan.description, infer, plan.cacheDir)) {
            double loadMs = (System.nanoTime() - startNs) / 1e6;
            double[] latencyMs = new double[plan.frames];
            List<Detections> boxes = boxes(plan, model, latencyMs);
            latencyMs = Arrays.copyOf(latencyMs, boxes.size());
            Arrays.sort(latencyMs);
            Baselines.Cost cost = plan.seconds > 0 ? Baselines.model(model, plan.seconds) : null;
            return new Result(
                    backend,
                    model.engine().device(),
                    null,
                    loadMs,
                    Window.quantile(latencyMs, 0.5),
                    Window.quantile(latencyMs, 0.99),
                    cost,
                    (ProcessFigures.residentBytes() - residentBytes) / MIB,
                    boxes);
        } catch (InferException | ModelException e) {
            return Result.failed(backend, e.getMessage());
        }
    }

    private static List<Detections> boxes(Plan plan, LoadedModel model, double[] latencyMs)
            throws SourceException, ConvertException, InferException {
        TensorRing tensors = model.tensors();
        DetectOptions options = DetectOptions.DEFAULT;
        BoxRules rules = model.detection().rules(options);
        PostProcessor post = model.detection().postProcessor();
        Placement placement = new Placement();
        List<Detections> boxes = new ArrayList<>();
        try (PictureReader reader = PictureReader.open(plan.clip, Clock.SYSTEM);
                FrameConverter converter = new FrameConverter(model.detection().input());
                TensorRing.Runner runner = tensors.runner()) {
            AVFrame frame = reader.next();
            for (int number = 0; frame != null && boxes.size() < plan.frames; number++, frame = reader.next()) {
                if (number % plan.every != 0) {
                    continue;
                }
                converter.convert(
                        frame, reader.orientation(), tensors.inputBytes(0), tensors.inputFloats(0), placement);
                for (int warm = 0; number == 0 && warm < WARM_RUNS; warm++) {
                    runner.run(0, 1);
                }
                long startNs = System.nanoTime();
                runner.run(0, 1);
                latencyMs[boxes.size()] = (System.nanoTime() - startNs) / 1e6;
                Detections found =
                        new Detections(options.boxesMax(), model.detection().keypoints());
                post.process(tensors.outputs(0), placement, rules, found);
                boxes.add(found);
            }
        }
        return boxes;
    }
}
