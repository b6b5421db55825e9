package dev.vigil.workshop.tune;

import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.infer.InferException;
import dev.vigil.infer.ModelFormat;
import dev.vigil.workshop.optimize.Optimizer;
import dev.vigil.workshop.trial.FrameSet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The same graph without what costs time for nothing. */
public final class OptimisedGraph implements VariantMaker {
    private final Path cacheDir;

    /** @param cacheDir for what inference unpacks */
    public OptimisedGraph(Path cacheDir) {
        this.cacheDir = cacheDir;
    }

    @Override
    public String name() {
        return "optimised graph";
    }

    @Override
    public List<Variant> make(Variant original, Path folder, FrameSet frames, double lossPoints, Duration atMost)
            throws TrialException {
        ModelFormat format = ModelFormat.of(original.file());
        if (format != ModelFormat.ONNX) {
            throw new TrialException("models of " + format.label() + " are taken as they are");
        }
        try {
            OnnxModel model = OnnxModel.read(original.file());
            Optimizer.Outcome outcome = Optimizer.run(model, Optimizer.Options.of(cacheDir));
            if (outcome.effective().isEmpty()) {
                throw new TrialException("there is nothing in it that could be left out");
            }
            model.metadata().put("optimized", "by vigil model tune: " + String.join(", ", outcome.effective()));
            Path file = folder.resolve("optimised.onnx");
            model.write(file);
            return List.of(new Variant("optimised", file, original.description()));
        } catch (GraphException | InferException | IOException e) {
            throw new TrialException(e.getMessage(), e);
        }
    }
}
