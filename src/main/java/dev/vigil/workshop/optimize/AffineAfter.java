package dev.vigil.workshop.optimize;

import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import onnx.Onnx.NodeProto;

/**
 * Batch norm, scale, shift and bias that follow a convolution or a matrix product become its weights, through transposes and,
 * for a shift, through a sum too.
 */
final class AffineAfter implements Pass {
    @Override
    public String name() {
        return "affine-after";
    }

    @Override
    public int apply(Draft draft) throws GraphException {
        int changes = 0;
        for (int slot = 0; slot < draft.size(); slot++) {
            Filter filter = Filter.of(draft, slot);
            int folded = filter == null ? 0 : fold(draft, filter);
            if (folded > 0) {
                filter.store();
                changes += folded;
            }
        }
        return changes;
    }

    private static int fold(Draft draft, Filter filter) throws GraphException {
        int folded = 0;
        int axis = 1;
        boolean summed = false;
        String value = filter.node().getOutput(0);
        for (int next = draft.onlyReader(value); next >= 0; next = draft.onlyReader(value)) {
            NodeProto node = draft.node(next);
            Permutation order = Permutation.of(draft, node);
            if (order != null) {
                axis = order.target(axis);
                value = node.getOutput(0);
                continue;
            }
            Affine affine = Affine.of(draft, node, value, filter.outChannels(), axis, filter.rank());
            if (affine == null) {
                if (!isSum(draft, node, filter.rank())) {
                    break;
                }
                summed = true;
                value = node.getOutput(0);
                continue;
            }
            boolean possible = affine.scales() ? !summed && filter.ownsWeights() : true;
            if (!possible || !draft.bypass(next, value)) {
                break;
            }
            if (affine.scales()) {
                filter.scaleOut(affine.scale());
            }
            filter.shiftOut(affine.shift());
            folded++;
        }
        return folded;
    }

    /** Whether a node adds values of the same rank, so that a shift of what it reads is one of what it makes. */
    private static boolean isSum(Draft draft, NodeProto node, int rank) {
        return (Nodes.is(node, "Add") || Nodes.is(node, "Sum"))
                && node.getAttributeCount() == 0
                && node.getInputCount() == 2
                && !node.getInput(0).equals(node.getInput(1))
                && draft.fact(node.getInput(0)).rank() == rank
                && draft.fact(node.getInput(1)).rank() == rank;
    }
}
