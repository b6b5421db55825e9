package dev.vigil.workshop.quantize;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.frame.InputSpec;
import dev.vigil.frame.Picture;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.workshop.accuracy.MeanPrecision;
import dev.vigil.workshop.accuracy.Truth;
import dev.vigil.workshop.trial.Agreement;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.FrameTruths;
import dev.vigil.workshop.trial.Latency;
import dev.vigil.workshop.trial.ModelRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How much worse than the model other forms of it are, on the same frames: by what is in them where somebody says it, else by what
 * the model finds, see {@link Agreement#lossPoints}.
 */
public final class LossMeter {
    private static final double SPEED_SECONDS = 2;

    /** One worker of one thread. */
    static final InferOptions ON_CPU =
            InferOptions.DEFAULT.withDevice(InferOptions.Device.CPU).withWorkers(1);

    private final FrameSet set;
    private final int[] frames;
    private final ModelDescription description;
    private final Path cacheDir;
    private final float scoreMin;
    private final List<Detections> reference;
    private final InputSpec input;
    private final FrameTruths truths;
    private final double reached;

    /** Gives what is in the frames, once the model's labels are known. */
    public interface TruthReader {
        FrameTruths read(Labels labels, FrameSet frames) throws IOException;
    }

    private LossMeter(
            FrameSet set,
            int[] frames,
            ModelDescription description,
            Path cacheDir,
            float scoreMin,
            List<Detections> reference,
            InputSpec input,
            FrameTruths truths)
            throws ModelException {
        this.set = set;
        this.frames = frames;
        this.description = description;
        this.cacheDir = cacheDir;
        this.scoreMin = scoreMin;
        this.reference = reference;
        this.input = input;
        this.truths = truths;
        this.reached = truths == null ? Double.NaN : map50(reference);
        if (truths != null && !(reached > 0)) {
            throw new ModelException("the model finds nothing of what is said to be in the " + frames.length
                    + " frames that losses are measured on, so that no loss could be seen");
        }
    }

    /**
     * Runs the model itself.
     *
     * @param scoreMin its boxes above this are what the others should find
     * @param truth null for what the model finds
     * @throws ModelException when it is no detection model, or finds nothing
     */
    static LossMeter of(
            Path model,
            ModelDescription description,
            float scoreMin,
            FrameSet set,
            int[] frames,
            TruthReader truth,
            Path cacheDir)
            throws ModelException, InferException, ConvertException, IOException {
        try (ModelRun run = ModelRun.load(model, description, ON_CPU, cacheDir)) {
            List<Detections> boxes = boxes(run, set, frames);
            int found = 0;
            for (Detections of : boxes) {
                for (int i = 0; i < of.count(); i++) {
                    found += of.score(i) > scoreMin ? 1 : 0;
                }
            }
            if (found == 0 && truth == null) {
                throw new ModelException("the model " + model + " finds nothing with a score above " + scoreMin + " on "
                        + frames.length + " frames, so that no loss could be seen: give others with --frames");
            }
            InputSpec input = run.model().detection().input();
            FrameTruths truths =
                    truth == null ? null : truth.read(run.model().detection().labels(), set);
            return new LossMeter(set, frames, description, cacheDir, scoreMin, boxes, input, truths);
        }
    }

    /** What pictures are made into. */
    InputSpec input() {
        return input;
    }

    /** In points of a hundred of mAP50; below zero for a form that is better than the model. */
    double loss(Path other) throws ModelException, InferException, ConvertException, IOException {
        try (ModelRun run = ModelRun.load(other, description, ON_CPU, cacheDir)) {
            List<Detections> boxes = boxes(run, set, frames);
            return truths == null
                    ? Agreement.of(reference, boxes, scoreMin, Agreement.SCORE_NEAR)
                            .lossPoints()
                    : 100 * (reached - map50(boxes));
        }
    }

    /** What a run of two forms takes, in turns, on one thread and the same picture. */
    Latency.Pair speeds(Path one, Path other) throws ModelException, InferException, ConvertException, IOException {
        try (ModelRun first = ModelRun.load(one, description, ON_CPU, cacheDir);
                ModelRun second = ModelRun.load(other, description, ON_CPU, cacheDir)) {
            Picture picture = set.picture(frames[0]);
            first.fill(picture);
            second.fill(picture);
            return Latency.inTurns(first::runNs, second::runNs, SPEED_SECONDS);
        }
    }

    private double map50(List<Detections> boxes) {
        MeanPrecision precision = new MeanPrecision();
        for (int i = 0; i < frames.length; i++) {
            List<Truth> known = truths.of(frames[i]);
            if (known != null) {
                precision.add(known, boxes.get(i));
            }
        }
        return precision.summary().map50();
    }

    private static List<Detections> boxes(ModelRun run, FrameSet set, int[] frames)
            throws ConvertException, InferException, IOException {
        List<Detections> boxes = new ArrayList<>();
        for (int frame : frames) {
            boxes.add(run.detect(
                    set.picture(frame), run.rules(DetectOptions.DEFAULT.withScoreMin(Agreement.SCORE_LOWEST))));
        }
        return boxes;
    }
}
