package dev.vigil.workshop.tune;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.InferException;
import dev.vigil.infer.ModelFormat;
import dev.vigil.workshop.quantize.ByteArithmetic;
import dev.vigil.workshop.quantize.QuantizeOptions;
import dev.vigil.workshop.quantize.Quantized;
import dev.vigil.workshop.quantize.Quantizer;
import dev.vigil.workshop.trial.FrameSet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The same model with weights and values of 8 bits, as far as the loss allows. */
public final class EightBits implements VariantMaker {
    private final Path cacheDir;

    /** @param cacheDir for what inference unpacks, and for models that are tried */
    public EightBits(Path cacheDir) {
        this.cacheDir = cacheDir;
    }

    @Override
    public String name() {
        return "model in 8 bits";
    }

    @Override
    public List<Variant> make(Variant original, Path folder, FrameSet frames, double lossPoints, Duration atMost)
            throws TrialException {
        ModelFormat format = ModelFormat.of(original.file());
        if (format != ModelFormat.ONNX) {
            throw new TrialException("models of " + format.label() + " are taken as they are");
        }
        QuantizeOptions usual = QuantizeOptions.DEFAULT;
        QuantizeOptions options = new QuantizeOptions(
                usual.calibration(),
                lossPoints,
                usual.keep(),
                usual.biasCorrection(),
                usual.equalize(),
                ByteArithmetic.ofThisBox().saturates(),
                usual.scoreMin(),
                original.description().input().size());
        Path file = folder.resolve("int8.onnx");
        try {
            Quantized made = new Quantizer(
                            original.file(),
                            original.description(),
                            frames,
                            null,
                            options,
                            cacheDir,
                            new WithinTime(atMost))
                    .write(file);
            if (made.refused() != null) {
                throw new TrialException(made.refused());
            }
            return List.of(new Variant("int8", file, original.description()));
        } catch (WithinTime.Over e) {
            throw new TrialException(e.getMessage(), e);
        } catch (GraphException | ModelException | InferException | ConvertException | IOException e) {
            throw new TrialException(e.getMessage(), e);
        }
    }
}
