package dev.vigil.graph.shape;

import dev.vigil.graph.Nodes;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.NodeProto;

/** A node with what is known of its inputs, for the rule of its operator. */
record Call(NodeProto node, List<Fact> inputs, int opset) {
    /** Unknown where it is left out. */
    Fact in(int index) {
        return index < inputs.size() ? inputs.get(index) : Fact.UNKNOWN;
    }

    boolean has(int index) {
        return !Nodes.input(node, index).isEmpty();
    }

    int type() {
        return in(0).type();
    }

    long integer(String name, long standard) {
        return Nodes.integer(node, name, standard);
    }

    /** Null where there is none. */
    long[] integers(String name) {
        return Nodes.integers(node, name);
    }

    /** An axis, counted from the front; -1 where it is none. */
    static int axis(long axis, int rank) {
        long at = axis < 0 ? axis + rank : axis;
        return at < 0 || at >= rank ? -1 : (int) at;
    }

    /**
     * Whole numbers that newer operator sets give as an input, and older ones as an attribute.
     *
     * @return null where they are not known or not given
     */
    long[] either(String attribute, int input) {
        long[] said = integers(attribute);
        return said != null || !has(input) ? said : in(input).longs();
    }

    /** Whether neither attribute nor input says it. */
    boolean neither(String attribute, int input) {
        return integers(attribute) == null && !has(input);
    }

    static long[] unknown(int rank) {
        long[] shape = new long[Math.max(0, rank)];
        Arrays.fill(shape, -1);
        return shape;
    }

    static List<Fact> one(Fact fact) {
        return List.of(fact);
    }

    /** The first input's type, in a shape. */
    List<Fact> shaped(long... shape) {
        return one(Fact.of(type(), shape));
    }

    List<Fact> typeOnly() {
        return one(Fact.ofType(type()));
    }
}
