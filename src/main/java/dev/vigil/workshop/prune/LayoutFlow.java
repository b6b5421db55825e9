package dev.vigil.workshop.prune;

import dev.vigil.graph.Nodes;
import dev.vigil.graph.shape.Fact;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.NodeProto;

/** What puts channels together, apart, and elsewhere. Stateless. */
final class LayoutFlow {
    private LayoutFlow() {}

    /** Returns false for what it does not know. */
    static boolean follow(Flow flow, NodeProto node) {
        return switch (node.getOpType()) {
            case "Concat" -> concat(flow, node);
            case "Split" -> split(flow, node);
            case "Slice" -> slice(flow, node);
            case "Transpose" -> transpose(flow, node);
            case "Reshape", "Flatten", "Squeeze", "Unsqueeze" -> reshape(flow, node);
            case "Softmax", "LogSoftmax" -> softmax(flow, node);
            case "ReduceMean", "ReduceMax", "ReduceMin", "ReduceSum" -> reduce(flow, node);
            default -> false;
        };
    }

    private static int axis(long axis, int rank) {
        return (int) (axis < 0 ? axis + rank : axis);
    }

    private static boolean concat(Flow flow, NodeProto node) {
        Channels first = null;
        for (int input = 0; input < node.getInputCount(); input++) {
            first = first == null ? flow.in(node, input) : first;
        }
        if (first == null) {
            return true;
        }
        int axis = axis(Nodes.integer(node, "axis", 1), flow.fact(node, 0).rank());
        List<Channels> parts = new ArrayList<>();
        for (int input = 0; input < node.getInputCount(); input++) {
            Channels in = flow.in(node, input);
            if (in == null && first.axis() == axis) {
                long extent = flow.fact(node, input).extent(axis);
                if (extent < 0 || extent > Fact.VALUES_MAX) {
                    return false;
                }
                in = new Channels(axis, flow.atoms.fresh((int) extent), Channels.unknown((int) extent));
                flow.atoms.pin(in.atoms());
            }
            if (in == null || in.axis() != first.axis() || first.axis() != axis && in.count() != first.count()) {
                return false;
            }
            parts.add(in);
        }
        if (first.axis() == axis) {
            int[] atoms = parts.stream()
                    .flatMapToInt(part -> Arrays.stream(part.atoms()))
                    .toArray();
            double[] constants = parts.stream()
                    .flatMapToDouble(part -> Arrays.stream(part.constants()))
                    .toArray();
            flow.out(node, 0, new Channels(axis, atoms, constants));
            return true;
        }
        double[] constants = first.constants().clone();
        for (Channels part : parts) {
            flow.atoms.join(first.atoms(), part.atoms());
            for (int i = 0; i < constants.length; i++) {
                constants[i] = constants[i] == part.constants()[i] ? constants[i] : Double.NaN;
            }
        }
        flow.out(node, 0, first.with(constants));
        return true;
    }

    private static boolean split(Flow flow, NodeProto node) {
        Channels in = flow.in(node, 0);
        if (in == null) {
            return true;
        }
        int axis = axis(Nodes.integer(node, "axis", 0), flow.fact(node, 0).rank());
        int outputs = node.getOutputCount();
        if (axis != in.axis()) {
            for (int i = 0; i < outputs; i++) {
                flow.out(node, i, in);
            }
            return true;
        }
        long[] sizes = flow.opset < 13
                ? Nodes.integers(node, "split")
                : flow.fact(node, 1).longs();
        if (sizes == null && (!Nodes.input(node, 1).isEmpty() || in.count() % outputs != 0)) {
            return false;
        }
        long[] told = sizes == null ? equal(in.count() / outputs, outputs) : sizes;
        if (told.length != outputs || Arrays.stream(told).sum() != in.count()) {
            return false;
        }
        List<Channels> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < outputs; i++) {
            parts.add(in.range(from, from + (int) told[i]));
            flow.out(node, i, parts.get(i));
            from += (int) told[i];
        }
        flow.edit(node, (now, cutter) -> {
            long[] left =
                    parts.stream().mapToLong(part -> cutter.left(part.atoms())).toArray();
            return flow.opset < 13
                    ? Nodes.with(now, Nodes.integers("split", left))
                    : cutter.withLongs(Nodes.without(now, "num_outputs"), 1, left);
        });
        return true;
    }

    private static long[] equal(long size, int count) {
        long[] sizes = new long[count];
        Arrays.fill(sizes, size);
        return sizes;
    }

    private static boolean slice(Flow flow, NodeProto node) {
        Channels in = flow.in(node, 0);
        if (in == null) {
            return true;
        }
        boolean old = flow.opset < 10;
        long[] starts =
                old ? Nodes.integers(node, "starts") : flow.fact(node, 1).longs();
        long[] ends = old ? Nodes.integers(node, "ends") : flow.fact(node, 2).longs();
        long[] axes = old ? Nodes.integers(node, "axes") : flow.fact(node, 3).longs();
        long[] steps = old ? null : flow.fact(node, 4).longs();
        boolean open = !old
                && (axes == null && !Nodes.input(node, 3).isEmpty()
                        || steps == null && !Nodes.input(node, 4).isEmpty());
        if (starts == null || ends == null || open) {
            return false;
        }
        int at = -1;
        for (int i = 0; i < starts.length; i++) {
            long axis = axes == null ? i : axes[i];
            at = axis(axis, flow.fact(node, 0).rank()) == in.axis() ? i : at;
        }
        if (at < 0) {
            flow.out(node, 0, in);
            return true;
        }
        int count = in.count();
        int from = clamp(starts[at], count);
        int to = clamp(ends[at], count);
        if (steps != null && steps[at] != 1 || from >= to) {
            return false;
        }
        int place = at;
        flow.out(node, 0, in.range(from, to));
        flow.edit(node, (now, cutter) -> {
            long before = cutter.left(Arrays.copyOf(in.atoms(), from));
            long until = cutter.left(Arrays.copyOf(in.atoms(), to));
            long[] newStarts = ElementFlow.replaced(starts, place, before);
            long[] newEnds = ElementFlow.replaced(ends, place, until);
            if (old) {
                return Nodes.with(
                        Nodes.with(now, Nodes.integers("starts", newStarts)), Nodes.integers("ends", newEnds));
            }
            NodeProto changed = cutter.withLongs(cutter.withLongs(now, 1, newStarts), 2, newEnds);
            // All of them are of one type.
            changed = axes == null ? changed : cutter.withLongs(changed, 3, axes);
            return steps == null ? changed : cutter.withLongs(changed, 4, steps);
        });
        return true;
    }

    private static int clamp(long place, int count) {
        long at = place < 0 ? place + count : place;
        return (int) Math.max(0, Math.min(count, at));
    }

    private static boolean transpose(Flow flow, NodeProto node) {
        Channels in = flow.in(node, 0);
        if (in == null) {
            return true;
        }
        int rank = flow.fact(node, 0).rank();
        long[] order = Nodes.integers(node, "perm");
        if (rank < 0) {
            return false;
        }
        for (int to = 0; to < rank; to++) {
            long from = order == null ? rank - 1 - to : order[to];
            if (from == in.axis()) {
                flow.out(node, 0, in.at(to));
                return true;
            }
        }
        return false;
    }

    /** Dimensions {@code [inFrom, inTo)} of one shape that are {@code [outFrom, outTo)} of another: as many values. */
    private record Stretch(int inFrom, int inTo, int outFrom, int outTo) {}

    private static boolean reshape(Flow flow, NodeProto node) {
        Channels in = flow.in(node, 0);
        if (in == null) {
            node.getInputList().forEach(flow::pin);
            return true;
        }
        long[] from = flow.fact(node, 0).shape();
        long[] to = flow.facts.getOrDefault(node.getOutput(0), Fact.UNKNOWN).shape();
        if (from == null || to == null || hasOpen(from) || hasOpen(to)) {
            return false;
        }
        Stretch stretch = stretch(from, to, in.axis());
        if (stretch == null) {
            return false;
        }
        int out = -1;
        for (int i = stretch.outFrom; i < stretch.outTo; i++) {
            if (to[i] != 1) {
                if (out >= 0) {
                    return false; // channels are put apart
                }
                out = i;
            }
        }
        out = out < 0 ? stretch.outFrom : out;
        if (out >= to.length || to[out] > Integer.MAX_VALUE) {
            return false;
        }
        Channels made = merged(in, from, stretch, out);
        if (node.getOpType().equals("Reshape") && !told(flow, node, in, made)) {
            return false;
        }
        flow.out(node, 0, made);
        return true;
    }

    private static boolean hasOpen(long[] shape) {
        return Arrays.stream(shape).anyMatch(extent -> extent <= 0);
    }

    private static Stretch stretch(long[] from, long[] to, int axis) {
        int i = 0;
        int j = 0;
        while (i < from.length && j < to.length) {
            int inFrom = i;
            int outFrom = j;
            long a = from[i++];
            long b = to[j++];
            while (a != b) {
                if (a < b && i < from.length) {
                    a *= from[i++];
                } else if (b < a && j < to.length) {
                    b *= to[j++];
                } else {
                    return null;
                }
            }
            if (axis >= inFrom && axis < i) {
                return new Stretch(inFrom, i, outFrom, j);
            }
        }
        return null;
    }

    /** The channel of each place along a dimension that some were merged into. */
    private static Channels merged(Channels in, long[] from, Stretch stretch, int out) {
        int inner = 1;
        int outer = 1;
        for (int i = stretch.inFrom; i < stretch.inTo; i++) {
            if (i < in.axis()) {
                outer *= (int) from[i];
            } else if (i > in.axis()) {
                inner *= (int) from[i];
            }
        }
        int count = in.count();
        int[] atoms = new int[outer * count * inner];
        double[] constants = new double[atoms.length];
        for (int i = 0; i < atoms.length; i++) {
            atoms[i] = in.atoms()[i / inner % count];
            constants[i] = in.constants()[i / inner % count];
        }
        return new Channels(out, atoms, constants);
    }

    /** Sees to it that the shape that is asked for will be right; returns false where that can not be done. */
    private static boolean told(Flow flow, NodeProto node, Channels in, Channels made) {
        long[] shape = flow.fact(node, 1).longs();
        boolean written = flow.graph.initializers().containsKey(Nodes.input(node, 1));
        if (shape == null || !written || shape.length <= made.axis() || Nodes.integer(node, "allowzero", 0) != 0) {
            return false;
        }
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] == 0 && i == in.axis() && i != made.axis()) {
                return false;
            }
        }
        if (shape[made.axis()] > 0) {
            flow.edit(
                    node,
                    (now, cutter) -> cutter.withLongs(
                            now, 1, ElementFlow.replaced(shape, made.axis(), cutter.left(made.atoms()))));
        }
        return true;
    }

    private static boolean softmax(Flow flow, NodeProto node) {
        Channels in = flow.in(node, 0);
        if (in == null) {
            return true;
        }
        int rank = flow.fact(node, 0).rank();
        int axis = axis(Nodes.integer(node, "axis", flow.opset < 13 ? 1 : -1), rank);
        // Older ones go over all dimensions from the axis on.
        boolean apart = flow.opset < 13 ? in.axis() < axis : in.axis() != axis;
        if (rank < 0 || !apart) {
            return false;
        }
        flow.out(node, 0, in.varying());
        return true;
    }

    private static boolean reduce(Flow flow, NodeProto node) {
        Channels in = flow.in(node, 0);
        if (in == null) {
            return true;
        }
        int rank = flow.fact(node, 0).rank();
        long[] axes = Nodes.input(node, 1).isEmpty()
                ? Nodes.integers(node, "axes")
                : flow.fact(node, 1).longs();
        if (rank < 0 || axes == null) {
            return false;
        }
        int before = 0;
        for (long one : axes) {
            int axis = axis(one, rank);
            if (axis == in.axis()) {
                return false;
            }
            before += axis < in.axis() ? 1 : 0;
        }
        boolean kept = Nodes.integer(node, "keepdims", 1) != 0;
        Channels made = node.getOpType().equals("ReduceSum") ? in.varying() : in;
        flow.out(node, 0, made.at(kept ? in.axis() : in.axis() - before));
        return true;
    }
}
