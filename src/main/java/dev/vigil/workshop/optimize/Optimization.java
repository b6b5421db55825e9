package dev.vigil.workshop.optimize;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelDescription.Size;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.WeightPool;
import dev.vigil.infer.InferException;
import dev.vigil.infer.ort.OrtGraph;
import dev.vigil.infer.ort.OrtGraph.Optimizing;
import dev.vigil.infer.ort.OrtGraph.Tensor;
import dev.vigil.workshop.NmsOnCpu;
import dev.vigil.workshop.Scratch;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.Latency;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A file optimised into another one, with the proof that it still gives the same. Nothing is written where it does not.
 */
public final class Optimization {
    private static final int RANDOM_INPUTS = 3;

    private final Path cacheDir;
    private final Consumer<String> progress;

    /**
     * @param cacheDir for what inference unpacks, and for models that are tried
     * @param progress is told a line now and then
     */
    public Optimization(Path cacheDir, Consumer<String> progress) {
        this.cacheDir = cacheDir;
        this.progress = progress;
    }

    /**
     * What is wanted.
     *
     * @param description what the model's .yml says
     * @param size of pictures, to be fixed; null to leave it open
     * @param batch to be fixed; 0 to leave it open
     * @param cutNms whether NMS inside is cut away first, for Vigil's own
     * @param skipped passes that are left out
     * @param seconds of inference that are timed
     */
    public record Request(
            ModelDescription description, Size size, int batch, boolean cutNms, Set<String> skipped, double seconds) {
        /** Of the picture, for a model that leaves it open. */
        private Size picture() {
            return size != null ? size : description.input().size();
        }
    }

    /**
     * What came of it.
     *
     * @param difference the largest, {@code |x - y| / max(1, |x|)}
     * @param output that has it; null for a model without outputs of numbers
     * @param randoms how many random inputs were tried
     * @param frames how many frames were tried
     * @param framesLack why none were; null where some were
     */
    public record Report(
            Optimizer.Outcome outcome,
            Latency before,
            Latency after,
            double difference,
            String output,
            int randoms,
            int frames,
            String framesLack) {}

    /**
     * Does it.
     *
     * @param frames to try it on besides random input; null for none
     * @param note a line for the new file's metadata, after which the passes that changed something are named
     * @throws GraphException when the model is not understood, or the result differs; to be read after the file's name
     */
    public Report run(Path in, Path out, Request request, FrameSet frames, String note)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        try (Scratch folder = Scratch.in(cacheDir);
                WeightPool pool = WeightPool.in(folder.folder())) {
            Path original = in;
            if (request.cutNms) {
                progress.accept("cutting NMS");
                original = folder.file("cut.onnx");
                new NmsOnCpu(cacheDir).split(in, original, new NmsOnCpu.Options(null, null, request.picture()));
            }
            progress.accept("optimising");
            OnnxModel model = OnnxModel.read(original).in(pool);
            FixedShapes.apply(model, request.size, request.batch);
            Optimizer.Outcome outcome = Optimizer.run(
                    model,
                    new Optimizer.Options(cacheDir, request.skipped, (pass, now) -> progress.accept("pass " + pass)));
            model.metadata().put("optimized", note + ": " + String.join(", ", outcome.effective()));
            Path trial = folder.file("trial.onnx");
            model.write(trial);
            Report report = prove(original, trial, model, request, frames, outcome);
            model.write(out);
            return report;
        }
    }

    private Report prove(
            Path original, Path trial, OnnxModel model, Request request, FrameSet frames, Optimizer.Outcome outcome)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        TrialInputs inputs = new TrialInputs(model, request.picture());
        Proof.Difference worst = new Proof.Difference(null, 0);
        String lack = frames == null ? "there were none" : null;
        int tried = 0;
        try (Proof proof = new Proof(original, trial, cacheDir)) {
            if (frames != null) {
                try (TrialInputs.OfPictures pictures =
                        inputs.new OfPictures(model, request.description, request.picture())) {
                    for (; tried < frames.size(); tried++) {
                        progress.accept("frame " + (tried + 1) + " of " + frames.size());
                        Map<String, Tensor> picture = pictures.of(frames.picture(tried));
                        worst = worse(worst, proof.compare(picture));
                        require(worst, picture, frames.name(tried).toString(), original, request);
                    }
                } catch (ModelException e) {
                    lack = e.getMessage();
                }
            }
            for (int i = 0; i < RANDOM_INPUTS; i++) {
                progress.accept("random input " + (i + 1));
                Map<String, Tensor> values = inputs.random(inputs.takesBatches() && i > 0 ? 2 : 1, i);
                worst = worse(worst, proof.compare(values));
                require(worst, values, "random input", original, request);
            }
            progress.accept("timing");
            Latency.Pair times = proof.time(inputs.random(1, 0), request.seconds);
            return new Report(
                    outcome, times.first(), times.second(), worst.size(), worst.output(), RANDOM_INPUTS, tried, lack);
        }
    }

    private static Proof.Difference worse(Proof.Difference a, Proof.Difference b) {
        return a.output() == null || b.size() > a.size() ? b : a;
    }

    private void require(
            Proof.Difference worst, Map<String, Tensor> inputs, String what, Path original, Request request)
            throws GraphException, ModelException, InferException, IOException {
        if (!worst.isTooLarge()) {
            return;
        }
        progress.accept("looking for the pass that broke it");
        String culprit = culprit(original, request, inputs);
        throw new GraphException(String.format(
                Locale.ROOT,
                "can not be optimised so: on %s output %s differs by %.3g, relative to max(1, |x|), where %.0e is allowed."
                        + " %s Nothing was written",
                what,
                worst.output(),
                worst.size(),
                Proof.DIFFERENCE_MAX,
                culprit == null
                        ? "No single pass does it: ONNX Runtime's own optimiser makes something else of the result."
                        : "It is pass " + culprit + " that does it: --skip " + culprit + " leaves it out."));
    }

    /** Carries out of the optimiser which pass it was. */
    private static final class Found extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String pass;

        Found(String pass) {
            super(pass);
            this.pass = pass;
        }
    }

    /** The first pass after which the outputs differ; null where none is found. */
    private String culprit(Path original, Request request, Map<String, Tensor> inputs)
            throws GraphException, ModelException, InferException, IOException {
        try (Scratch folder = Scratch.in(cacheDir);
                WeightPool pool = WeightPool.in(folder.folder());
                OrtGraph before = OrtGraph.open(original, Optimizing.ALL, 1, cacheDir)) {
            Map<String, Tensor> wanted = before.run(inputs);
            Path trial = folder.file("trial.onnx");
            OnnxModel model = OnnxModel.read(original).in(pool);
            FixedShapes.apply(model, request.size, request.batch);
            Optimizer.run(model, new Optimizer.Options(cacheDir, request.skipped, (pass, now) -> {
                now.write(trial);
                try (OrtGraph after = OrtGraph.open(trial, Optimizing.ALL, 1, cacheDir)) {
                    if (Proof.difference(wanted, after.run(inputs)).isTooLarge()) {
                        throw new Found(pass);
                    }
                }
            }));
            return null;
        } catch (Found found) {
            return found.pass;
        }
    }
}
