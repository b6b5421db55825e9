package dev.vigil.workshop.quantize;

import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.shape.Fact;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.ValueInfoProto;

/**
 * What of a graph is computed in 8 bits: layers with weights, and what lies between them. An operator that follows the last layer
 * stays in float, and so does one that reads a value that is not in 8 bits anyhow.
 *
 * <p>All nodes are told by the name of what they make.
 */
final class IntegerParts {
    /** Give what they take in other places: input and output have the same step. */
    static final Set<String> MOVES =
            Set.of("MaxPool", "Resize", "Reshape", "Transpose", "Slice", "Flatten", "Squeeze", "Unsqueeze");

    private static final Set<String> BETWEEN =
            Set.of("Add", "Mul", "Sigmoid", "LeakyRelu", "Concat", "AveragePool", "GlobalAveragePool");

    private final Graph graph;
    private final Map<String, Fact> facts;
    private final Map<String, List<NodeProto>> consumers;
    private final Set<String> outputs = new HashSet<>();
    private final Map<String, Layer> layers = new LinkedHashMap<>();
    private final Set<String> between = new LinkedHashSet<>();
    private final Map<String, NodeProto> absorbed = new HashMap<>();

    /**
     * A node with weights.
     *
     * @param node that makes {@code name}
     * @param channels of the output
     * @param inner see {@link ChannelWeights#channel}
     * @param axis of the weights that has the channels
     */
    record Layer(String name, NodeProto node, int channels, int inner, int axis) {
        String weights() {
            return node.getInput(1);
        }

        /** Empty where it has none. */
        String bias() {
            return Nodes.input(node, 2);
        }
    }

    private IntegerParts(Graph graph, Map<String, Fact> facts) {
        this.graph = graph;
        this.facts = facts;
        this.consumers = graph.consumers();
        graph.outputs().forEach(output -> outputs.add(output.getName()));
    }

    /**
     * Decides it.
     *
     * @param facts of all values
     * @param inFloat layers that are left alone
     */
    static IntegerParts of(Graph graph, Map<String, Fact> facts, Set<String> inFloat) throws GraphException {
        IntegerParts parts = new IntegerParts(graph, facts);
        List<NodeProto> sorted = graph.sorted();
        parts.find(sorted, inFloat);
        return parts;
    }

    private void find(List<NodeProto> sorted, Set<String> inFloat) {
        Set<String> able = new HashSet<>();
        for (ValueInfoProto input : graph.realInputs()) {
            if (isFloat(input.getName())) {
                able.add(input.getName());
            }
        }
        Set<String> candidates = new HashSet<>();
        for (NodeProto node : sorted) {
            Layer layer = layer(node);
            boolean here;
            if (layer != null) {
                here = !inFloat.contains(layer.name);
                if (here) {
                    layers.put(layer.name, layer);
                }
            } else {
                here = isBetween(node) && able.containsAll(activations(node));
                if (here) {
                    candidates.add(node.getOutput(0));
                }
            }
            if (here) {
                able.add(node.getOutput(0));
                NodeProto activation = activationAfter(node.getOutput(0));
                if (activation != null) {
                    absorbed.put(node.getOutput(0), activation);
                    able.add(activation.getOutput(0));
                }
            }
        }
        for (int i = sorted.size() - 1; i >= 0; i--) {
            String made = sorted.get(i).getOutput(0);
            if (candidates.contains(made) && isRead(result(made))) {
                between.add(made);
            }
        }
        absorbed.keySet().removeIf(made -> !contains(made));
    }

    /** Whether something reads it that is in 8 bits. */
    private boolean isRead(String value) {
        return consumers.getOrDefault(value, List.of()).stream()
                .anyMatch(
                        node -> contains(node.getOutput(0)) && activations(node).contains(value));
    }

    /** Whether the node that makes this is in 8 bits. */
    boolean contains(String made) {
        return layers.containsKey(made) || between.contains(made);
    }

    Map<String, Layer> layers() {
        return layers;
    }

    /** What becomes a byte of what a node makes: behind its activation, where that is done by cutting off. */
    String result(String made) {
        NodeProto activation = absorbed.get(made);
        return activation == null ? made : activation.getOutput(0);
    }

    /** Whether the node that makes this went into the one before it. */
    boolean isAbsorbed(NodeProto node) {
        return node.getInputCount() > 0
                && node.getOutputCount() == 1
                && absorbed.containsKey(node.getInput(0))
                && absorbed.get(node.getInput(0)).getOutput(0).equals(node.getOutput(0));
    }

    /** What a node reads that depends on the picture and has to be bytes. */
    List<String> activations(NodeProto node) {
        if (Nodes.is(node, "Concat") || Nodes.is(node, "Add") || Nodes.is(node, "Mul")) {
            return node.getInputList();
        }
        return List.of(node.getInput(0));
    }

    /** Every value that is a byte somewhere. */
    Set<String> values() {
        Set<String> values = new LinkedHashSet<>();
        for (NodeProto node : graph.nodes()) {
            if (node.getOutputCount() > 0 && contains(node.getOutput(0))) {
                values.addAll(activations(node));
                values.add(result(node.getOutput(0)));
            }
        }
        return values;
    }

    /**
     * What goes through a SiLU, {@code x·sigmoid(x)}, and nowhere else: its result by its input. In most models of the YOLO kind
     * every layer ends so.
     */
    Map<String, String> gates() {
        Map<String, String> gates = new HashMap<>();
        for (NodeProto node : graph.nodes()) {
            if (!Nodes.is(node, "Mul") || !between.contains(node.getOutput(0))) {
                continue;
            }
            for (int i = 0; i < 2; i++) {
                String value = node.getInput(i);
                String gate = node.getInput(1 - i);
                List<NodeProto> readers = consumers.getOrDefault(value, List.of());
                if (readers.size() == 2
                        && readers.stream()
                                .anyMatch(r ->
                                        Nodes.is(r, "Sigmoid") && r.getOutput(0).equals(gate))) {
                    gates.put(value, node.getOutput(0));
                }
            }
        }
        return gates;
    }

    private boolean isFloat(String value) {
        return facts.getOrDefault(value, Fact.UNKNOWN).type() == DataType.FLOAT_VALUE;
    }

    private boolean isBetween(NodeProto node) {
        if (!Nodes.is(node, node.getOpType()) || node.getInputCount() == 0 || !isFloat(node.getInput(0))) {
            return false;
        }
        long made = node.getOutputList().stream().filter(o -> !o.isEmpty()).count();
        if (made != 1) {
            return false;
        }
        if (Nodes.is(node, "Resize")) {
            // Cubic ones go beyond the values that they are made of.
            return List.of("nearest", "linear").contains(Nodes.text(node, "mode", "nearest"));
        }
        return BETWEEN.contains(node.getOpType()) || MOVES.contains(node.getOpType());
    }

    /** Null where a node has no weights that could be bytes. */
    private Layer layer(NodeProto node) {
        boolean conv = Nodes.is(node, "Conv");
        boolean gemm = Nodes.is(node, "Gemm")
                && Nodes.number(node, "alpha", 1) == 1
                && Nodes.number(node, "beta", 1) == 1
                && Nodes.integer(node, "transA", 0) == 0;
        boolean matMul = Nodes.is(node, "MatMul");
        if (!conv && !gemm && !matMul || !isFloat(node.getInput(0)) || outputs.contains(node.getInput(1))) {
            return null;
        }
        TensorProto weights = graph.initializers().get(node.getInput(1));
        String biasName = Nodes.input(node, 2);
        TensorProto bias = graph.initializers().get(biasName);
        if (weights == null
                || weights.getDataType() != DataType.FLOAT_VALUE
                || !biasName.isEmpty() && (bias == null || bias.getDataType() != DataType.FLOAT_VALUE)) {
            return null;
        }
        int rank = weights.getDimsCount();
        if (conv) {
            int channels = (int) weights.getDims(0);
            long all = weights.getDimsList().stream().reduce(1L, (a, b) -> a * b);
            return channels == 0 ? null : new Layer(node.getOutput(0), node, channels, (int) (all / channels), 0);
        }
        if (rank != 2) {
            return null;
        }
        int axis = gemm && Nodes.integer(node, "transB", 0) != 0 ? 0 : 1;
        int channels = (int) weights.getDims(axis);
        if (bias != null && (bias.getDimsCount() != 1 || bias.getDims(0) != channels)) {
            return null;
        }
        return new Layer(node.getOutput(0), node, channels, axis == 0 ? (int) weights.getDims(1) : 1, axis);
    }

    /** The ReLU, or Clip from zero on, that alone reads a value; null where there is none. */
    private NodeProto activationAfter(String value) {
        List<NodeProto> readers = consumers.getOrDefault(value, List.of());
        if (readers.size() != 1 || outputs.contains(value)) {
            return null;
        }
        NodeProto reader = readers.get(0);
        boolean relu = Nodes.is(reader, "Relu");
        boolean clip = Nodes.is(reader, "Clip")
                && isConstant(Nodes.input(reader, 1), 0, 0)
                && (Nodes.input(reader, 2).isEmpty() || isConstant(Nodes.input(reader, 2), 0, Double.MAX_VALUE));
        return relu || clip ? reader : null;
    }

    private boolean isConstant(String value, double from, double to) {
        double only = facts.getOrDefault(value, Fact.UNKNOWN).only();
        return only >= from && only <= to;
    }

    /** Operators that share one step on all sides, by the name of the value that stands for all of them. */
    Map<String, String> groups() {
        Map<String, String> owner = new HashMap<>();
        for (NodeProto node : graph.nodes()) {
            if (node.getOutputCount() > 0 && between.contains(node.getOutput(0)) && MOVES.contains(node.getOpType())) {
                String from = root(owner, node.getInput(0));
                String to = root(owner, result(node.getOutput(0)));
                if (!from.equals(to)) {
                    owner.put(to, from);
                }
            }
        }
        Map<String, String> groups = new HashMap<>();
        for (String value : values()) {
            groups.put(value, root(owner, value));
        }
        return groups;
    }

    private static String root(Map<String, String> owner, String value) {
        String at = value;
        while (owner.containsKey(at)) {
            at = owner.get(at);
        }
        return at;
    }

    /** Names of all values in 8 bits, one for each group. */
    List<String> owners() {
        return new ArrayList<>(new LinkedHashSet<>(groups().values()));
    }
}
