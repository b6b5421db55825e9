package dev.vigil.workshop.half;

import dev.vigil.graph.Bodies;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.shape.Fact;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/** Which nodes of a model compute in FP16, and why the others do not. Not threadsafe. */
final class HalfPlan {
    /** Tensors of so few known values are shapes and sizes. */
    private static final int SHAPE_VALUES_MAX = 64;

    private final OnnxModel model;
    private final Map<String, Fact> facts;
    private final List<NodeProto> nodes;
    private final Map<String, TensorProto> initializers;
    /** By node: why it stays in FP32; null when it does not. */
    private final String[] kept;
    /** By node: whether it reads or makes a float32 at all. */
    private final boolean[] concerned;

    private HalfPlan(OnnxModel model, Map<String, Fact> facts) throws GraphException {
        this.model = model;
        this.facts = facts;
        this.nodes = model.graph().sorted();
        this.initializers = model.graph().initializers();
        this.kept = new String[nodes.size()];
        this.concerned = new boolean[nodes.size()];
    }

    /**
     * What can be told without running it.
     *
     * @param model without {@code Constant} nodes; not changed from here on
     * @param keep what the user wants to stay
     * @throws GraphException when a pattern fits no node, or weights can not be read
     */
    static HalfPlan of(OnnxModel model, Map<String, Fact> facts, List<KeepPattern> keep)
            throws GraphException, IOException {
        HalfPlan plan = new HalfPlan(model, facts);
        for (KeepPattern pattern : keep) {
            if (plan.nodes.stream().noneMatch(pattern::fits)) {
                throw new GraphException("has no node and no operator that fits --keep " + pattern.text());
            }
        }
        Map<String, HalfTensors.Loss> losses = new HashMap<>();
        for (int i = 0; i < plan.nodes.size(); i++) {
            NodeProto node = plan.nodes.get(i);
            plan.concerned[i] = Bodies.reads(node).stream().anyMatch(plan::isFloat)
                    || node.getOutputList().stream().anyMatch(plan::isFloat);
            plan.kept[i] = plan.reason(node, keep, model, losses);
        }
        return plan;
    }

    private String reason(NodeProto node, List<KeepPattern> keep, OnnxModel model, Map<String, HalfTensors.Loss> losses)
            throws GraphException, IOException {
        for (KeepPattern pattern : keep) {
            if (pattern.fits(node)) {
                return "--keep " + pattern.text() + " says so";
            }
        }
        String refusal = HalfRules.refusal(node, model.opset(""));
        if (refusal != null) {
            return refusal;
        }
        for (List<String> values : List.of(node.getInputList(), node.getOutputList())) {
            for (String value : values) {
                if (!value.isEmpty() && fact(value).type() == 0) {
                    return "the type of " + value + " is not known";
                }
            }
        }
        if (node.getOutputList().stream().allMatch(this::isShape)) {
            return "it computes sizes";
        }
        for (int input = 0; input < node.getInputCount(); input++) {
            TensorProto tensor = initializers.get(node.getInput(input));
            if (tensor == null || !takesHalf(node, input) || HalfRules.isLimit(node, input)) {
                continue;
            }
            if (!losses.containsKey(tensor.getName())) {
                losses.put(tensor.getName(), HalfTensors.loss(tensor, model.folder()));
            }
            String problem = losses.get(tensor.getName()).problem();
            if (problem != null) {
                return "of its weights " + tensor.getName() + " " + problem;
            }
        }
        return null;
    }

    private boolean isShape(String value) {
        Fact fact = fact(value);
        return fact.values() != null && fact.values().length <= SHAPE_VALUES_MAX;
    }

    /** The model anew, to be changed, with the same nodes in the same order. */
    OnnxModel copy() {
        return model.copy();
    }

    Fact fact(String value) {
        return facts.getOrDefault(value, Fact.UNKNOWN);
    }

    boolean isFloat(String value) {
        return fact(value).type() == DataType.FLOAT_VALUE;
    }

    /** Whether a node in FP16 takes an input as halves. */
    boolean takesHalf(NodeProto node, int input) {
        return isFloat(node.getInput(input)) && !HalfRules.staysFloat(node, input);
    }

    /** In the order of {@link OnnxModel#graph()}'s {@code sorted}. */
    List<NodeProto> nodes() {
        return nodes;
    }

    Map<String, TensorProto> initializers() {
        return initializers;
    }

    /** Whether a node computes in FP16. */
    boolean isHalf(int node) {
        return concerned[node] && kept[node] == null;
    }

    int[] halfNodes() {
        return IntStream.range(0, kept.length).filter(this::isHalf).toArray();
    }

    /** How many weights nodes have. */
    long weights(int[] some) {
        return IntStream.of(some)
                .mapToObj(i -> nodes.get(i).getInputList())
                .flatMap(List::stream)
                .filter(initializers::containsKey)
                .mapToLong(name -> Math.max(0, fact(name).count()))
                .sum();
    }

    void keep(int node, String reason) {
        if (isHalf(node)) {
            kept[node] = reason;
        }
    }

    /** A plan in which of all nodes that compute in FP16 only some still do. */
    HalfPlan only(int[] half) {
        HalfPlan plan = new HalfPlan(this);
        for (int node : halfNodes()) {
            plan.kept[node] = "";
        }
        for (int node : half) {
            plan.kept[node] = null;
        }
        return plan;
    }

    private HalfPlan(HalfPlan other) {
        this.model = other.model;
        this.facts = other.facts;
        this.nodes = other.nodes;
        this.initializers = other.initializers;
        this.kept = other.kept.clone();
        this.concerned = other.concerned;
    }

    /** Nodes that would compute in FP16 but for a reason, in the graph's order. */
    Map<String, String> keptNodes() {
        Map<String, String> reasons = new LinkedHashMap<>();
        for (int i = 0; i < kept.length; i++) {
            if (concerned[i] && kept[i] != null) {
                reasons.put(Nodes.shown(nodes.get(i)), kept[i]);
            }
        }
        return reasons;
    }
}
