package dev.vigil.workshop.tune;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.InferException;
import dev.vigil.infer.ModelFormat;
import dev.vigil.workshop.half.Half;
import dev.vigil.workshop.trial.Bound;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.Reference;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The model in FP16, for boxes with a GPU: a CPU would convert back and forth around each of its nodes. */
public final class HalfPrecision implements VariantMaker {
    /** What {@code vigil model half} holds by default. */
    private static final Bound BOUND = new Bound(0.01, 1);

    private final boolean onGpu;
    private final Path cacheDir;

    /**
     * @param onGpu whether the box has a GPU that runs the model
     * @param cacheDir for what inference unpacks, and for models that are tried
     */
    public HalfPrecision(boolean onGpu, Path cacheDir) {
        this.onGpu = onGpu;
        this.cacheDir = cacheDir;
    }

    @Override
    public String name() {
        return "fp16";
    }

    @Override
    public List<Variant> make(Variant original, Path folder, FrameSet frames, double lossPoints, Duration atMost)
            throws TrialException {
        if (!onGpu) {
            throw new TrialException("only a GPU gains by it, and the model runs on none here");
        }
        ModelFormat format = ModelFormat.of(original.file());
        if (format != ModelFormat.ONNX) {
            throw new TrialException("models of " + format.label() + " are taken as they are");
        }
        Path file = folder.resolve("fp16.onnx");
        WithinTime time = new WithinTime(atMost);
        Half.Options options = new Half.Options(List.of(), false, false, false, BOUND);
        try {
            Reference reference = Reference.of(
                    original.file(),
                    original.description(),
                    frames,
                    DetectOptions.DEFAULT.scoreMin(),
                    BOUND,
                    cacheDir,
                    time);
            new Half(cacheDir, time).write(original.file(), file, original.description(), reference, options);
            return List.of(new Variant("fp16", file, original.description()));
        } catch (WithinTime.Over e) {
            throw new TrialException(e.getMessage(), e);
        } catch (GraphException | ModelException | InferException | ConvertException | IOException e) {
            throw new TrialException(e.getMessage(), e);
        }
    }
}
