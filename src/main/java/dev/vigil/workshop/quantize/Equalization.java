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
import dev.vigil.workshop.trial.FrameSet;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.ValueInfoProto;

/**
 * Makes the channels of a value as large as each other: a single one that is ten times as large would leave the others three bits
 * less. Where convolutions lie at both ends, and nothing but sums, ReLU and pooling between, a channel can be divided by any factor
 * behind the first ones and multiplied by it in front of the next ones, and the model gives what it gave.
 *
 * <p>Factors are those of M. Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction" (ICCV 2019):
 * √(r₁/r₂) with the channel's range r₁ and that of the weights r₂ that read it; r₁ is what frames show, not what weights allow.
 */
final class Equalization {
    /** Operators that give factors through, channel by channel. */
    private static final Set<String> THROUGH = Set.of("Add", "Relu", "MaxPool", "AveragePool", "GlobalAveragePool");
    /** A channel that hardly ever is anything must not have weights without end. */
    private static final float FACTOR_MAX = 64;

    private final OnnxModel model;
    private final Graph graph;
    private final Map<String, NodeProto> producers;
    private final Map<String, List<NodeProto>> consumers;
    private final Set<String> outputs = new HashSet<>();

    /**
     * Values that must have the same factors.
     *
     * @param before convolutions that make them
     * @param after convolutions that read them
     */
    record Stream(Set<String> values, List<NodeProto> before, List<NodeProto> after, int channels) {}

    private Equalization(OnnxModel model) {
        this.model = model;
        this.graph = model.graph();
        this.producers = graph.producers();
        this.consumers = graph.consumers();
        graph.outputs().stream().map(ValueInfoProto::getName).forEach(outputs::add);
    }

    /**
     * Changes the weights of a model.
     *
     * @return how many streams of values were equalised
     */
    static int apply(OnnxModel model, Activations activations, Map<String, Fact> facts, FrameSet set, int[] frames)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        Equalization equalization = new Equalization(model);
        List<Stream> streams = equalization.streams();
        Set<String> names = new LinkedHashSet<>();
        streams.forEach(stream -> names.addAll(stream.values));
        Map<String, float[]> ranges = new HashMap<>();
        activations.read(
                model, names, facts, set, frames, (name, values) -> widen(ranges, name, facts.get(name), values));
        for (Stream stream : streams) {
            equalization.scale(stream, equalization.factors(stream, ranges));
        }
        return streams.size();
    }

    private static void widen(Map<String, float[]> ranges, String name, Fact fact, FloatBuffer values) {
        if (fact == null || fact.rank() < 2 || fact.extent(1) <= 0) {
            return; // the picture, which nobody asked for
        }
        int channels = (int) fact.extent(1);
        float[] most = ranges.computeIfAbsent(name, n -> new float[channels]);
        int pixels = values.limit() / channels;
        for (int i = 0; i < values.limit(); i++) {
            int channel = i / pixels;
            most[channel] = Math.max(most[channel], Math.abs(values.get(i)));
        }
    }

    /** All of them. */
    List<Stream> streams() {
        List<Stream> streams = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (NodeProto node : graph.nodes()) {
            if (isConv(node) && seen.add(node.getOutput(0))) {
                Stream stream = stream(node.getOutput(0), (int) weights(node).getDims(0));
                seen.addAll(stream == null ? Set.of() : stream.values);
                if (stream != null) {
                    streams.add(stream);
                }
            }
        }
        return streams;
    }

    /** What lies around a value, up to convolutions on all sides; null where something else is at one. */
    private Stream stream(String start, int channels) {
        Set<String> values = new LinkedHashSet<>();
        Set<NodeProto> before = new LinkedHashSet<>();
        Set<NodeProto> after = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(start));
        while (!open.isEmpty()) {
            String value = open.poll();
            if (!values.add(value)) {
                continue;
            }
            NodeProto producer = producers.get(value);
            List<NodeProto> readers = consumers.getOrDefault(value, List.of());
            if (producer == null || outputs.contains(value) || readers.isEmpty()) {
                return null;
            }
            if (isConv(producer) && weights(producer).getDims(0) == channels) {
                before.add(producer);
            } else if (isThrough(producer)) {
                open.addAll(producer.getInputList());
            } else {
                return null;
            }
            for (NodeProto reader : readers) {
                if (isConv(reader) && reader.getInput(0).equals(value) && isPlain(reader, channels)) {
                    after.add(reader);
                } else if (isThrough(reader)) {
                    open.add(reader.getOutput(0));
                } else {
                    return null;
                }
            }
        }
        return after.isEmpty() || before.isEmpty()
                ? null
                : new Stream(values, List.copyOf(before), List.copyOf(after), channels);
    }

    private static boolean isThrough(NodeProto node) {
        return Nodes.is(node, node.getOpType()) && THROUGH.contains(node.getOpType()) && node.getOutputCount() == 1;
    }

    /** A convolution with weights and bias of its own. */
    private boolean isConv(NodeProto node) {
        return Nodes.is(node, "Conv")
                && isOwn(node.getInput(1))
                && (Nodes.input(node, 2).isEmpty() || isOwn(node.getInput(2)));
    }

    private boolean isOwn(String name) {
        TensorProto tensor = graph.initializers().get(name);
        return tensor != null
                && tensor.getDataType() == DataType.FLOAT_VALUE
                && consumers.get(name).size() == 1
                && !outputs.contains(name);
    }

    /** Whether its weights have these channels side by side, or it is depthwise. */
    private boolean isPlain(NodeProto node, int channels) {
        long group = Nodes.integer(node, "group", 1);
        return group == 1 || group == channels && weights(node).getDims(1) == 1;
    }

    private TensorProto weights(NodeProto conv) {
        return graph.initializers().get(conv.getInput(1));
    }

    /** What each channel is divided by. */
    private float[] factors(Stream stream, Map<String, float[]> ranges) throws GraphException {
        float[] seen = new float[stream.channels];
        for (String value : stream.values) {
            float[] of = ranges.get(value);
            for (int i = 0; of != null && i < seen.length; i++) {
                seen[i] = Math.max(seen[i], of[i]);
            }
        }
        float[] read = new float[stream.channels];
        for (NodeProto conv : stream.after) {
            float[] weights = Weights.floats(weights(conv), model.folder());
            for (int i = 0; i < weights.length; i++) {
                int channel = inputChannel(conv, i);
                read[channel] = Math.max(read[channel], Math.abs(weights[i]));
            }
        }
        float[] factors = new float[stream.channels];
        double logs = 0;
        for (int i = 0; i < factors.length; i++) {
            boolean used = seen[i] > 0 && read[i] > 0;
            factors[i] = used ? (float) Math.sqrt(seen[i] / read[i]) : 1;
            logs += Math.log(factors[i]);
        }
        // Their mean is one, so that values stay about as large as they were.
        float mean = (float) Math.exp(logs / factors.length);
        for (int i = 0; i < factors.length; i++) {
            factors[i] = Math.max(1 / FACTOR_MAX, Math.min(FACTOR_MAX, factors[i] / mean));
        }
        return factors;
    }

    private int inputChannel(NodeProto conv, int index) {
        TensorProto tensor = weights(conv);
        int inner = Math.toIntExact(product(tensor.getDimsList().subList(2, tensor.getDimsCount())));
        return Nodes.integer(conv, "group", 1) == 1
                ? ChannelWeights.channel(index, (int) tensor.getDims(1), inner)
                : ChannelWeights.channel(index, (int) tensor.getDims(0), inner);
    }

    private static long product(Collection<Long> extents) {
        return extents.stream().reduce(1L, (a, b) -> a * b);
    }

    private void scale(Stream stream, float[] factors) throws GraphException {
        for (NodeProto conv : stream.before) {
            TensorProto tensor = weights(conv);
            int inner = Math.toIntExact(product(tensor.getDimsList()) / stream.channels);
            float[] weights = Weights.floats(tensor, model.folder());
            for (int i = 0; i < weights.length; i++) {
                weights[i] /= factors[i / inner];
            }
            replace(tensor, weights);
            if (!Nodes.input(conv, 2).isEmpty()) {
                TensorProto bias = graph.initializers().get(conv.getInput(2));
                float[] values = Weights.floats(bias, model.folder());
                for (int i = 0; i < values.length; i++) {
                    values[i] /= factors[i];
                }
                replace(bias, values);
            }
        }
        for (NodeProto conv : stream.after) {
            TensorProto tensor = weights(conv);
            float[] weights = Weights.floats(tensor, model.folder());
            for (int i = 0; i < weights.length; i++) {
                weights[i] *= factors[inputChannel(conv, i)];
            }
            replace(tensor, weights);
        }
    }

    private void replace(TensorProto tensor, float[] values) throws GraphException {
        long[] dims = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
        graph.initializers().put(tensor.getName(), model.weights(tensor.getName(), dims, values));
    }
}
