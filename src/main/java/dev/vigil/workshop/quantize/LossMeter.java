package dev.vigil.workshop.quantize;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.frame.InputSpec;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.workshop.trial.Agreement;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.ModelRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How much worse than the model other forms of it are, on the same frames: see {@link Agreement#lossPoints}. */
final class LossMeter {
    static final InferOptions ON_CPU =
            InferOptions.DEFAULT.withDevice(InferOptions.Device.CPU).withWorkers(1);

    private final FrameSet set;
    private final int[] frames;
    private final ModelDescription description;
    private final Path cacheDir;
    private final float scoreMin;
    private final List<Detections> reference;
    private final InputSpec input;

    private LossMeter(
            FrameSet set,
            int[] frames,
            ModelDescription description,
            Path cacheDir,
            float scoreMin,
            List<Detections> reference,
            InputSpec input) {
        this.set = set;
        this.frames = frames;
        this.description = description;
        this.cacheDir = cacheDir;
        this.scoreMin = scoreMin;
        this.reference = reference;
        this.input = input;
    }

    /**
     * Runs the model itself.
     *
     * @param scoreMin its boxes above this are what the others should find
     * @throws ModelException when it is no detection model, or finds nothing
     */
    static LossMeter of(
            Path model, ModelDescription description, float scoreMin, FrameSet set, int[] frames, Path cacheDir)
            throws ModelException, InferException, ConvertException, IOException {
        try (ModelRun run = ModelRun.load(model, description, ON_CPU, cacheDir)) {
            List<Detections> boxes = boxes(run, set, frames);
            int found = 0;
            for (Detections of : boxes) {
                for (int i = 0; i < of.count(); i++) {
                    found += of.score(i) > scoreMin ? 1 : 0;
                }
            }
            if (found == 0) {
                throw new ModelException("the model " + model + " finds nothing with a score above " + scoreMin + " on "
                        + frames.length + " frames, so that no loss could be seen: give others with --frames");
            }
            InputSpec input = run.model().detection().input();
            return new LossMeter(set, frames, description, cacheDir, scoreMin, boxes, input);
        }
    }

    /** What pictures are made into. */
    InputSpec input() {
        return input;
    }

    /** How far another form is from the model. */
    Agreement measure(Path other) throws ModelException, InferException, ConvertException, IOException {
        try (ModelRun run = ModelRun.load(other, description, ON_CPU, cacheDir)) {
            return Agreement.of(reference, boxes(run, set, frames), scoreMin, Agreement.SCORE_NEAR);
        }
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
