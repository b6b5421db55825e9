package dev.vigil.graph.shape;

import dev.vigil.graph.Nodes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import onnx.Onnx.TensorProto.DataType;

/** Operators that take some of the values, or sum them up. How many data decide is unknown. */
final class SelectionRules {
    private static final int INT64 = DataType.INT64_VALUE;

    private SelectionRules() {}

    static void addTo(Map<String, Rules.Rule> rules) {
        rules.put("Slice", SelectionRules::slice);
        rules.put("Gather", SelectionRules::gather);
        rules.put(
                "GatherElements",
                call -> Call.one(new Fact(call.type(), call.in(1).shape(), null)));
        rules.put("GatherND", SelectionRules::gatherNd);
        Rules.put(
                rules,
                SelectionRules::reduce,
                "ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare"
                        .split(" "));
        Rules.put(rules, SelectionRules::arg, "ArgMax", "ArgMin");
        rules.put("TopK", SelectionRules::topK);
        rules.put("NonMaxSuppression", call -> Call.one(Fact.of(INT64, -1, 3)));
        rules.put("NonZero", call -> Call.one(Fact.of(INT64, call.in(0).rank(), -1)));
        rules.put("Compress", SelectionRules::compress);
        rules.put("OneHot", SelectionRules::oneHot);
    }

    private static List<Fact> slice(Call call) {
        Fact in = call.in(0);
        long[] starts = call.either("starts", 1);
        long[] ends = call.either("ends", 2);
        if (!in.hasRank()) {
            return call.typeOnly();
        }
        long[] axes = call.either("axes", 3);
        if (axes == null && !call.neither("axes", 3)) {
            return Call.one(Fact.of(in.type(), Call.unknown(in.rank())));
        }
        int count = axes != null ? axes.length : starts == null ? in.rank() : starts.length;
        long[] steps = call.has(4) ? call.in(4).longs() : ones(count);
        long[] shape = in.shape().clone();
        double[] values = in.rank() == 1 ? in.values() : null;
        for (int i = 0; i < count; i++) {
            int axis = Call.axis(axes == null ? i : axes[i], in.rank());
            boolean known = axis >= 0
                    && starts != null
                    && ends != null
                    && steps != null
                    && i < starts.length
                    && i < ends.length
                    && i < steps.length
                    && steps[i] != 0;
            if (axis < 0) {
                return Call.one(Fact.of(in.type(), Call.unknown(in.rank())));
            }
            long extent = shape[axis];
            if (!known || extent < 0) {
                shape[axis] = -1;
                values = null;
                continue;
            }
            long step = steps[i];
            long start = bound(starts[i], extent, step < 0 ? extent - 1 : extent, 0);
            long end = bound(ends[i], extent, extent, step < 0 ? -1 : 0);
            long length =
                    step > 0 ? ceilDiv(end - start, step) : ceilDiv(start - end, step == Long.MIN_VALUE ? 1 : -step);
            shape[axis] = Math.max(0, length);
            values = values == null ? null : picked(values, start, step, shape[axis]);
        }
        return Call.one(new Fact(in.type(), shape, values));
    }

    private static long bound(long at, long extent, long most, long least) {
        return Math.max(least, Math.min(most, at < 0 ? at + extent : at));
    }

    private static long ceilDiv(long a, long b) {
        return a <= 0 ? 0 : (a - 1) / b + 1;
    }

    private static double[] picked(double[] values, long start, long step, long count) {
        double[] picked = new double[(int) count];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = values[(int) (start + i * step)];
        }
        return picked;
    }

    private static long[] ones(int count) {
        long[] ones = new long[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static List<Fact> gather(Call call) {
        Fact in = call.in(0);
        Fact at = call.in(1);
        int axis = in.hasRank() ? Call.axis(call.integer("axis", 0), in.rank()) : -1;
        if (axis < 0 || !at.hasRank()) {
            return call.typeOnly();
        }
        long[] shape = new long[in.rank() - 1 + at.rank()];
        System.arraycopy(in.shape(), 0, shape, 0, axis);
        System.arraycopy(at.shape(), 0, shape, axis, at.rank());
        System.arraycopy(in.shape(), axis + 1, shape, axis + at.rank(), in.rank() - axis - 1);
        double[] values = null;
        if (in.rank() == 1 && in.values() != null && at.isKnown()) {
            values = new double[at.values().length];
            for (int i = 0; i < values.length; i++) {
                long index = (long) at.values()[i];
                long from = index < 0 ? index + in.values().length : index;
                values[i] = from < 0 || from >= in.values().length ? Double.NaN : in.values()[(int) from];
            }
        }
        return Call.one(new Fact(in.type(), shape, values));
    }

    private static List<Fact> gatherNd(Call call) {
        Fact in = call.in(0);
        Fact at = call.in(1);
        long depth = at.extent(-1);
        long batch = call.integer("batch_dims", 0);
        if (!in.hasRank() || at.rank() < 1 || depth < 0 || batch < 0 || batch + depth > in.rank()) {
            return call.typeOnly();
        }
        int rest = in.rank() - (int) (batch + depth);
        long[] shape = Arrays.copyOf(at.shape(), at.rank() - 1 + rest);
        System.arraycopy(in.shape(), in.rank() - rest, shape, at.rank() - 1, rest);
        return call.shaped(shape);
    }

    private static List<Fact> reduce(Call call) {
        Fact in = call.in(0);
        boolean keep = call.integer("keepdims", 1) != 0;
        long[] axes = call.either("axes", 1);
        if (!in.hasRank() || axes == null && !call.neither("axes", 1)) {
            return call.typeOnly();
        }
        boolean all = axes == null || axes.length == 0;
        if (all && call.integer("noop_with_empty_axes", 0) != 0) {
            return Call.one(in);
        }
        boolean[] goes = new boolean[in.rank()];
        Arrays.fill(goes, all);
        for (int i = 0; !all && i < axes.length; i++) {
            int axis = Call.axis(axes[i], in.rank());
            if (axis < 0) {
                return call.typeOnly();
            }
            goes[axis] = true;
        }
        double[] values = null;
        if (Nodes.is(call.node(), "ReduceProd") && in.isKnown() && (all || in.rank() == 1)) {
            values = new double[] {Arrays.stream(in.values()).reduce(1, (a, b) -> a * b)};
        }
        return Call.one(new Fact(in.type(), reduced(in, goes, keep), values));
    }

    private static long[] reduced(Fact in, boolean[] goes, boolean keep) {
        List<Long> shape = new ArrayList<>();
        for (int i = 0; i < goes.length; i++) {
            if (!goes[i]) {
                shape.add(in.extent(i));
            } else if (keep) {
                shape.add(1L);
            }
        }
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    private static List<Fact> arg(Call call) {
        Fact in = call.in(0);
        int axis = in.hasRank() ? Call.axis(call.integer("axis", 0), in.rank()) : -1;
        if (axis < 0) {
            return Call.one(Fact.ofType(INT64));
        }
        boolean[] goes = new boolean[in.rank()];
        goes[axis] = true;
        return Call.one(Fact.of(INT64, reduced(in, goes, call.integer("keepdims", 1) != 0)));
    }

    private static List<Fact> topK(Call call) {
        Fact in = call.in(0);
        int axis = in.hasRank() ? Call.axis(call.integer("axis", -1), in.rank()) : -1;
        if (axis < 0) {
            return List.of(Fact.ofType(in.type()), Fact.ofType(INT64));
        }
        double k = call.has(1) ? call.in(1).only() : call.integer("k", -1);
        long[] shape = in.shape().clone();
        shape[axis] = Double.isNaN(k) ? -1 : (long) k;
        return List.of(Fact.of(in.type(), shape), Fact.of(INT64, shape));
    }

    private static List<Fact> compress(Call call) {
        Fact in = call.in(0);
        boolean flat = Nodes.attribute(call.node(), "axis").isEmpty();
        int axis = in.hasRank() && !flat ? Call.axis(call.integer("axis", 0), in.rank()) : -1;
        if (flat) {
            return call.shaped(-1);
        }
        if (axis < 0) {
            return call.typeOnly();
        }
        long[] shape = in.shape().clone();
        shape[axis] = -1;
        return call.shaped(shape);
    }

    private static List<Fact> oneHot(Call call) {
        Fact at = call.in(0);
        int type = call.in(2).type();
        int axis = at.hasRank() ? Call.axis(call.integer("axis", -1), at.rank() + 1) : -1;
        if (axis < 0) {
            return Call.one(Fact.ofType(type));
        }
        long[] shape = new long[at.rank() + 1];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = i < axis ? at.extent(i) : i > axis ? at.extent(i - 1) : -1;
        }
        double depth = call.in(1).only();
        shape[axis] = Double.isNaN(depth) ? -1 : (long) depth;
        return Call.one(Fact.of(type, shape));
    }
}
