package dev.vigil.workshop.half;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.WeightPool;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.workshop.ConstantNodes;
import dev.vigil.workshop.ModelBytes;
import dev.vigil.workshop.ModelShapes;
import dev.vigil.workshop.Scratch;
import dev.vigil.workshop.trial.Bound;
import dev.vigil.workshop.trial.Duel;
import dev.vigil.workshop.trial.Likeness;
import dev.vigil.workshop.trial.Reference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Makes models in half precision. Not threadsafe. */
public final class Half {
    private static final double SECONDS = 2;
    private static final int NAMED_MAX = 8;
    /** A value may become this much larger on frames to come than on those that were looked at. */
    static final float HEADROOM = 4;

    private final Path cacheDir;
    private final Consumer<String> progress;

    /**
     * What is wanted.
     *
     * @param inputs whether pictures are given as halves
     * @param outputs whether outputs are halves
     * @param weightsOnly whether only the weights are halves, and arithmetic stays in FP32
     */
    public record Options(List<KeepPattern> keep, boolean inputs, boolean outputs, boolean weightsOnly, Bound bound) {}

    /**
     * What was made.
     *
     * @param nodes that compute with floats
     * @param halfNodes of them in FP16
     * @param halfTensors weights that are stored as halves, where only these are
     * @param casts between the precisions
     * @param kept nodes, or tensors, that stay in FP32, with the reason
     * @param rounded how far a device is that rounds every value to FP16; null where only weights are
     * @param here how far the file is as this box runs it
     */
    public record Report(
            long bytesBefore,
            long bytesAfter,
            int nodes,
            int halfNodes,
            int halfTensors,
            int casts,
            Map<String, String> kept,
            Likeness rounded,
            Likeness here,
            Duel duel) {}

    /** @param progress is told a line now and then */
    public Half(Path cacheDir, Consumer<String> progress) {
        this.cacheDir = cacheDir;
        this.progress = progress;
    }

    /**
     * Writes a model in half precision.
     *
     * @param reference the model itself on what it is tried on
     * @throws GraphException when it can not be made, or loses too much; to be read after the file's name
     * @throws InferException when what was made does not run
     */
    public Report write(Path in, Path out, ModelDescription description, Reference reference, Options options)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        OnnxModel model = OnnxModel.read(in);
        ModelDescription.Size size = description.input().size();
        long before = ModelBytes.of(model);
        ConstantNodes.toInitializers(model.graph());
        try (Scratch scratch = Scratch.in(cacheDir);
                WeightPool pool = WeightPool.in(scratch.folder())) {
            Trials trials = new Trials(scratch, pool, reference, size);
            return options.weightsOnly
                    ? weights(model.in(pool), before, out, trials, options)
                    : compute(model.in(pool), before, out, trials, options);
        }
    }

    /** Where and on what forms of a model are tried. */
    private record Trials(Scratch scratch, WeightPool pool, Reference reference, ModelDescription.Size size) {
        Path write(OnnxModel model) throws IOException {
            Path file = scratch.file("trial.onnx");
            model.write(file);
            return file;
        }
    }

    private Duel duel(OnnxModel model, Path trial, Trials trials)
            throws InferException, ModelException, ConvertException, IOException {
        progress.accept("measuring speed");
        return Duel.of(model.file(), trial, trials.size, trials.reference, onBest(), cacheDir, SECONDS);
    }

    private Report weights(OnnxModel model, long before, Path out, Trials trials, Options options)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        Map<String, String> kept = new LinkedHashMap<>();
        int tensors = HalfWeights.store(model, new HalfTensors(trials.pool, model.folder()), options.keep, kept);
        if (tensors == 0) {
            throw new GraphException("has no weights in float32 that FP16 could take" + named(kept));
        }
        model.metadata().put("vigil_half", "weights stored as FP16");
        Path trial = trials.write(model);
        progress.accept("comparing");
        Likeness here = trials.reference.compare(trial);
        if (!options.bound.holds(here)) {
            throw new GraphException("loses too much with its weights in FP16: " + KeepSearch.shown(here));
        }
        Duel duel = duel(model, trial, trials);
        model.write(out);
        return new Report(
                before,
                ModelBytes.of(OnnxModel.read(out)),
                model.graph().nodes().size() - tensors,
                0,
                tensors,
                tensors,
                kept,
                null,
                here,
                duel);
    }

    private Report compute(OnnxModel model, long before, Path out, Trials trials, Options options)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        progress.accept("looking at the weights");
        Reference reference = trials.reference;
        HalfPlan plan = HalfPlan.of(model, ModelShapes.of(model, trials.size).facts(), options.keep);
        keepLarge(
                plan,
                new Ranges(plan, reference, trials.size, cacheDir)
                        .measure(trials.scratch.file("ranges.onnx"), progress));
        if (plan.halfNodes().length == 0) {
            throw new GraphException("has no node that could compute in FP16" + named(plan.keptNodes()));
        }
        progress.accept("comparing");
        HalfTensors tensors = new HalfTensors(trials.pool, model.folder());
        KeepSearch search = new KeepSearch(
                half -> trials.write(HalfGraph.emulated(half, tensors).model()),
                half -> reference.compare(
                        trials.write(HalfGraph.of(half, tensors, options.inputs, options.outputs)
                                .model()),
                        onBest(),
                        reference.inputs()),
                reference,
                options.bound,
                progress);
        Likeness rounded = search.run(plan);
        if (!options.bound.holds(rounded)) {
            throw new GraphException("loses too much in FP16, even with half of its nodes kept in FP32: "
                    + KeepSearch.shown(rounded) + named(plan.keptNodes()));
        }
        HalfGraph.Made made = HalfGraph.of(plan, tensors, options.inputs, options.outputs);
        int half = plan.halfNodes().length;
        int concerned = half + plan.keptNodes().size();
        made.model()
                .metadata()
                .put("vigil_half", "FP16, but for " + (concerned - half) + " of " + concerned + " nodes");
        Path trial = trials.write(made.model());
        Likeness here = reference.compare(trial, onBest(), reference.inputs());
        if (!options.bound.holds(here)) {
            throw new GraphException(
                    "loses too much in FP16 as this box runs it: " + KeepSearch.shown(here) + named(plan.keptNodes()));
        }
        Duel duel = duel(model, trial, trials);
        made.model().write(out);
        return new Report(
                before,
                ModelBytes.of(OnnxModel.read(out)),
                concerned,
                half,
                0,
                made.casts(),
                plan.keptNodes(),
                rounded,
                here,
                duel);
    }

    /** Where it will run: on the GPU, if the box has one. */
    private static InferOptions onBest() {
        return Reference.onCpu().withDevice(InferOptions.Device.AUTO);
    }

    private static void keepLarge(HalfPlan plan, Map<String, Float> largest) {
        for (int i : plan.halfNodes()) {
            var node = plan.nodes().get(i);
            for (List<String> values : List.of(node.getInputList(), node.getOutputList())) {
                for (String value : values) {
                    Float size = largest.get(value);
                    // Written so that NaN counts as too large.
                    if (size != null && !(size <= HalfTensors.LARGEST / HEADROOM)) {
                        plan.keep(i, "values of " + value + " reach " + size);
                    }
                }
            }
        }
    }

    private static String named(Map<String, String> kept) {
        return kept.isEmpty()
                ? ""
                : ". In FP32 stay: "
                        + kept.entrySet().stream()
                                .limit(NAMED_MAX)
                                .map(one -> one.getKey() + ", " + one.getValue())
                                .collect(Collectors.joining("; "))
                        + (kept.size() > NAMED_MAX ? "; and " + (kept.size() - NAMED_MAX) + " more" : "");
    }
}
