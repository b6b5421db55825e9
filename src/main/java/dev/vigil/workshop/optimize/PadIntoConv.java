package dev.vigil.workshop.optimize;

import dev.vigil.graph.Nodes;
import dev.vigil.graph.shape.Fact;
import java.util.Arrays;
import onnx.Onnx.NodeProto;

/** Zeros that a {@code Pad} puts around pictures become the padding of the convolution that is the only one to read them. */
final class PadIntoConv implements Pass {
    @Override
    public String name() {
        return "pad-into-conv";
    }

    @Override
    public int apply(Draft draft) {
        int changes = 0;
        for (int slot = 0; slot < draft.size(); slot++) {
            NodeProto conv = draft.node(slot);
            NodeProto pad = conv != null && Nodes.is(conv, "Conv") ? draft.maker(conv.getInput(0)) : null;
            if (pad != null && Nodes.is(pad, "Pad") && draft.onlyReader(conv.getInput(0)) == slot) {
                changes += join(draft, slot, conv, pad) ? 1 : 0;
            }
        }
        return changes;
    }

    private static boolean join(Draft draft, int slot, NodeProto conv, NodeProto pad) {
        long[] around = around(draft, pad);
        String auto = Nodes.text(conv, "auto_pad", "NOTSET");
        if (around == null || !auto.equals("NOTSET") && !auto.equals("VALID")) {
            return false;
        }
        int rank = around.length / 2;
        int spatial = rank - 2;
        long[] had = auto.equals("VALID") ? null : Nodes.integers(conv, "pads");
        long[] pads = had == null ? new long[2 * spatial] : had.clone();
        if (pads.length != 2 * spatial) {
            return false;
        }
        for (int i = 0; i < spatial; i++) {
            pads[i] += around[2 + i];
            pads[spatial + i] += around[rank + 2 + i];
        }
        NodeProto changed = Nodes.with(Nodes.without(conv, "auto_pad"), Nodes.integers("pads", pads));
        draft.set(slot, changed.toBuilder().setInput(0, pad.getInput(0)).build());
        return true;
    }

    /** How much a node pads at the start of each axis, then at each end; null where that is not zeros around pictures. */
    private static long[] around(Draft draft, NodeProto pad) {
        long[] pads = Shapes.either(draft, pad, "pads", 1);
        int rank = draft.fact(pad.getInput(0)).rank();
        if (pads == null
                || rank < 3
                || !Nodes.text(pad, "mode", "constant").equals("constant")
                || !isZero(draft, pad)) {
            return null;
        }
        long[] all = pads;
        if (!Nodes.input(pad, 3).isEmpty()) {
            long[] axes = draft.longs(pad.getInput(3));
            if (axes == null || pads.length != 2 * axes.length) {
                return null;
            }
            all = new long[2 * rank];
            for (int i = 0; i < axes.length; i++) {
                int axis = (int) (axes[i] < 0 ? axes[i] + rank : axes[i]);
                all[axis] = pads[i];
                all[rank + axis] = pads[axes.length + i];
            }
        }
        boolean pictures = all.length == 2 * rank
                && Arrays.stream(all).allMatch(by -> by >= 0)
                && all[0] + all[1] + all[rank] + all[rank + 1] == 0;
        return pictures ? all : null;
    }

    private static boolean isZero(Draft draft, NodeProto pad) {
        String value = Nodes.input(pad, 2);
        if (value.isEmpty()) {
            return Nodes.number(pad, "value", 0) == 0;
        }
        Fact fact = draft.constant(value) == null ? Fact.UNKNOWN : draft.fact(value);
        return fact.only() == 0;
    }
}
