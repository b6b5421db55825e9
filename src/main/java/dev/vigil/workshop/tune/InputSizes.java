package dev.vigil.workshop.tune;

import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelDescription.Input;
import dev.vigil.detect.ModelDescription.Size;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.InputSpec.Layout;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.infer.ModelFormat;
import dev.vigil.workshop.ModelShapes;
import dev.vigil.workshop.trial.FrameSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Smaller pictures, for a model that leaves the size of its input open: what it costs goes by their area. */
public final class InputSizes implements VariantMaker {
    private static final double[] FACTORS = {0.75, 0.5};
    /** Detectors halve their input five times. */
    private static final int MULTIPLE_PX = 32;

    @Override
    public String name() {
        return "input sizes";
    }

    @Override
    public List<Variant> make(Variant original, Path folder, FrameSet frames, double lossPoints, Duration atMost)
            throws TrialException {
        if (ModelFormat.of(original.file()) != ModelFormat.ONNX) {
            throw new TrialException(
                    "the sizes of " + ModelFormat.of(original.file()).label() + " are fixed");
        }
        try {
            OnnxModel model = OnnxModel.read(original.file());
            Input input = original.description().input();
            ModelShapes shapes = ModelShapes.of(model, input.size());
            if (isFixed(shapes.declared())) {
                throw new TrialException("the size of the model's input is fixed");
            }
            List<Variant> variants = new ArrayList<>();
            for (double factor : FACTORS) {
                Size size = new Size(
                        side(shapes.info().widthPx(), factor),
                        side(shapes.info().heightPx(), factor));
                variants.add(new Variant(size.toString(), original.file(), sized(original.description(), size)));
            }
            return variants.stream().distinct().toList();
        } catch (GraphException | ModelException e) {
            throw new TrialException(e.getMessage(), e);
        }
    }

    private static boolean isFixed(ModelInfo declared) throws ModelException {
        long[] shape = declared.image().shape();
        int heightAt = declared.layout() == Layout.NCHW ? 2 : 1;
        return shape[heightAt] > 0 && shape[heightAt + 1] > 0;
    }

    private static int side(int px, double factor) {
        return Math.max(MULTIPLE_PX, (int) Math.round(px * factor / MULTIPLE_PX) * MULTIPLE_PX);
    }

    private static ModelDescription sized(ModelDescription description, Size size) {
        Input was = description.input();
        return new ModelDescription(
                description.family(),
                description.labels(),
                description.labelNames(),
                new Input(
                        size,
                        was.layout(),
                        was.color(),
                        was.mean(),
                        was.std(),
                        was.resize(),
                        was.padding(),
                        was.element()));
    }
}
