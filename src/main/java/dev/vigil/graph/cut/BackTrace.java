package dev.vigil.graph.cut;

import dev.vigil.graph.Nodes;
import dev.vigil.graph.cut.NmsNodes.Scope;
import dev.vigil.graph.cut.Point.Role;
import dev.vigil.graph.shape.Fact;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.NodeProto;

/**
 * Walks back from an input of an NMS node, over nodes that only order values otherwise or choose some of them, and on over what
 * boxes and scores have of their own ({@link BoxTrace}, {@link ScoreTrace}). It keeps every point on the way, and what it passed
 * that must be done in another way once the nodes are gone.
 *
 * <p>A step that is not understood ends the walk: what lies behind it stays in the graph.
 */
abstract class BackTrace {
    private static final int STEPS_MAX = 1_000;

    final Values values;
    /** From the NMS node on. */
    final List<Point> points = new ArrayList<>();
    /** The node that the walk ended at; null where it came to an input. */
    NodeProto end;

    /** The image of the batch that was taken; -1 for none, or for one a round of a loop. */
    int image = -1;

    BackTrace(Values values) {
        this.values = values;
    }

    final void walk(String value, Scope seen, List<Role> roles) {
        Point at = new Point(value, seen.of(value), roles, List.of());
        for (int step = 0; at != null && step < STEPS_MAX; step++) {
            points.add(at);
            NodeProto node = at.scope().producer(at.value());
            end = node;
            at = node == null ? outOfBody(at) : step(node, at);
        }
    }

    /** The point before a node; null where the walk ends. */
    private Point step(NodeProto node, Point at) {
        if (node.getInputCount() == 0) {
            return null;
        }
        Point layout =
                switch (Nodes.operator(node)) {
                    case "Identity", "Cast" -> at.at(node.getInput(0));
                    case "Transpose" -> transpose(node, at);
                    case "Unsqueeze" -> unsqueeze(node, at);
                    case "Squeeze" -> squeeze(node, at);
                    case "Reshape" -> reshape(node, at);
                    case "Gather" -> gather(node, at);
                    case "Slice" -> slice(node, at);
                    case "GatherND" -> gatherNd(node, at);
                    case "Compress" -> compress(node, at);
                    case "Concat" -> concat(node, at);
                    default -> null;
                };
        return layout != null ? layout : ownStep(node, at);
    }

    /** What boxes or scores have of their own; null where the walk ends. */
    abstract Point ownStep(NodeProto node, Point at);

    /** One of several along a dimension was taken, which {@code at} does not have or has as {@link Role#ONE}; null to end. */
    abstract Role taken(int index, Point at);

    private static Point transpose(NodeProto node, Point at) {
        long[] order = Nodes.integers(node, "perm");
        int rank = at.roles().size();
        Role[] roles = new Role[rank];
        for (int i = 0; i < rank; i++) {
            int from = order == null ? rank - 1 - i : i < order.length ? (int) order[i] : -1;
            if (from < 0 || from >= rank) {
                return null;
            }
            roles[from] = at.roles().get(i);
        }
        return Arrays.asList(roles).contains(null) ? null : at.at(node.getInput(0), List.of(roles));
    }

    private Point unsqueeze(NodeProto node, Point at) {
        long[] axes = values.longs(node, "axes", 1, at.scope());
        if (axes == null) {
            return null;
        }
        int rank = at.roles().size();
        boolean[] goes = new boolean[rank];
        for (long said : axes) {
            long axis = said < 0 ? said + rank : said;
            if (axis < 0 || axis >= rank) {
                return null;
            }
            goes[(int) axis] = true;
        }
        List<Role> roles = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            Role role = at.roles().get(i);
            if (!goes[i]) {
                roles.add(role);
            } else if (role == Role.ANCHOR || role == Role.CORNER) {
                return null;
            }
        }
        return at.at(node.getInput(0), roles);
    }

    private Point squeeze(NodeProto node, Point at) {
        long[] axes = values.longs(node, "axes", 1, at.scope());
        Fact in = values.fact(node.getInput(0), at.scope());
        if (axes == null && in.hasRank() && !Nodes.input(node, 1).isEmpty()) {
            return null;
        }
        if (axes == null) {
            return withOnes(node, at, in.shape());
        }
        int rank = at.roles().size() + axes.length;
        List<Role> roles = new ArrayList<>(at.roles());
        long[] sorted = Arrays.stream(axes)
                .map(axis -> axis < 0 ? axis + rank : axis)
                .sorted()
                .toArray();
        for (long axis : sorted) {
            if (axis < 0 || axis > roles.size()) {
                return null;
            }
            roles.add((int) axis, axis == 0 && !roles.contains(Role.BATCH) ? Role.BATCH : Role.ONE);
        }
        return at.at(node.getInput(0), roles);
    }

    /** Passes where only dimensions of extent 1 come and go. */
    private Point reshape(NodeProto node, Point at) {
        Fact in = values.fact(node.getInput(0), at.scope());
        return withOnes(node, at, in.shape());
    }

    private Point withOnes(NodeProto node, Point at, long[] before) {
        long[] after = values.fact(at.value(), at.scope()).shape();
        if (before == null || after == null || after.length != at.roles().size()) {
            return null;
        }
        List<Role> roles = new ArrayList<>();
        int j = 0;
        for (int i = 0; i < before.length; i++) {
            while (j < after.length && after[j] == 1 && before[i] != 1) {
                j++; // is gone on the way back; a batch of one comes again below
            }
            if (j < after.length && after[j] == before[i] && before[i] >= 0) {
                roles.add(at.roles().get(j++));
            } else if (before[i] == 1) {
                roles.add(i == 0 && !roles.contains(Role.BATCH) ? Role.BATCH : Role.ONE);
            } else {
                return null;
            }
        }
        while (j < after.length && after[j] == 1) {
            j++;
        }
        boolean whole = j == after.length
                && at.has(Role.ANCHOR) == roles.contains(Role.ANCHOR)
                && at.has(Role.CORNER) == roles.contains(Role.CORNER);
        return whole ? at.at(node.getInput(0), roles) : null;
    }

    private Point gather(NodeProto node, Point at) {
        String indices = Nodes.input(node, 1);
        int axis = (int) Nodes.integer(node, "axis", 0);
        double[] constant = values.constant(indices, at.scope());
        boolean round = values.isRound(indices, at.scope());
        int rank = at.roles().size();
        Fact in = values.fact(node.getInput(0), at.scope());
        if (round || constant != null && constant.length == 1) {
            // A scalar takes a dimension away; a tensor of one leaves it, and so does a round that was made one.
            boolean stays = in.hasRank() ? in.rank() == rank : isVector(indices, at.scope());
            List<Role> roles = new ArrayList<>(at.roles());
            int from = axis < 0 ? axis + rank + (stays ? 0 : 1) : axis;
            if (from < 0 || from > roles.size() || stays && from == roles.size()) {
                return null;
            }
            if (stays && roles.get(from) != Role.ONE && roles.get(from) != Role.BATCH) {
                return null;
            }
            if (stays) {
                roles.remove(from);
            }
            Role role = round ? Role.BATCH : role(from, (int) constant[0], at.at(at.value(), roles), in);
            if (role == null) {
                return null;
            }
            roles.add(from, role);
            return at.at(node.getInput(0), roles);
        }
        int chosenAxis = axis < 0 ? axis + rank : axis;
        boolean anchors = constant == null
                && chosenAxis >= 0
                && chosenAxis < rank
                && at.roles().get(chosenAxis) == Role.ANCHOR
                && (!in.hasRank() || in.rank() == rank);
        return anchors ? at.chosenBy(node.getInput(0), values.choice(indices, at.scope())) : null;
    }

    private boolean isVector(String indices, Scope scope) {
        NodeProto node = scope.of(indices).producer(indices);
        return node != null && (Nodes.is(node, "Unsqueeze") || Nodes.is(node, "Reshape"));
    }

    /** What a dimension is that one was taken of. */
    private Role role(int axis, int index, Point at, Fact in) {
        if (axis == 0 && !at.has(Role.BATCH)) {
            image = index;
            return Role.BATCH;
        }
        return in.extent(axis) == 1 ? Role.ONE : taken(index, at);
    }

    private Point slice(NodeProto node, Point at) {
        long[] starts = values.longs(node, "starts", 1, at.scope());
        long[] ends = values.longs(node, "ends", 2, at.scope());
        long[] axes = values.longs(node, "axes", 3, at.scope());
        Fact in = values.fact(node.getInput(0), at.scope());
        Fact out = values.fact(at.value(), at.scope());
        if (starts == null
                || ends == null
                || starts.length != ends.length
                || !Nodes.input(node, 4).isEmpty() && values.number(Nodes.input(node, 4), at.scope()) != 1) {
            return null;
        }
        List<Role> roles = new ArrayList<>(at.roles());
        for (int i = 0; i < starts.length; i++) {
            long said = axes == null || i >= axes.length ? i : axes[i];
            int axis = (int) (said < 0 ? said + roles.size() : said);
            if (axis < 0 || axis >= roles.size()) {
                return null;
            }
            boolean all = in.extent(axis) >= 0 && in.extent(axis) == out.extent(axis);
            boolean single = ends[i] - starts[i] == 1 && starts[i] >= 0;
            if (all) {
                continue;
            }
            boolean batch = roles.get(axis) == Role.BATCH || axis == 0 && !roles.contains(Role.BATCH);
            if (single && batch) {
                image = (int) starts[i];
                roles.set(axis, Role.BATCH);
            } else if (single && (roles.get(axis) == Role.ONE || roles.get(axis) == Role.CLASS)) {
                roles.set(axis, Role.ONE); // the one that was taken is all that comes after
                Role role = taken((int) starts[i], at.at(at.value(), roles));
                if (role == null) {
                    return null;
                }
                roles.set(axis, role);
            } else {
                return null;
            }
        }
        return at.at(node.getInput(0), roles);
    }

    /** As an index by a mask of one dimension is exported: the choice is of the first dimension. */
    private Point gatherNd(NodeProto node, Point at) {
        boolean first = Nodes.integer(node, "batch_dims", 0) == 0 && at.indexOf(Role.ANCHOR) == 0;
        Fact in = values.fact(node.getInput(0), at.scope());
        if (!first || in.hasRank() && in.rank() != at.roles().size()) {
            return null;
        }
        return at.chosenBy(node.getInput(0), values.choice(Nodes.input(node, 1), at.scope()));
    }

    private Point compress(NodeProto node, Point at) {
        int axis = (int) Nodes.integer(node, "axis", Integer.MIN_VALUE);
        int rank = at.roles().size();
        int from = axis < 0 ? axis + rank : axis;
        if (axis == Integer.MIN_VALUE || from < 0 || from >= rank || at.roles().get(from) != Role.ANCHOR) {
            return null;
        }
        return at.chosenBy(node.getInput(0), Nodes.input(node, 1));
    }

    /** Passes where all but one of the parts are empty. */
    private Point concat(NodeProto node, Point at) {
        int axis = (int) Nodes.integer(node, "axis", 0);
        List<String> parts = node.getInputList().stream()
                .filter(part -> values.fact(part, at.scope()).extent(axis) != 0)
                .toList();
        return parts.size() == 1 ? at.at(parts.get(0)) : null;
    }

    /** From an input of a body to what the node around it is given. */
    private static Point outOfBody(Point at) {
        NodeProto owner = at.scope().owner();
        int index = at.scope().inputs().indexOf(at.value());
        if (owner == null || index < 0 || index >= owner.getInputCount()) {
            return null;
        }
        Scope around = at.scope().around();
        String outside = owner.getInput(index);
        if (Nodes.is(owner, "Scan")) {
            int states = owner.getInputCount() - (int) Nodes.integer(owner, "num_scan_inputs", 0);
            if (index < states || at.has(Role.BATCH) || Nodes.integers(owner, "scan_input_axes") != null) {
                return null;
            }
            List<Role> roles = new ArrayList<>(at.roles());
            roles.add(0, Role.BATCH);
            return new Point(outside, around.of(outside), roles, at.chosen());
        }
        if (Nodes.is(owner, "Loop") && index >= 2 && staysTheSame(at, index)) {
            return new Point(outside, around.of(outside), at.roles(), at.chosen());
        }
        return null;
    }

    /** Whether what a loop carries from round to round is handed on as it came. */
    private static boolean staysTheSame(Point at, int index) {
        if (index - 1 >= at.scope().graph().outputs().size()) {
            return false;
        }
        String out = at.scope().graph().outputs().get(index - 1).getName();
        NodeProto node = at.scope().producer(out);
        return out.equals(at.value())
                || node != null
                        && Nodes.is(node, "Identity")
                        && node.getInput(0).equals(at.value());
    }
}
