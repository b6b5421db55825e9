package dev.vigil.graph.cut;

import dev.vigil.graph.Nodes;
import dev.vigil.graph.TensorData;
import dev.vigil.graph.cut.NmsNodes.Scope;
import dev.vigil.graph.shape.Fact;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;

/** What is known of values in a graph and its bodies: numbers that stand in the file, and what was found out of shapes. */
final class Values {
    private static final Set<String> REARRANGING =
            Set.of("Identity", "Cast", "Transpose", "Squeeze", "Unsqueeze", "Reshape", "Flatten", "Slice", "Gather");

    private static final int STEPS_MAX = 64;

    private final Map<String, Fact> facts;

    /** @param facts of the graph's own values */
    Values(Map<String, Fact> facts) {
        this.facts = facts;
    }

    Fact fact(String value, Scope scope) {
        return scope.of(value).around() == null ? facts.getOrDefault(value, Fact.UNKNOWN) : Fact.UNKNOWN;
    }

    /** A few numbers that stand in the file; null for others. */
    double[] constant(String value, Scope seen) {
        if (value.isEmpty()) {
            return null;
        }
        Scope scope = seen.of(value);
        TensorProto tensor = scope.graph().initializers().get(value);
        if (tensor != null) {
            return TensorData.doubles(tensor, Fact.VALUES_MAX);
        }
        NodeProto node = scope.producer(value);
        if (node == null) {
            return null;
        }
        if (Nodes.is(node, "Constant")) {
            return ofConstant(node);
        }
        if (Nodes.is(node, "Identity")
                || Nodes.is(node, "Cast")
                || Nodes.is(node, "Unsqueeze")
                || Nodes.is(node, "Squeeze")
                || Nodes.is(node, "Reshape")) {
            return constant(node.getInput(0), scope);
        }
        return fact(value, scope).values();
    }

    private static double[] ofConstant(NodeProto node) {
        return Nodes.attribute(node, "value")
                .map(attribute -> TensorData.doubles(attribute.getT(), Fact.VALUES_MAX))
                .or(() -> Nodes.attribute(node, "value_float").map(a -> new double[] {a.getF()}))
                .or(() -> Nodes.attribute(node, "value_int").map(a -> new double[] {a.getI()}))
                .or(() -> Nodes.attribute(node, "value_ints").map(a -> a.getIntsList().stream()
                        .mapToDouble(Long::doubleValue)
                        .toArray()))
                .orElse(null);
    }

    /** One number that stands in the file; NaN for others. */
    double number(String value, Scope scope) {
        double[] values = constant(value, scope);
        return values != null && values.length == 1 ? values[0] : Double.NaN;
    }

    /** Whole numbers of an attribute or, in newer operator sets, an input; null where they are not known. */
    long[] longs(NodeProto node, String attribute, int input, Scope scope) {
        long[] said = Nodes.integers(node, attribute);
        if (said != null) {
            return said;
        }
        double[] values = constant(Nodes.input(node, input), scope);
        if (values == null) {
            return null;
        }
        long[] longs = new long[values.length];
        for (int i = 0; i < longs.length; i++) {
            longs[i] = (long) values[i];
        }
        return longs;
    }

    /**
     * What tells a choice, whichever way its indices were brought into shape: the mask that {@code NonZero} looked at, the
     * indices that {@code TopK} gave, or else the value itself.
     */
    String choice(String indices, Scope seen) {
        String at = indices;
        Scope scope = seen.of(at);
        for (int step = 0; step < STEPS_MAX; step++) {
            NodeProto node = scope.producer(at);
            if (node == null || node.getInputCount() == 0) {
                return at;
            }
            if (Nodes.is(node, "NonZero")) {
                return node.getInput(0);
            }
            if (!REARRANGING.contains(node.getOpType())) {
                return at;
            }
            at = node.getInput(0);
            scope = scope.of(at);
        }
        return at;
    }

    /** Whether an index is the number of the round of the loop that it is seen in. */
    boolean isRound(String index, Scope seen) {
        String at = index;
        Scope scope = seen.of(at);
        for (int step = 0; step < STEPS_MAX; step++) {
            NodeProto node = scope.producer(at);
            if (node == null) {
                return scope.owner() != null
                        && Nodes.is(scope.owner(), "Loop")
                        && scope.inputs().indexOf(at) == 0;
            }
            if (node.getInputCount() == 0 || !REARRANGING.contains(node.getOpType())) {
                return false;
            }
            at = node.getInput(0);
            scope = scope.of(at);
        }
        return false;
    }
}
