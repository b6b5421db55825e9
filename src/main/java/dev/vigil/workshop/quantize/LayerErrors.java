package dev.vigil.workshop.quantize;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.Weights;
import dev.vigil.graph.shape.Fact;
import dev.vigil.infer.InferException;
import dev.vigil.workshop.quantize.IntegerParts.Layer;
import dev.vigil.workshop.trial.FrameSet;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/**
 * What each layer loses by itself: its input and its weights rounded, against itself in float, on the same values. All layers are
 * measured in one run over the frames, in a copy of the graph that has each of them a second time, and only sums come out of it.
 *
 * @param meanError by output channel, of the rounded one less the float one
 * @param signalToNoiseDb power of the output over that of the error, 10·log10; infinite where there is none
 */
record LayerErrors(float[] meanError, double signalToNoiseDb) {
    private static final String MEAN = "vigil mean ";
    private static final String NOISE = "vigil noise ";
    private static final String SIGNAL = "vigil signal ";

    /** Since this version reductions take their axes as an input. */
    private static final int AXES_ARE_INPUTS = 18;

    /** Measures all layers; see {@link Activations#histograms} for the rest. */
    static Map<String, LayerErrors> measure(
            Activations activations,
            Path model,
            IntegerParts parts,
            Map<String, Step> steps,
            int levels,
            Map<String, Fact> facts,
            FrameSet set,
            int[] frames)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        OnnxModel copy = OnnxModel.read(model);
        Graph graph = copy.graph();
        graph.outputs().clear();
        List<Layer> layers = new ArrayList<>(parts.layers().values());
        for (Layer layer : layers) {
            addSecond(copy, layer, steps.get(layer.node().getInput(0)), levels, facts);
        }
        graph.prune(graph.outputs().stream().map(o -> o.getName()).toList());
        Path file = activations.folder().resolve("errors.onnx");
        copy.write(file);
        Map<String, double[]> sums = new HashMap<>();
        activations.run(
                file,
                set,
                frames,
                i -> activations.progress().accept("measuring each layer on frame " + (i + 1) + " of " + frames.length),
                (name, values) -> sum(sums, name, values));
        Files.delete(file);
        Map<String, LayerErrors> errors = new LinkedHashMap<>();
        for (Layer layer : layers) {
            double[] mean = sums.get(MEAN + layer.name());
            float[] meanError = new float[layer.channels()];
            for (int i = 0; i < meanError.length; i++) {
                meanError[i] = (float) (mean[i] / frames.length);
            }
            double noise = sums.get(NOISE + layer.name())[0];
            double signal = sums.get(SIGNAL + layer.name())[0];
            errors.put(layer.name(), new LayerErrors(meanError, 10 * Math.log10(signal / noise)));
        }
        return errors;
    }

    private static void sum(Map<String, double[]> sums, String name, FloatBuffer values) {
        double[] sum = sums.computeIfAbsent(name, n -> new double[values.limit()]);
        for (int i = 0; i < sum.length; i++) {
            sum[i] += values.get(i);
        }
    }

    private static void addSecond(OnnxModel model, Layer layer, Step step, int levels, Map<String, Fact> facts)
            throws GraphException {
        Graph graph = model.graph();
        String stem = graph.fresh("vigil " + layer.name());
        String scale = add(graph, Weights.of(stem + " scale", new long[0], new float[] {step.scale()}));
        String zero = add(
                graph,
                Weights.of(
                        stem + " zero",
                        DataType.UINT8,
                        new long[0],
                        java.nio.ByteBuffer.allocate(1).put(0, (byte) step.zeroPoint())));
        String bytes = stem + " bytes";
        String rounded = stem + " rounded";
        String second = stem + " second";
        String difference = stem + " difference";
        graph.nodes()
                .add(Nodes.make("QuantizeLinear", bytes, List.of(layer.node().getInput(0), scale, zero)));
        graph.nodes().add(Nodes.make("DequantizeLinear", rounded, List.of(bytes, scale, zero)));
        graph.nodes()
                .add(layer.node().toBuilder()
                        .setInput(0, rounded)
                        .setInput(1, roundedWeights(model, layer, levels, stem))
                        .setOutput(0, second)
                        .clearName()
                        .build());
        graph.nodes().add(Nodes.make("Sub", difference, List.of(second, layer.name())));
        int rank = facts.getOrDefault(layer.name(), Fact.UNKNOWN).rank();
        int channelAxis = Nodes.is(layer.node(), "Conv") ? 1 : rank - 1;
        int known = Nodes.is(layer.node(), "Conv") && rank < 0
                ? graph.initializers().get(layer.weights()).getDimsCount()
                : rank;
        long[] axes =
                LongStream.range(0, known).filter(axis -> axis != channelAxis).toArray();
        output(graph, mean(model, MEAN + layer.name(), difference, axes));
        output(graph, Nodes.make("ReduceSumSquare", NOISE + layer.name(), List.of(difference), noDims()));
        output(graph, Nodes.make("ReduceSumSquare", SIGNAL + layer.name(), List.of(layer.name()), noDims()));
    }

    private static onnx.Onnx.AttributeProto noDims() {
        return Nodes.integer("keepdims", 0);
    }

    private static NodeProto mean(OnnxModel model, String name, String of, long[] axes) {
        if (model.opset("") >= AXES_ARE_INPUTS) {
            String input = add(model.graph(), Weights.of(name + " axes", axes));
            return Nodes.make("ReduceMean", name, List.of(of, input), noDims());
        }
        return Nodes.make("ReduceMean", name, List.of(of), Nodes.integers("axes", axes), noDims());
    }

    private static void output(Graph graph, NodeProto node) {
        graph.nodes().add(node);
        graph.outputs().add(Activations.output(node.getOutput(0)));
    }

    private static String roundedWeights(OnnxModel model, Layer layer, int levels, String stem) throws GraphException {
        TensorProto tensor = model.graph().initializers().get(layer.weights());
        float[] weights = Weights.floats(tensor, model.folder());
        ChannelWeights rounded = ChannelWeights.of(weights, layer.channels(), layer.inner(), levels);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = rounded.value(i, layer.inner());
        }
        long[] dims = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
        return add(model.graph(), Weights.of(stem + " weights", dims, weights));
    }

    private static String add(Graph graph, TensorProto tensor) {
        graph.initializers().put(tensor.getName(), tensor);
        return tensor.getName();
    }
}
