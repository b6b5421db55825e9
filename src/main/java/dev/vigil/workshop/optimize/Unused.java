package dev.vigil.workshop.optimize;

import dev.vigil.graph.Bodies;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import onnx.Onnx.ValueInfoProto;

/** Nodes and weights that no output depends on. */
final class Unused implements Pass {
    @Override
    public String name() {
        return "unused";
    }

    @Override
    public int apply(Draft draft) {
        Set<String> needed = new HashSet<>();
        Set<Integer> kept = new HashSet<>();
        Deque<String> open = new ArrayDeque<>();
        draft.model().graph().outputs().stream().map(ValueInfoProto::getName).forEach(open::add);
        while (!open.isEmpty()) {
            String value = open.poll();
            int maker = draft.makerAt(value);
            if (needed.add(value) && maker >= 0 && kept.add(maker)) {
                open.addAll(Bodies.reads(draft.node(maker)));
            }
        }
        int changes = 0;
        for (int slot = 0; slot < draft.size(); slot++) {
            if (!kept.contains(slot)) {
                draft.remove(slot);
                changes++;
            }
        }
        for (String constant : draft.constants().keySet()) {
            changes += draft.constant(constant) != null && !needed.contains(constant) ? 1 : 0;
        }
        return changes;
    }
}
