package dev.vigil.workshop.optimize;

import dev.vigil.graph.Nodes;
import dev.vigil.graph.shape.Fact;
import java.util.Arrays;
import onnx.Onnx.NodeProto;

/** Nodes that give what they get. */
final class Identities implements Pass {
    /** What exporters write for "to the end". */
    private static final long END = Integer.MAX_VALUE;

    @Override
    public String name() {
        return "identities";
    }

    @Override
    public int apply(Draft draft) {
        int changes = 0;
        for (int slot = 0; slot < draft.size(); slot++) {
            NodeProto node = draft.node(slot);
            String same = node.getOutputCount() > 0 && Nodes.is(node, node.getOpType()) ? same(draft, node) : "";
            changes += !same.isEmpty() && draft.bypass(slot, same) ? 1 : 0;
        }
        return changes;
    }

    /** The input that a node gives on as it is; empty where there is none. */
    private static String same(Draft draft, NodeProto node) {
        boolean is =
                switch (node.getOpType()) {
                    case "Identity" -> true;
                    case "Dropout" -> isInference(draft, node);
                    case "Cast" -> draft.fact(node.getInput(0)).type() == Nodes.integer(node, "to", -1);
                    case "Reshape", "Flatten", "Squeeze", "Unsqueeze" ->
                        Shapes.same(draft.fact(node.getInput(0)), draft.fact(node.getOutput(0)));
                    case "Transpose" ->
                        Permutation.of(draft, node) != null
                                && Permutation.of(draft, node).isIdentity();
                    case "Expand", "Tile" -> isSameKnown(draft, node);
                    case "Slice" -> takesAll(draft, node);
                    case "Pad" -> padsNothing(draft, node);
                    case "Concat", "Sum", "Max", "Min", "Mean" -> node.getInputCount() == 1;
                    case "Split" -> node.getOutputCount() == 1;
                    case "Sub", "Div" -> isAll(draft, node, 1, node.getOpType().equals("Sub") ? 0 : 1);
                    case "Add", "Mul" -> isAll(draft, node, 1, node.getOpType().equals("Add") ? 0 : 1);
                    default -> false;
                };
        if (is) {
            return node.getInput(0);
        }
        boolean swapped =
                switch (node.getOpType()) {
                    case "Add" -> isAll(draft, node, 0, 0);
                    case "Mul" -> isAll(draft, node, 0, 1);
                    default -> false;
                };
        return swapped ? node.getInput(1) : "";
    }

    private static boolean isInference(Draft draft, NodeProto node) {
        if (draft.opset() < 7) {
            return Nodes.integer(node, "is_test", 0) != 0;
        }
        String training = Nodes.input(node, 2);
        long[] said = training.isEmpty() ? new long[] {0} : draft.longs(training);
        return said != null && said.length == 1 && said[0] == 0;
    }

    private static boolean isSameKnown(Draft draft, NodeProto node) {
        Fact in = draft.fact(node.getInput(0));
        return in.count() >= 0
                && Arrays.equals(in.shape(), draft.fact(node.getOutput(0)).shape());
    }

    private static boolean takesAll(Draft draft, NodeProto node) {
        Fact in = draft.fact(node.getInput(0));
        long[] starts = Shapes.either(draft, node, "starts", 1);
        long[] ends = Shapes.either(draft, node, "ends", 2);
        long[] axes = Shapes.either(draft, node, "axes", 3);
        long[] steps = Shapes.either(draft, node, "steps", 4);
        boolean unclear = starts == null
                || ends == null
                || ends.length != starts.length
                || axes == null && !Nodes.input(node, 3).isEmpty()
                || steps == null && !Nodes.input(node, 4).isEmpty();
        if (unclear) {
            return false;
        }
        for (int i = 0; i < starts.length; i++) {
            long extent = in.extent((int) (axes == null ? i : axes[i]));
            boolean toEnd = ends[i] >= END || extent >= 0 && ends[i] >= extent;
            if (starts[i] != 0 || !toEnd || steps != null && steps[i] != 1) {
                return false;
            }
        }
        return true;
    }

    private static boolean padsNothing(Draft draft, NodeProto node) {
        long[] pads = Shapes.either(draft, node, draft.opset() < 2 ? "paddings" : "pads", 1);
        return pads != null && Arrays.stream(pads).allMatch(pad -> pad == 0);
    }

    /** Whether an input is a constant of this value only, and the other one has the result's shape. */
    private static boolean isAll(Draft draft, NodeProto node, int at, double value) {
        if (draft.constant(Nodes.input(node, at)) == null) {
            return false;
        }
        Fact constant = draft.fact(node.getInput(at));
        Fact other = draft.fact(node.getInput(1 - at));
        if (constant.values() == null || constant.rank() > other.rank()) {
            return false;
        }
        for (int i = 1; i <= constant.rank(); i++) {
            if (constant.extent(-i) != 1 && constant.extent(-i) != other.extent(-i)) {
                return false;
            }
        }
        return Arrays.stream(constant.values()).allMatch(v -> v == value);
    }
}
