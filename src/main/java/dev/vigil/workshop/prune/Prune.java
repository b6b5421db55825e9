package dev.vigil.workshop.prune;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.TensorData;
import dev.vigil.graph.WeightPool;
import dev.vigil.graph.Weights;
import dev.vigil.graph.shape.Cost;
import dev.vigil.graph.shape.Fact;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.ValueInfoProto;

/** Removes channels that contribute nothing. Not threadsafe. */
public final class Prune {
    /** What sums in another order may differ by. */
    public static final Bound EXACT = new Bound(0.001, 0.1);

    private static final double SECONDS = 2;
    /** Each round removes something, or is the last. */
    private static final int ROUNDS_MAX = 50;

    private final Path cacheDir;
    private final Consumer<String> progress;

    /**
     * What is wanted.
     *
     * @param threshold norm of weights, in parts of the layer's largest, up to which they count as zero; 0 for real zeros only
     * @param lossMax points of mAP 50 that may be lost, of a model that is no detector hundredths of an output's largest value; NaN
     *     for what must be the same but for the order of sums
     */
    public record Options(double threshold, double lossMax) {}

    /** A layer that makes channels. */
    public record Layer(String name, int before, int after) {}

    /** @param zeros of its weights that are zero; {@code multiplyAdds} where they are known */
    public record Size(long bytes, long parameters, long zeros, double multiplyAdds) {}

    /**
     * What was done.
     *
     * @param layers all that make channels, in the graph's order
     * @param likeness null where nothing was removed, as is {@code duel}
     */
    public record Report(List<Layer> layers, Size before, Size after, Likeness likeness, Duel duel) {
        public int removed() {
            return layers.stream().mapToInt(layer -> layer.before - layer.after).sum();
        }
    }

    /** @param progress is told a line now and then */
    public Prune(Path cacheDir, Consumer<String> progress) {
        this.cacheDir = cacheDir;
        this.progress = progress;
    }

    /**
     * Writes a model without the channels that contribute nothing; the same model where there are none.
     *
     * @param reference the model itself on what it is tried on, with the bound {@link #EXACT}
     * @throws GraphException when it can not be read, or loses too much; to be read after the file's name
     */
    public Report write(Path in, Path out, ModelDescription description, Reference reference, Options options)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        try (Scratch scratch = Scratch.in(cacheDir);
                WeightPool pool = WeightPool.in(scratch.folder())) {
            return write(OnnxModel.read(in).in(pool), scratch.file("trial.onnx"), out, description, reference, options);
        }
    }

    private Report write(
            OnnxModel model, Path trial, Path out, ModelDescription description, Reference reference, Options options)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        Path in = model.file();
        ModelDescription.Size picture = description.input().size();
        Graph graph = model.graph();
        ConstantNodes.toInitializers(graph);
        Size before = size(OnnxModel.read(in), facts(model, picture));
        Map<String, Integer> channels = channels(graph);
        progress.accept("following channels");
        if (!remove(model, picture, options.threshold)) {
            OnnxModel.read(in).write(out);
            return new Report(layers(channels, channels), before, before, null, null);
        }
        List<Layer> layers = layers(channels, channels(graph));
        int total = layers.stream().mapToInt(Layer::before).sum();
        int gone = layers.stream().mapToInt(layer -> layer.before - layer.after).sum();
        model.metadata().put("vigil_prune", gone + " of " + total + " channels removed");
        model.write(trial);
        progress.accept("comparing");
        Likeness likeness = reference.compare(trial);
        check(likeness, options, gone);
        Duel duel = Duel.of(in, trial, picture, reference, onBest(), cacheDir, SECONDS);
        model.write(out);
        OnnxModel written = OnnxModel.read(out);
        return new Report(layers, before, size(written, facts(written, picture)), likeness, duel);
    }

    /** Changes a model, without looking whether it still does what it did; returns whether there was anything to remove. */
    static boolean remove(OnnxModel model, ModelDescription.Size picture, double threshold)
            throws GraphException, ModelException {
        Graph graph = model.graph();
        ConstantNodes.toInitializers(graph);
        graph.inputs().removeIf(input -> graph.initializers().containsKey(input.getName()));
        graph.prune(outputs(graph));
        boolean any = false;
        for (int round = 0; round < ROUNDS_MAX && once(model, picture, threshold); round++) {
            any = true;
        }
        return any;
    }

    private static InferOptions onBest() {
        return Reference.onCpu().withDevice(InferOptions.Device.AUTO);
    }

    private static Map<String, Fact> facts(OnnxModel model, ModelDescription.Size picture)
            throws GraphException, ModelException {
        return ModelShapes.of(model, picture).facts();
    }

    private static boolean once(OnnxModel model, ModelDescription.Size picture, double threshold)
            throws GraphException, ModelException {
        Flow flow = Flow.of(model, facts(model, picture), threshold);
        boolean[] removed = Decision.removed(flow);
        boolean any = false;
        for (Channels channels : flow.channels.values()) {
            for (int atom : channels.atoms()) {
                any |= removed[atom];
            }
        }
        if (any) {
            new Cutter(flow, removed).run();
            model.graph().prune(outputs(model.graph()));
        }
        return any;
    }

    private static void check(Likeness likeness, Options options, int gone) throws GraphException {
        if (Double.isNaN(options.lossMax)) {
            if (!EXACT.holds(likeness)) {
                throw new GraphException(
                        "is not the same without its " + gone
                                + " channels of zeros: ONNX Runtime computes it otherwise by more than sums in another order explain");
            }
            return;
        }
        double loss = likeness.boxes() == null ? 100 * likeness.outputs() : likeness.lossPoints();
        if (!(loss <= options.lossMax)) {
            throw new GraphException(String.format(
                    Locale.ROOT,
                    "loses %.2f points without %d channels below the threshold of %s, and %s are allowed (--loss)",
                    loss,
                    gone,
                    options.threshold,
                    options.lossMax));
        }
    }

    private static Set<String> outputs(Graph graph) {
        Set<String> names = new HashSet<>();
        graph.outputs().stream().map(ValueInfoProto::getName).forEach(names::add);
        return names;
    }

    /** How many channels each layer makes. */
    static Map<String, Integer> channels(Graph graph) {
        Map<String, Integer> channels = new LinkedHashMap<>();
        for (NodeProto node : graph.nodes()) {
            TensorProto weights = weights(graph, node);
            if (weights != null) {
                channels.put(Nodes.shown(node), (int) made(node, weights));
            }
        }
        return channels;
    }

    private static TensorProto weights(Graph graph, NodeProto node) {
        boolean layer = List.of("Conv", "ConvTranspose", "Gemm", "MatMul").contains(Nodes.operator(node));
        TensorProto weights = layer ? graph.initializers().get(Nodes.input(node, 1)) : null;
        return weights == null || weights.getDimsCount() < 2 ? null : weights;
    }

    private static long made(NodeProto node, TensorProto weights) {
        return switch (node.getOpType()) {
            case "Conv" -> weights.getDims(0);
            case "ConvTranspose" -> weights.getDims(1) * Nodes.integer(node, "group", 1);
            case "Gemm" -> weights.getDims(Nodes.integer(node, "transB", 0) != 0 ? 0 : 1);
            default -> weights.getDims(weights.getDimsCount() - 1);
        };
    }

    private static List<Layer> layers(Map<String, Integer> before, Map<String, Integer> after) {
        List<Layer> layers = new ArrayList<>();
        before.forEach((name, count) -> layers.add(new Layer(name, count, after.getOrDefault(name, 0))));
        return layers;
    }

    private static Size size(OnnxModel model, Map<String, Fact> facts) throws GraphException, IOException {
        long parameters = 0;
        long[] zeros = {0};
        for (TensorProto tensor : model.graph().initializers().values()) {
            if (tensor.getDataType() == DataType.FLOAT_VALUE) {
                parameters += TensorData.count(tensor);
                Weights.floats(tensor, model.folder(), values -> {
                    while (values.hasRemaining()) {
                        zeros[0] += values.get() == 0 ? 1 : 0;
                    }
                });
            }
        }
        double multiplyAdds = model.graph().nodes().stream()
                .mapToDouble(node -> Cost.multiplyAdds(node, facts))
                .filter(cost -> !Double.isNaN(cost))
                .sum();
        return new Size(ModelBytes.of(model), parameters, zeros[0], multiplyAdds);
    }
}
