package dev.vigil.workshop.optimize;

import dev.vigil.graph.Nodes;
import java.util.Arrays;
import java.util.stream.IntStream;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.NodeProto;

/**
 * An order of axes: axis {@code i} of what comes out is axis {@code axes[i]} of what goes in. The array is not to be changed.
 */
record Permutation(long[] axes) {
    /** That of a {@code Transpose}; null for any other node, and where it is not known. */
    static Permutation of(Draft draft, NodeProto node) {
        if (node == null || !Nodes.is(node, "Transpose")) {
            return null;
        }
        long[] said = Nodes.integers(node, "perm");
        if (said != null) {
            return new Permutation(said);
        }
        int rank = draft.fact(node.getInput(0)).rank();
        return rank < 0
                ? null
                : new Permutation(
                        IntStream.range(0, rank).mapToLong(i -> rank - 1 - i).toArray());
    }

    int rank() {
        return axes.length;
    }

    boolean isIdentity() {
        return IntStream.range(0, axes.length).allMatch(i -> axes[i] == i);
    }

    Permutation inverse() {
        long[] inverse = new long[axes.length];
        for (int i = 0; i < axes.length; i++) {
            inverse[(int) axes[i]] = i;
        }
        return new Permutation(inverse);
    }

    /** This one first, then another. */
    Permutation then(Permutation next) {
        return new Permutation(
                Arrays.stream(next.axes).map(axis -> axes[(int) axis]).toArray());
    }

    /** Where an axis of what comes out comes from; negative ones count from the end. */
    int source(long axis) {
        return (int) axes[(int) (axis < 0 ? axis + axes.length : axis)];
    }

    /** Where an axis of what goes in comes out. */
    int target(int axis) {
        return (int) inverse().axes[axis];
    }

    AttributeProto attribute() {
        return Nodes.integers("perm", axes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Permutation that && Arrays.equals(axes, that.axes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(axes);
    }
}
