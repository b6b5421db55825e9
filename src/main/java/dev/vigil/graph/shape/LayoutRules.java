package dev.vigil.graph.shape;

import dev.vigil.graph.Nodes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.TensorProto.DataType;

/** Operators that order the same values otherwise, put tensors together and apart, and make new ones. */
final class LayoutRules {
    private LayoutRules() {}

    static void addTo(Map<String, Rules.Rule> rules) {
        rules.put("Constant", LayoutRules::constant);
        rules.put("Shape", LayoutRules::shape);
        rules.put(
                "Size",
                call -> Call.one(Fact.ofValues(
                        DataType.INT64_VALUE, new double[] {orNaN(call.in(0).count())}, true)));
        rules.put("ConstantOfShape", LayoutRules::constantOfShape);
        rules.put("Range", LayoutRules::range);
        rules.put("Reshape", LayoutRules::reshape);
        rules.put("Flatten", LayoutRules::flatten);
        rules.put("Transpose", LayoutRules::transpose);
        rules.put("Squeeze", LayoutRules::squeeze);
        rules.put("Unsqueeze", LayoutRules::unsqueeze);
        rules.put("Concat", LayoutRules::concat);
        rules.put("Split", LayoutRules::split);
        rules.put("Expand", LayoutRules::expand);
        rules.put("Tile", LayoutRules::tile);
        rules.put("Pad", LayoutRules::pad);
    }

    static double orNaN(long extent) {
        return extent < 0 ? Double.NaN : extent;
    }

    private static List<Fact> constant(Call call) {
        for (AttributeProto attribute : call.node().getAttributeList()) {
            switch (attribute.getName()) {
                case "value" -> {
                    return Call.one(Fact.of(attribute.getT()));
                }
                case "value_float" -> {
                    return Call.one(Fact.ofValues(DataType.FLOAT_VALUE, new double[] {attribute.getF()}, true));
                }
                case "value_int" -> {
                    return Call.one(Fact.ofValues(DataType.INT64_VALUE, new double[] {attribute.getI()}, true));
                }
                case "value_ints" -> {
                    double[] values = attribute.getIntsList().stream()
                            .mapToDouble(Long::doubleValue)
                            .toArray();
                    return Call.one(Fact.ofValues(DataType.INT64_VALUE, values, false));
                }
                case "value_floats" -> {
                    double[] values = attribute.getFloatsList().stream()
                            .mapToDouble(Float::doubleValue)
                            .toArray();
                    return Call.one(Fact.ofValues(DataType.FLOAT_VALUE, values, false));
                }
                default -> {}
            }
        }
        return Call.one(Fact.UNKNOWN);
    }

    private static List<Fact> shape(Call call) {
        Fact in = call.in(0);
        if (!in.hasRank()) {
            return Call.one(Fact.of(DataType.INT64_VALUE, -1));
        }
        int start = clamp(call.integer("start", 0), in.rank());
        int end = clamp(call.integer("end", in.rank()), in.rank());
        double[] values = Arrays.stream(in.shape(), start, Math.max(start, end))
                .mapToDouble(LayoutRules::orNaN)
                .toArray();
        return Call.one(Fact.ofValues(DataType.INT64_VALUE, values, false));
    }

    private static int clamp(long at, int rank) {
        return (int) Math.max(0, Math.min(rank, at < 0 ? at + rank : at));
    }

    private static List<Fact> constantOfShape(Call call) {
        Fact value = Nodes.attribute(call.node(), "value")
                .map(attribute -> Fact.of(attribute.getT()))
                .orElse(Fact.ofValues(DataType.FLOAT_VALUE, new double[] {0}, true));
        long[] shape = extents(call.in(0));
        if (shape == null) {
            return Call.one(Fact.ofType(value.type()));
        }
        long count = Fact.of(0, shape).count();
        double[] values = null;
        if (count >= 0 && count <= Fact.VALUES_MAX && !Double.isNaN(value.only())) {
            values = new double[(int) count];
            Arrays.fill(values, value.only());
        }
        return Call.one(new Fact(value.type(), shape, values));
    }

    /** What a tensor of a shape says, -1 for what is not known; null where not even its length is. */
    static long[] extents(Fact fact) {
        if (fact.values() != null && fact.rank() == 1) {
            return Arrays.stream(fact.values())
                    .mapToLong(v -> Double.isNaN(v) ? -1 : (long) v)
                    .toArray();
        }
        long rank = fact.rank() == 1 ? fact.extent(0) : -1;
        return rank >= 0 && rank <= 64 ? Call.unknown((int) rank) : null;
    }

    private static List<Fact> range(Call call) {
        double start = call.in(0).only();
        double limit = call.in(1).only();
        double step = call.in(2).only();
        double count = Math.max(0, Math.ceil((limit - start) / step));
        if (!(count < 1e12)) {
            return call.shaped(-1);
        }
        if (count > Fact.VALUES_MAX) {
            return call.shaped((long) count);
        }
        double[] values = new double[(int) count];
        for (int i = 0; i < values.length; i++) {
            values[i] = start + i * step;
        }
        return Call.one(Fact.ofValues(call.type(), values, false));
    }

    private static List<Fact> reshape(Call call) {
        Fact in = call.in(0);
        double[] wanted = call.in(1).values();
        long[] old = call.integers("shape"); // up to operator set 4
        if (wanted == null && old != null) {
            wanted = Arrays.stream(old).asDoubleStream().toArray();
        }
        if (wanted == null) {
            long[] unknown = extents(call.in(1));
            return Call.one(unknown == null ? Fact.ofType(in.type()) : Fact.of(in.type(), unknown));
        }
        boolean zeroCopies = call.integer("allowzero", 0) == 0;
        long[] shape = new long[wanted.length];
        int rest = -1;
        int open = 0;
        for (int i = 0; i < shape.length; i++) {
            boolean copied = wanted[i] == 0 && zeroCopies;
            shape[i] = Double.isNaN(wanted[i]) ? -1 : copied ? in.extent(i) : (long) wanted[i];
            rest = wanted[i] == -1 ? i : rest;
            open += shape[i] < 0 ? 1 : 0;
        }
        // The one that is left to be worked out, or the only one that is not known: either way the values must come out
        // even.
        long count = in.count();
        if (open == 1 && count >= 0) {
            int at = rest;
            for (int i = 0; at < 0 && i < shape.length; i++) {
                at = shape[i] < 0 ? i : at;
            }
            long others = 1;
            for (int i = 0; i < shape.length; i++) {
                others = i == at || others < 0 ? others : saturated(others, shape[i]);
            }
            shape[at] = others > 0 && count % others == 0 ? count / others : -1;
        }
        return Call.one(new Fact(in.type(), shape, in.values()));
    }

    private static long saturated(long a, long b) {
        return b > 0 && a > Long.MAX_VALUE / b ? -1 : a * b;
    }

    private static List<Fact> flatten(Call call) {
        Fact in = call.in(0);
        long said = call.integer("axis", 1);
        if (!in.hasRank() || said > in.rank() || said < -in.rank()) {
            return call.shaped(-1, -1);
        }
        int axis = (int) (said < 0 ? said + in.rank() : said);
        return Call.one(new Fact(
                in.type(),
                new long[] {
                    Fact.product(Arrays.copyOf(in.shape(), axis)),
                    Fact.product(Arrays.copyOfRange(in.shape(), axis, in.rank()))
                },
                in.values()));
    }

    private static List<Fact> transpose(Call call) {
        Fact in = call.in(0);
        if (!in.hasRank()) {
            return call.typeOnly();
        }
        long[] order = call.integers("perm");
        long[] shape = new long[in.rank()];
        for (int i = 0; i < shape.length; i++) {
            long from = order == null ? shape.length - 1 - i : i < order.length ? order[i] : -1;
            shape[i] = from < 0 ? -1 : from >= shape.length ? -1 : in.extent((int) from);
        }
        // Of one dimension nothing moves; of more, nobody computes a shape.
        return Call.one(new Fact(in.type(), shape, in.rank() < 2 ? in.values() : null));
    }

    private static List<Fact> squeeze(Call call) {
        Fact in = call.in(0);
        long[] axes = call.either("axes", 1);
        boolean all = call.neither("axes", 1);
        if (!in.hasRank() || axes == null && !all) {
            return call.typeOnly();
        }
        boolean[] goes = new boolean[in.rank()];
        for (int i = 0; all && i < goes.length; i++) {
            if (in.extent(i) < 0) {
                return call.typeOnly();
            }
            goes[i] = in.extent(i) == 1;
        }
        for (int i = 0; axes != null && i < axes.length; i++) {
            int axis = Call.axis(axes[i], in.rank());
            if (axis < 0) {
                return call.typeOnly();
            }
            goes[axis] = true;
        }
        List<Long> shape = new ArrayList<>();
        for (int i = 0; i < goes.length; i++) {
            if (!goes[i]) {
                shape.add(in.extent(i));
            }
        }
        return Call.one(
                new Fact(in.type(), shape.stream().mapToLong(Long::longValue).toArray(), in.values()));
    }

    private static List<Fact> unsqueeze(Call call) {
        Fact in = call.in(0);
        long[] axes = call.either("axes", 1);
        if (!in.hasRank() || axes == null || axes.length > 64) {
            return call.typeOnly();
        }
        int rank = in.rank() + axes.length;
        boolean[] added = new boolean[rank];
        for (long said : axes) {
            int axis = Call.axis(said, rank);
            if (axis < 0 || added[axis]) {
                return call.typeOnly();
            }
            added[axis] = true;
        }
        long[] shape = new long[rank];
        int next = 0;
        for (int i = 0; i < rank; i++) {
            shape[i] = added[i] ? 1 : in.extent(next++);
        }
        return Call.one(new Fact(in.type(), shape, in.values()));
    }

    private static List<Fact> concat(Call call) {
        Fact first = call.in(0);
        int axis = first.hasRank() ? Call.axis(call.integer("axis", 0), first.rank()) : -1;
        if (axis < 0) {
            return call.typeOnly();
        }
        long[] shape = first.shape().clone();
        long along = 0;
        boolean valued = first.rank() == 1;
        List<Double> values = new ArrayList<>();
        for (Fact in : call.inputs()) {
            if (in.rank() != shape.length) {
                return Call.one(Fact.of(call.type(), Call.unknown(shape.length)));
            }
            along = along < 0 || in.extent(axis) < 0 ? -1 : along + in.extent(axis);
            for (int i = 0; i < shape.length; i++) {
                shape[i] = shape[i] < 0 ? in.extent(i) : shape[i];
            }
            valued &= in.values() != null && values.size() + in.values().length <= Fact.VALUES_MAX;
            for (int i = 0; valued && i < in.values().length; i++) {
                values.add(in.values()[i]);
            }
        }
        shape[axis] = along;
        return Call.one(new Fact(
                call.type(),
                shape,
                valued ? values.stream().mapToDouble(Double::doubleValue).toArray() : null));
    }

    private static List<Fact> split(Call call) {
        Fact in = call.in(0);
        int axis = in.hasRank() ? Call.axis(call.integer("axis", 0), in.rank()) : -1;
        List<Fact> parts = new ArrayList<>();
        int count = call.node().getOutputCount();
        long[] lengths = call.either("split", 1);
        int from = 0;
        for (int i = 0; i < count; i++) {
            if (axis < 0) {
                parts.add(Fact.ofType(in.type()));
                continue;
            }
            long whole = in.extent(axis);
            long chunk = whole < 0 ? -1 : (whole + count - 1) / count;
            long length = !call.neither("split", 1)
                    ? lengths == null || i >= lengths.length ? -1 : lengths[i]
                    : chunk < 0 ? -1 : Math.max(0, Math.min(chunk, whole - i * chunk));
            long[] shape = in.shape().clone();
            shape[axis] = length;
            double[] values = null;
            if (in.rank() == 1 && in.values() != null && length >= 0 && from + length <= in.values().length) {
                values = Arrays.copyOfRange(in.values(), from, from + (int) length);
                from += (int) length;
            }
            parts.add(new Fact(in.type(), shape, values));
        }
        return parts;
    }

    private static List<Fact> expand(Call call) {
        long[] wanted = extents(call.in(1));
        Fact in = call.in(0);
        return Call.one(new Fact(in.type(), ElementRules.broadcast(in.shape(), wanted), null));
    }

    private static List<Fact> tile(Call call) {
        Fact in = call.in(0);
        long[] times = extents(call.in(1));
        if (!in.hasRank() || times == null || times.length != in.rank()) {
            return call.typeOnly();
        }
        long[] shape = new long[times.length];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = in.extent(i) < 0 || times[i] < 0 ? -1 : saturated(in.extent(i), times[i]);
        }
        return call.shaped(shape);
    }

    private static List<Fact> pad(Call call) {
        Fact in = call.in(0);
        long[] pads = call.either("pads", 1);
        if (!in.hasRank()) {
            return call.typeOnly();
        }
        long[] shape = Call.unknown(in.rank());
        for (int i = 0; i < shape.length && pads != null && pads.length == 2 * shape.length && !call.has(3); i++) {
            shape[i] = in.extent(i) < 0 ? -1 : in.extent(i) + pads[i] + pads[shape.length + i];
        }
        return call.shaped(shape);
    }
}
