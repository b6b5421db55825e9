package dev.vigil.workshop.optimize;

import dev.vigil.graph.Nodes;
import dev.vigil.graph.shape.Fact;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.NodeProto;

/** Operators that do the same in any order of axes, when what they say of axes is turned too. Stateless. */
final class AnyLayout {
    /** All that matters is the first input; others are single values. */
    private static final Set<String> UNARY = Set.of(
            ("Relu LeakyRelu Sigmoid HardSigmoid HardSwish Elu Selu Celu Tanh Softplus Softsign Gelu Mish Clip Erf Exp Log"
                            + " Neg Abs Floor Ceil Round Sqrt Reciprocal Sign Cast Identity Not ThresholdedRelu"
                            + " QuantizeLinear DequantizeLinear")
                    .split(" "));
    /** Inputs are broadcast against each other. */
    private static final Set<String> BROADCAST = Set.of(
            ("Add Sub Mul Div Pow Min Max Sum Mean Equal Less LessOrEqual Greater GreaterOrEqual And Or Xor Where PRelu")
                    .split(" "));
    /** One attribute {@code axis}. */
    private static final Set<String> AXIS = Set.of("Concat", "Split", "Softmax", "LogSoftmax");
    /** Attribute or input {@code axes}. */
    private static final Set<String> REDUCE =
            Set.of("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL2");

    private AnyLayout() {}

    /** Whether a node can be turned, its values being of this rank. */
    static boolean holds(Draft draft, NodeProto node, int rank) {
        if (node == null || !Nodes.is(node, node.getOpType()) || draft.opset() < 7) {
            return false;
        }
        for (String value : node.getOutputList()) {
            if (!value.isEmpty() && draft.fact(value).rank() != rank) {
                return false;
            }
        }
        List<String> turned = turned(draft, node);
        for (String value : turned) {
            Fact fact = draft.fact(value);
            boolean fits =
                    draft.constant(value) != null ? fact.rank() <= rank && fact.count() > 0 : fact.rank() == rank;
            if (!fits) {
                return false;
            }
        }
        boolean varies = turned.stream().anyMatch(value -> draft.constant(value) == null);
        return varies && isUnderstood(draft, node, rank);
    }

    private static boolean isUnderstood(Draft draft, NodeProto node, int rank) {
        String operator = node.getOpType();
        if (UNARY.contains(operator)) {
            return node.getInputList().stream()
                    .skip(1)
                    .allMatch(input -> input.isEmpty()
                            || draft.constant(input) != null
                                    && draft.fact(input).count() == 1);
        }
        if (AXIS.contains(operator)) {
            boolean flattens = operator.endsWith("Softmax") && draft.opset() < 13;
            return !flattens
                    && node.getInputList().stream()
                            .skip(operator.equals("Split") ? 1 : 0)
                            .noneMatch(String::isEmpty);
        }
        if (REDUCE.contains(operator)) {
            return Nodes.integer(node, "keepdims", 1) != 0 && axes(draft, node) != null;
        }
        if (operator.equals("Pad")) {
            long[] pads = draft.opset() < 11 ? Nodes.integers(node, "pads") : draft.longs(Nodes.input(node, 1));
            return pads != null
                    && pads.length == 2 * rank
                    && Nodes.input(node, 3).isEmpty();
        }
        return BROADCAST.contains(operator);
    }

    /** Axes of a reduction that says which; null where it does not, or not as a constant. */
    private static long[] axes(Draft draft, NodeProto node) {
        return Shapes.either(draft, node, "axes", 1);
    }

    /** The inputs whose axes are turned with the node. */
    static List<String> turned(Draft draft, NodeProto node) {
        return switch (node.getOpType()) {
            case "Concat" -> node.getInputList();
            default ->
                BROADCAST.contains(node.getOpType())
                        ? node.getInputList()
                        : node.getInputCount() == 0 ? List.of() : List.of(node.getInput(0));
        };
    }

    /**
     * The node for turned values.
     *
     * @param order of the transpose that is taken back
     * @param names of values that have another name when they are turned
     */
    static NodeProto turn(Draft draft, NodeProto node, Permutation order, Map<String, String> names) {
        NodeProto turned =
                switch (node.getOpType()) {
                    case "Concat", "Split", "Softmax", "LogSoftmax" -> {
                        long standard = node.getOpType().endsWith("Softmax") ? -1 : 0;
                        yield Nodes.with(
                                node, Nodes.integer("axis", order.source(Nodes.integer(node, "axis", standard))));
                    }
                    case "Pad" -> pad(draft, node, order);
                    default -> REDUCE.contains(node.getOpType()) ? reduce(draft, node, order) : node;
                };
        NodeProto.Builder named = turned.toBuilder();
        int inputs = turned(draft, node).size();
        for (int i = 0; i < inputs; i++) {
            named.setInput(i, names.getOrDefault(named.getInput(i), named.getInput(i)));
        }
        for (int i = 0; i < named.getOutputCount(); i++) {
            named.setOutput(i, names.getOrDefault(named.getOutput(i), named.getOutput(i)));
        }
        return named.build();
    }

    private static NodeProto pad(Draft draft, NodeProto node, Permutation order) {
        long[] pads = Shapes.either(draft, node, "pads", 1);
        int rank = order.rank();
        long[] turned = new long[pads.length];
        for (int axis = 0; axis < rank; axis++) {
            turned[order.source(axis)] = pads[axis];
            turned[rank + order.source(axis)] = pads[rank + axis];
        }
        return with(draft, node, Nodes.integers("pads", turned), turned);
    }

    private static NodeProto reduce(Draft draft, NodeProto node, Permutation order) {
        long[] turned =
                Arrays.stream(axes(draft, node)).map(order::source).sorted().toArray();
        return with(draft, node, Nodes.integers("axes", turned), turned);
    }

    /** Numbers put where the node has them: in an attribute, or in the second input. */
    private static NodeProto with(Draft draft, NodeProto node, AttributeProto attribute, long[] values) {
        if (Nodes.attribute(node, attribute.getName()).isPresent()) {
            return Nodes.with(node, attribute);
        }
        String name = node.getOutput(0) + "/" + attribute.getName();
        return node.toBuilder().setInput(1, draft.addConstant(name, values)).build();
    }
}
