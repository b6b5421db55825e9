package dev.vigil.workshop.optimize;

import dev.vigil.graph.Nodes;
import dev.vigil.graph.shape.Fact;
import java.util.Arrays;
import onnx.Onnx.NodeProto;

/** What can be said of shapes of which a dimension may be open. Stateless. */
final class Shapes {
    private Shapes() {}

    /** Whether two tensors of the same number of values have the same shape: one open dimension then follows from the others. */
    static boolean same(Fact a, Fact b) {
        return b.hasRank() && target(b) != null && Arrays.equals(a.shape(), b.shape());
    }

    /** What {@code Reshape} is to be told for this shape; null where that is not known. */
    static long[] target(Fact fact) {
        if (!fact.hasRank() || fact.rank() == 0) {
            return null;
        }
        long open = Arrays.stream(fact.shape()).filter(extent -> extent < 0).count();
        boolean empty = Arrays.stream(fact.shape()).anyMatch(extent -> extent == 0);
        return open > 1 || empty ? null : fact.shape().clone();
    }

    /**
     * Whole numbers that older operator sets give as an attribute, and newer ones as an input.
     *
     * @return null where they are not known or not given
     */
    static long[] either(Draft draft, NodeProto node, String attribute, int input) {
        long[] said = Nodes.integers(node, attribute);
        return said != null ? said : draft.longs(Nodes.input(node, input));
    }
}
