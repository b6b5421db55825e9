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
 * What each layer loses by itself: its input and its weights rounded, against itself in float, on the same values. Layers are
 * measured in a copy of the graph that has each of them a second time, many in one run over the frames, and only sums come out
 * of it.
 *
 * @param meanError by output channel, of the rounded one less the float one
 * @param signalToNoiseDb power of the output over that of the error, 10·log10; infinite where there is none
 */
record LayerErrors(float[] meanError, double signalToNoiseDb) {
    /** Rounded weights that are always fine in one copy. */
    private static final long CHUNK_BYTES = 64L << 20;

    private static final String MEAN = "vigil mean ";
    private static final String NOISE = "vigil noise ";
    private static final String SIGNAL = "vigil signal ";

    /** Since this version reductions take their axes as an input. */
    private static final int AXES_ARE_INPUTS = 18;

    /**
     * Measures all layers.
     *
     * @param model that the parts are of; not changed
     */
    static Map<String, LayerErrors> measure(
            Activations activations,
            OnnxModel model,
            IntegerParts parts,
            Map<String, Step> steps,
            RoundedWeights weights,
            Map<String, Fact> facts,
            FrameSet set,
            int[] frames)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        List<Layer> layers = List.copyOf(parts.layers().values());
        Map<String, double[]> sums = new HashMap<>();
        int done = 0;
        for (List<Layer> some : chunks(layers, facts)) {
            OnnxModel copy = model.copy();
            Graph graph = copy.graph();
            graph.outputs().clear();
            for (Layer layer : some) {
                addSecond(copy, layer, steps.get(layer.node().getInput(0)), weights, facts);
            }
            graph.prune(graph.outputs().stream().map(o -> o.getName()).toList());
            Path file = activations.folder().resolve("errors.onnx");
            copy.write(file);
            String what = "measuring layers " + (done + 1) + " to " + (done + some.size()) + " of " + layers.size()
                    + " on frame ";
            activations.run(
                    file,
                    set,
                    frames,
                    i -> activations.progress().accept(what + (i + 1) + " of " + frames.length),
                    (name, values) -> sum(sums, name, values));
            Files.delete(file);
            done += some.size();
        }
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

    /** So that a copy has a quarter more weights than the model, or a little. */
    private static List<List<Layer>> chunks(List<Layer> layers, Map<String, Fact> facts) {
        long all = layers.stream().mapToLong(layer -> bytes(layer, facts)).sum();
        long most = Math.max(CHUNK_BYTES, all / 4);
        List<List<Layer>> chunks = new ArrayList<>();
        long bytes = most;
        for (Layer layer : layers) {
            if (bytes + bytes(layer, facts) > most) {
                chunks.add(new ArrayList<>());
                bytes = 0;
            }
            chunks.get(chunks.size() - 1).add(layer);
            bytes += bytes(layer, facts);
        }
        return chunks;
    }

    private static long bytes(Layer layer, Map<String, Fact> facts) {
        return Float.BYTES
                * Math.max(0, facts.getOrDefault(layer.weights(), Fact.UNKNOWN).count());
    }

    private static void sum(Map<String, double[]> sums, String name, FloatBuffer values) {
        double[] sum = sums.computeIfAbsent(name, n -> new double[values.limit()]);
        for (int i = 0; i < sum.length; i++) {
            sum[i] += values.get(i);
        }
    }

    private static void addSecond(
            OnnxModel model, Layer layer, Step step, RoundedWeights weights, Map<String, Fact> facts)
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
                        .setInput(
                                1,
                                add(
                                        graph,
                                        weights.inFloats(model, layer).toBuilder()
                                                .setName(stem + " weights")
                                                .build()))
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

    private static String add(Graph graph, TensorProto tensor) {
        graph.initializers().put(tensor.getName(), tensor);
        return tensor.getName();
    }
}
