package dev.vigil.workshop.optimize;

import dev.vigil.graph.Nodes;
import dev.vigil.graph.shape.Fact;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import onnx.Onnx.NodeProto;

/**
 * Chains of {@code Reshape}, {@code Flatten}, {@code Squeeze}, {@code Unsqueeze} and of a {@code Transpose} that moves only
 * dimensions of 1 become one {@code Reshape}; one whose shape is computed gets it as a constant, where at most one dimension is
 * open.
 */
final class Reshapes implements Pass {
    private static final Set<String> OPERATORS = Set.of("Reshape", "Flatten", "Squeeze", "Unsqueeze");

    @Override
    public String name() {
        return "reshapes";
    }

    @Override
    public int apply(Draft draft) {
        if (draft.opset() < 5) {
            return 0; // shapes are attributes there
        }
        int changes = 0;
        for (int slot = 0; slot < draft.size(); slot++) {
            NodeProto node = draft.node(slot);
            if (node != null && keepsOrder(draft, node)) {
                changes += simplify(draft, slot) ? 1 : 0;
            }
        }
        return changes;
    }

    private static boolean simplify(Draft draft, int slot) {
        NodeProto node = draft.node(slot);
        String root = node.getInput(0);
        boolean reshapes = !Nodes.is(node, "Transpose");
        for (NodeProto before = draft.maker(root);
                before != null && keepsOrder(draft, before);
                before = draft.maker(root)) {
            root = before.getInput(0);
            reshapes |= !Nodes.is(before, "Transpose");
        }
        if (!reshapes) {
            return false; // transposes alone are better cancelled
        }
        boolean chain = !root.equals(node.getInput(0));
        if (chain && Shapes.same(draft.fact(root), draft.fact(node.getOutput(0))) && draft.bypass(slot, root)) {
            return true;
        }
        boolean computed = Nodes.is(node, "Reshape") && draft.constant(Nodes.input(node, 1)) == null;
        long[] target = target(draft, node);
        if (target == null || !chain && !computed) {
            return false;
        }
        String shape = draft.addConstant(node.getOutput(0) + "/shape", target);
        draft.set(
                slot,
                Nodes.make("Reshape", node.getOutput(0), List.of(root, shape)).toBuilder()
                        .setName(node.getName())
                        .build());
        return true;
    }

    private static long[] target(Draft draft, NodeProto node) {
        long[] found = Shapes.target(draft.fact(node.getOutput(0)));
        if (found != null || !Nodes.is(node, "Reshape")) {
            return found;
        }
        long[] said = draft.longs(Nodes.input(node, 1));
        return said == null || Arrays.stream(said).anyMatch(extent -> extent == 0) ? null : said;
    }

    /** Whether a node leaves the values in their order and only changes the shape. */
    private static boolean keepsOrder(Draft draft, NodeProto node) {
        if (!Nodes.is(node, node.getOpType())) {
            return false;
        }
        return OPERATORS.contains(node.getOpType()) || movesOnlyOnes(draft, node);
    }

    private static boolean movesOnlyOnes(Draft draft, NodeProto node) {
        Permutation order = Permutation.of(draft, node);
        Fact in = order == null ? Fact.UNKNOWN : draft.fact(node.getInput(0));
        if (in.rank() < 0 || order.isIdentity()) {
            return false;
        }
        long[] moved = Arrays.stream(order.axes())
                .filter(axis -> in.extent((int) axis) != 1)
                .toArray();
        for (int i = 1; i < moved.length; i++) {
            if (moved[i] < moved[i - 1]) {
                return false;
            }
        }
        return true;
    }
}
