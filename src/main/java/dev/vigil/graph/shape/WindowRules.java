package dev.vigil.graph.shape;

import dev.vigil.graph.Nodes;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import onnx.Onnx.TensorProto.DataType;

/** Operators that move a window over a picture, and those that change its size. Shapes are (batch, channels, height, width). */
final class WindowRules {
    private static final int FIRST = 2;

    private WindowRules() {}

    static void addTo(Map<String, Rules.Rule> rules) {
        rules.put("Conv", call -> convolution(call, call.in(1), call.type()));
        rules.put("ConvInteger", call -> convolution(call, call.in(1), DataType.INT32_VALUE));
        rules.put(
                "QLinearConv", call -> convolution(call, call.in(3), call.in(7).type()));
        rules.put("ConvTranspose", WindowRules::transposed);
        Rules.put(rules, WindowRules::pool, "MaxPool", "AveragePool", "LpPool");
        Rules.put(rules, WindowRules::global, "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool");
        Rules.put(rules, WindowRules::resize, "Resize", "Upsample");
        rules.put("DepthToSpace", WindowRules::depthToSpace);
        rules.put("SpaceToDepth", WindowRules::spaceToDepth);
        rules.put("GridSample", WindowRules::gridSample);
        rules.put("RoiAlign", WindowRules::roiAlign);
    }

    private static List<Fact> convolution(Call call, Fact weights, int type) {
        Fact in = call.in(0);
        long[] kernel = call.integers("kernel_shape");
        if (kernel == null && weights.rank() > FIRST) {
            kernel = Arrays.copyOfRange(weights.shape(), FIRST, weights.rank());
        }
        if (in.rank() <= FIRST) {
            return Call.one(Fact.ofType(type));
        }
        long[] shape = windows(call, in, kernel, false);
        shape[1] = weights.extent(0);
        return Call.one(Fact.of(type, shape));
    }

    private static List<Fact> pool(Call call) {
        Fact in = call.in(0);
        if (in.rank() <= FIRST) {
            return call.typeOnly();
        }
        long[] shape = windows(call, in, call.integers("kernel_shape"), call.integer("ceil_mode", 0) != 0);
        return List.of(Fact.of(call.type(), shape), Fact.of(DataType.INT64_VALUE, shape));
    }

    /** How often a window fits; -1 where something is not known or wrong. */
    private static long[] windows(Call call, Fact in, long[] kernel, boolean up) {
        int sides = in.rank() - FIRST;
        long[] shape = in.shape().clone();
        long[] strides = orOnes(call.integers("strides"), sides);
        long[] dilations = orOnes(call.integers("dilations"), sides);
        long[] pads = call.integers("pads");
        String auto = Nodes.text(call.node(), "auto_pad", "NOTSET");
        for (int i = 0; i < sides; i++) {
            long size = in.shape()[FIRST + i];
            boolean known = kernel != null
                    && kernel.length == sides
                    && strides.length == sides
                    && dilations.length == sides
                    && (pads == null || pads.length == 2 * sides)
                    && size >= 0
                    && kernel[i] > 0
                    && strides[i] > 0
                    && dilations[i] > 0;
            if (!known) {
                shape[FIRST + i] = -1;
            } else if (auto.startsWith("SAME")) {
                shape[FIRST + i] = ceilDiv(size, strides[i]);
            } else {
                long padding = auto.equals("VALID") || pads == null ? 0 : pads[i] + pads[sides + i];
                long free = size + padding - dilations[i] * (kernel[i] - 1) - 1;
                shape[FIRST + i] = free < 0 ? -1 : (up ? ceilDiv(free, strides[i]) : free / strides[i]) + 1;
            }
        }
        return shape;
    }

    private static long ceilDiv(long a, long b) {
        return (a + b - 1) / b;
    }

    private static long[] orOnes(long[] values, int count) {
        if (values != null) {
            return values;
        }
        long[] ones = new long[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static List<Fact> transposed(Call call) {
        Fact in = call.in(0);
        Fact weights = call.in(1);
        if (in.rank() <= FIRST || weights.rank() != in.rank()) {
            return call.typeOnly();
        }
        int sides = in.rank() - FIRST;
        long[] strides = orOnes(call.integers("strides"), sides);
        long[] dilations = orOnes(call.integers("dilations"), sides);
        long[] pads = call.integers("pads");
        long[] more = call.integers("output_padding");
        long[] said = call.integers("output_shape");
        String auto = Nodes.text(call.node(), "auto_pad", "NOTSET");
        long[] shape = in.shape().clone();
        shape[1] = weights.extent(1) < 0 ? -1 : weights.extent(1) * call.integer("group", 1);
        for (int i = 0; i < sides; i++) {
            long size = in.shape()[FIRST + i];
            long kernel = weights.shape()[FIRST + i];
            boolean known = size > 0
                    && kernel > 0
                    && strides.length == sides
                    && dilations.length == sides
                    && (pads == null || pads.length == 2 * sides)
                    && (more == null || more.length == sides);
            if (said != null && said.length >= sides) {
                shape[FIRST + i] = said[said.length - sides + i];
            } else if (!known) {
                shape[FIRST + i] = -1;
            } else if (auto.startsWith("SAME")) {
                shape[FIRST + i] = size * strides[i];
            } else {
                long padding = pads == null ? 0 : pads[i] + pads[sides + i];
                shape[FIRST + i] = strides[i] * (size - 1)
                        + (more == null ? 0 : more[i])
                        + (kernel - 1) * dilations[i]
                        + 1
                        - padding;
            }
        }
        return call.shaped(shape);
    }

    private static List<Fact> global(Call call) {
        if (call.in(0).rank() < FIRST) {
            return call.typeOnly();
        }
        long[] shape = call.in(0).shape().clone();
        Arrays.fill(shape, FIRST, shape.length, 1);
        return call.shaped(shape);
    }

    /** Inputs by operator set: (x, scales) up to 10, then (x, roi, scales, sizes). */
    private static List<Fact> resize(Call call) {
        Fact in = call.in(0);
        if (!in.hasRank()) {
            return call.typeOnly();
        }
        long[] shape = Call.unknown(in.rank());
        long[] sizes = call.has(3) ? call.in(3).longs() : null;
        int scalesAt = call.opset() < 11 ? 1 : 2;
        Fact scales = call.in(scalesAt);
        if (sizes != null && sizes.length == shape.length && call.integers("axes") == null) {
            return call.shaped(sizes);
        }
        boolean scaled = call.has(scalesAt)
                && scales.values() != null
                && scales.values().length == shape.length
                && call.integers("axes") == null;
        for (int i = 0; scaled && i < shape.length; i++) {
            double scale = scales.values()[i];
            // Factors are of single precision, such as 1.9999999: the runtime multiplies in it too.
            shape[i] = in.shape()[i] < 0 || Double.isNaN(scale)
                    ? -1
                    : (long) Math.floor((float) in.shape()[i] * (float) scale);
        }
        return call.shaped(shape);
    }

    private static List<Fact> depthToSpace(Call call) {
        long side = call.integer("blocksize", 0);
        Fact in = call.in(0);
        if (in.rank() != 4 || side < 1 || side > 1 << 10) {
            return call.typeOnly();
        }
        return call.shaped(
                in.extent(0),
                in.extent(1) < 0 ? -1 : in.extent(1) / (side * side),
                in.extent(2) < 0 ? -1 : in.extent(2) * side,
                in.extent(3) < 0 ? -1 : in.extent(3) * side);
    }

    private static List<Fact> spaceToDepth(Call call) {
        long side = call.integer("blocksize", 0);
        Fact in = call.in(0);
        if (in.rank() != 4 || side < 1 || side > 1 << 10) {
            return call.typeOnly();
        }
        return call.shaped(
                in.extent(0),
                in.extent(1) < 0 ? -1 : in.extent(1) * side * side,
                in.extent(2) < 0 ? -1 : in.extent(2) / side,
                in.extent(3) < 0 ? -1 : in.extent(3) / side);
    }

    private static List<Fact> gridSample(Call call) {
        Fact in = call.in(0);
        Fact grid = call.in(1);
        if (in.rank() < FIRST || grid.rank() != in.rank()) {
            return call.typeOnly();
        }
        long[] shape = in.shape().clone();
        for (int i = FIRST; i < shape.length; i++) {
            shape[i] = grid.extent(i - 1);
        }
        return call.shaped(shape);
    }

    private static List<Fact> roiAlign(Call call) {
        return call.shaped(
                call.in(1).extent(0),
                call.in(0).extent(1),
                call.integer("output_height", 1),
                call.integer("output_width", 1));
    }
}
