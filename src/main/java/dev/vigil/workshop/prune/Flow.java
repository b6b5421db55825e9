package dev.vigil.workshop.prune;

import dev.vigil.graph.Bodies;
import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.Weights;
import dev.vigil.graph.shape.Fact;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.ValueInfoProto;

/**
 * Follows channels through a graph, from the layers that make them to those that read them. Where they can not be followed they
 * must stay. Not threadsafe.
 */
final class Flow {
    final Graph graph;
    final Map<String, Fact> facts;
    final OnnxModel model;
    final int opset;
    final double threshold;
    final Atoms atoms = new Atoms();
    /** By value. */
    final Map<String, Channels> channels = new HashMap<>();

    final List<Use> uses = new ArrayList<>();
    /** What of each node's weights belongs to which channels. */
    final Map<NodeProto, List<Cut>> cuts = new IdentityHashMap<>();
    /** How else a node must be changed. */
    final Map<NodeProto, List<Edit>> edits = new IdentityHashMap<>();

    private final Set<String> outputs;

    /** An input of a node that is an initialiser has channels along an axis. */
    record Cut(int input, int axis, int[] atoms) {}

    /** Changes a node for what is left. */
    interface Edit {
        /** @param cutter knows what is left, and makes new initialisers */
        NodeProto apply(NodeProto node, Cutter cutter);
    }

    private Flow(OnnxModel model, Map<String, Fact> facts, double threshold) {
        this.graph = model.graph();
        this.facts = facts;
        this.opset = model.opset("");
        this.threshold = threshold;
        this.model = model;
        this.outputs = graph.outputs().stream().map(ValueInfoProto::getName).collect(Collectors.toUnmodifiableSet());
    }

    /** @param threshold norm of weights, in parts of the layer's largest, up to which they count as zero */
    static Flow of(OnnxModel model, Map<String, Fact> facts, double threshold) throws GraphException {
        Flow flow = new Flow(model, facts, threshold);
        for (NodeProto node : flow.graph.sorted()) {
            flow.visit(node);
        }
        for (String output : flow.outputs) {
            flow.pin(output);
        }
        return flow;
    }

    private void visit(NodeProto node) throws GraphException {
        boolean followed = Nodes.is(node, node.getOpType())
                && Bodies.of(node).isEmpty()
                && (WeightFlow.follow(this, node) || ElementFlow.follow(this, node) || LayoutFlow.follow(this, node));
        if (!followed) {
            Bodies.reads(node).forEach(this::pin);
        }
    }

    /** The channels of a value must stay. */
    void pin(String value) {
        Channels known = channels.get(value);
        if (known != null) {
            atoms.pin(known.atoms());
        }
    }

    /** Of an input; null where they are not known. */
    Channels in(NodeProto node, int input) {
        return channels.get(Nodes.input(node, input));
    }

    Fact fact(NodeProto node, int input) {
        return facts.getOrDefault(Nodes.input(node, input), Fact.UNKNOWN);
    }

    void out(NodeProto node, int output, Channels made) {
        if (output < node.getOutputCount() && !node.getOutput(output).isEmpty()) {
            channels.put(node.getOutput(output), made);
        }
    }

    /** An input that is an initialiser of float32; null when it is not. */
    TensorProto weights(NodeProto node, int input) {
        TensorProto tensor = graph.initializers().get(Nodes.input(node, input));
        return tensor == null || tensor.getDataType() != DataType.FLOAT_VALUE || outputs.contains(tensor.getName())
                ? null
                : tensor;
    }

    float[] floats(TensorProto tensor) throws GraphException {
        return Weights.floats(tensor, model.folder());
    }

    void cut(NodeProto node, int input, int axis, int[] along) {
        cuts.computeIfAbsent(node, n -> new ArrayList<>()).add(new Cut(input, axis, along));
    }

    void edit(NodeProto node, Edit edit) {
        edits.computeIfAbsent(node, n -> new ArrayList<>()).add(edit);
    }
}
