package dev.vigil.workshop.optimize;

import dev.vigil.graph.Nodes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.NodeProto;

/**
 * Neighbouring nodes that work in any order of axes ({@link AnyLayout}), to be run in the order that their values had before
 * one kind of transpose. On the way in those transposes are not needed any more, on the way out those that undo them; every
 * other value needs a transpose of its own. Not threadsafe.
 */
final class Region {
    /** How far it goes from the node where it begins. */
    enum Reach {
        ALL_AROUND,
        ONWARDS,
        ONE_NODE
    }

    private final Draft draft;
    private final Permutation order;
    private final Set<Integer> slots = new LinkedHashSet<>();
    /** Values from outside that depend on what goes in. */
    private final Set<String> entering = new LinkedHashSet<>();

    private Region(Draft draft, Permutation order) {
        this.draft = draft;
        this.order = order;
    }

    /** @return null where the first node can not be turned */
    static Region from(Draft draft, int first, Permutation order, Reach reach) {
        Region region = new Region(draft, order);
        Deque<Integer> open = new ArrayDeque<>(List.of(first));
        while (!open.isEmpty()) {
            int slot = open.poll();
            if (region.slots.contains(slot) || !AnyLayout.holds(draft, draft.node(slot), order.rank())) {
                continue;
            }
            region.slots.add(slot);
            if (reach == Reach.ALL_AROUND) {
                for (String input : AnyLayout.turned(draft, draft.node(slot))) {
                    if (draft.makerAt(input) >= 0) {
                        open.add(draft.makerAt(input));
                    }
                }
            }
            if (reach != Reach.ONE_NODE) {
                draft.node(slot).getOutputList().forEach(output -> open.addAll(draft.readers(output)));
            }
        }
        if (region.slots.isEmpty()) {
            return null;
        }
        for (int slot : region.slots) {
            for (String input : AnyLayout.turned(draft, draft.node(slot))) {
                if (draft.constant(input) == null && !region.slots.contains(draft.makerAt(input))) {
                    region.entering.add(input);
                }
            }
        }
        return region.readsItself() ? null : region;
    }

    /** Whether a transpose stands between two of its own nodes, which would have to be turned and not. */
    private boolean readsItself() {
        for (String value : entering) {
            NodeProto maker = draft.maker(value);
            if (order.equals(Permutation.of(draft, maker)) && slots.contains(draft.makerAt(maker.getInput(0)))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether less is transposed than before; or as much, but further on, where it may meet what undoes it. The latter is done
     * only where no new transposes come before the region, so that they never go back.
     */
    boolean pays() {
        double saved = 0;
        int fewer = 0;
        boolean adds = false;
        for (String value : entering) {
            boolean undone = order.equals(Permutation.of(draft, draft.maker(value)));
            if (!undone) {
                saved -= size(value);
                adds = true;
            } else if (!draft.isOutput(value) && slots.containsAll(draft.readers(value))) {
                saved += size(value);
                fewer++;
            }
        }
        for (int slot : slots) {
            for (String output : draft.node(slot).getOutputList()) {
                long undoing = leaving(output).stream().filter(this::undoes).count();
                int made = mustBeMade(output) ? 1 : 0;
                saved += (undoing - made) * size(output);
                fewer += (int) undoing - made;
            }
        }
        return saved > 0 || saved == 0 && fewer >= 0 && !adds;
    }

    private List<Integer> leaving(String output) {
        return draft.readers(output).stream()
                .filter(reader -> !slots.contains(reader))
                .toList();
    }

    private boolean undoes(int slot) {
        return order.inverse().equals(Permutation.of(draft, draft.node(slot)));
    }

    /** Whether somebody wants a value as it was. */
    private boolean mustBeMade(String output) {
        return draft.isOutput(output) || leaving(output).stream().anyMatch(reader -> !undoes(reader));
    }

    /** Values to be moved, for a batch of one. */
    private double size(String value) {
        double size = 1;
        for (int axis = 0; axis < order.rank(); axis++) {
            size *= Math.max(1, draft.fact(value).extent(axis));
        }
        return size;
    }

    void turn() {
        Map<String, String> turned = new HashMap<>();
        for (String value : entering) {
            NodeProto maker = draft.maker(value);
            boolean undone = order.equals(Permutation.of(draft, maker));
            turned.put(value, undone ? maker.getInput(0) : transposed(value));
        }
        Map<String, String> made = new LinkedHashMap<>();
        for (int slot : slots) {
            for (String output : draft.node(slot).getOutputList()) {
                if (!output.isEmpty()) {
                    made.put(output, draft.fresh(output + "/turned"));
                }
            }
        }
        turned.putAll(made);
        for (int slot : slots) {
            for (String input : AnyLayout.turned(draft, draft.node(slot))) {
                if (draft.constant(input) != null) {
                    turned.computeIfAbsent(input, this::turnedConstant);
                }
            }
        }
        Map<String, List<Integer>> outside = new HashMap<>();
        Set<String> needed = new LinkedHashSet<>();
        for (String output : made.keySet()) {
            outside.put(output, leaving(output));
            if (mustBeMade(output)) {
                needed.add(output);
            }
        }
        for (int slot : slots) {
            draft.set(slot, AnyLayout.turn(draft, draft.node(slot), order, turned));
        }
        for (Map.Entry<String, String> entry : made.entrySet()) {
            for (int reader : outside.get(entry.getKey())) {
                if (undoes(reader)) {
                    entry.setValue(bypass(reader, entry.getValue()));
                }
            }
            if (needed.contains(entry.getKey())) {
                draft.add(Nodes.make("Transpose", entry.getKey(), List.of(entry.getValue()), order.attribute()));
            }
        }
    }

    /** Has everybody read a turned value in place of what a transpose made of it; returns how the turned value is called then. */
    private String bypass(int transpose, String turned) {
        String value = draft.node(transpose).getOutput(0);
        if (!draft.bypass(transpose, turned)) {
            draft.set(transpose, Nodes.make("Identity", value, List.of(turned)));
            return turned;
        }
        return draft.makerAt(turned) < 0 ? value : turned;
    }

    private String transposed(String value) {
        String name = draft.fresh(value + "/turned");
        draft.add(Nodes.make("Transpose", name, List.of(value), order.inverse().attribute()));
        return name;
    }

    /** A constant with all axes, in their new order; folding computes it. One of a single value stays as it is. */
    private String turnedConstant(String value) {
        if (draft.fact(value).count() == 1) {
            return value;
        }
        int missing = order.rank() - draft.fact(value).rank();
        String whole = value;
        if (missing > 0) {
            long[] shape = new long[order.rank()];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = i < missing ? 1 : draft.fact(value).extent(i - missing);
            }
            whole = draft.fresh(value + "/whole");
            String target = draft.addConstant(value + "/shape", shape);
            draft.add(Nodes.make("Reshape", whole, List.of(value, target)));
        }
        String name = draft.fresh(value + "/turned");
        draft.add(Nodes.make("Transpose", name, List.of(whole), order.inverse().attribute()));
        return name;
    }
}
