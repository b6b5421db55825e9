package dev.vigil.workshop.optimize;

import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import java.util.List;
import onnx.Onnx.NodeProto;

/**
 * Transposes that undo each other go, and where others stand around nodes that do not care for the order of axes, these are
 * turned ({@link Region}) if that leaves less to transpose. Graphs of TensorFlow, whose channels come last, are full of them:
 *
 * <pre>
 *  Conv ── Transpose ── Add ── Clip ── Transpose ── Conv        becomes        Conv ── Add ── Clip ── Conv
 * </pre>
 */
final class Transposes implements Pass {
    @Override
    public String name() {
        return "transposes";
    }

    @Override
    public int apply(Draft draft) throws GraphException {
        int changes = 0;
        for (int slot = 0; slot < draft.size(); slot++) {
            changes += join(draft, slot) ? 1 : 0;
        }
        int before = draft.size();
        for (int slot = 0; slot < before; slot++) {
            changes += turn(draft, slot) ? 1 : 0;
        }
        return changes;
    }

    /** A transpose of what another one makes. */
    private static boolean join(Draft draft, int slot) {
        NodeProto node = draft.node(slot);
        Permutation order = Permutation.of(draft, node);
        NodeProto maker = order == null ? null : draft.maker(node.getInput(0));
        Permutation before = Permutation.of(draft, maker);
        if (before == null) {
            return false;
        }
        Permutation both = before.then(order);
        if (both.isIdentity() && draft.bypass(slot, maker.getInput(0))) {
            return true;
        }
        draft.set(
                slot,
                Nodes.with(node, both.attribute()).toBuilder()
                        .setInput(0, maker.getInput(0))
                        .build());
        return true;
    }

    private static boolean turn(Draft draft, int slot) {
        Permutation order = Permutation.of(draft, draft.node(slot));
        if (order == null || order.isIdentity()) {
            return false;
        }
        List<Integer> readers = draft.readers(draft.node(slot).getOutput(0));
        for (int reader : readers) {
            for (Region.Reach reach : Region.Reach.values()) {
                Region region = Region.from(draft, reader, order, reach);
                if (region != null && region.pays()) {
                    region.turn();
                    return true;
                }
            }
        }
        return false;
    }
}
