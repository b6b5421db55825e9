package dev.vigil.workshop.prune;

import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.shape.Fact;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/** What works value by value, and what works on windows of each channel. Stateless. */
final class ElementFlow {
    /** Of one input; what a constant becomes is not worked out for most. */
    private static final Set<String> UNARY = Set.of(
            "Relu",
            "Sigmoid",
            "Tanh",
            "Exp",
            "Abs",
            "Neg",
            "Sqrt",
            "Identity",
            "HardSwish",
            "Softplus",
            "LeakyRelu",
            "HardSigmoid",
            "Elu",
            "Clip",
            "Selu",
            "Celu",
            "Softsign",
            "Gelu",
            "Mish",
            "Swish",
            "ThresholdedRelu",
            "Shrink",
            "Log",
            "Reciprocal",
            "Floor",
            "Ceil",
            "Round",
            "Sign",
            "Sin",
            "Cos",
            "Erf",
            "Dropout");

    private static final Map<String, DoubleBinaryOperator> MANY = Map.of(
            "Add", Double::sum,
            "Sum", Double::sum,
            "Sub", (a, b) -> a - b,
            "Mul", (a, b) -> a == 0 || b == 0 ? 0 : a * b,
            "Div", (a, b) -> a / b,
            "Max", Math::max,
            "Min", Math::min,
            "PRelu", (a, slope) -> a < 0 ? a * slope : a,
            "Pow", (a, b) -> Double.NaN);

    private ElementFlow() {}

    /** Returns false for what it does not know. */
    static boolean follow(Flow flow, NodeProto node) throws GraphException {
        String operator = node.getOpType();
        if (UNARY.contains(operator)) {
            return unary(flow, node);
        }
        if (MANY.containsKey(operator)) {
            return many(flow, node, MANY.get(operator));
        }
        return switch (operator) {
            case "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool" -> pool(flow, node);
            case "Resize", "Upsample" -> resize(flow, node);
            case "Pad" -> pad(flow, node);
            default -> false;
        };
    }

    private static boolean unary(Flow flow, NodeProto node) {
        Channels in = flow.in(node, 0);
        if (in != null) {
            for (int input = 1; input < node.getInputCount(); input++) {
                flow.pin(node.getInput(input)); // limits of a clip
            }
            DoubleUnaryOperator becomes = function(flow, node);
            flow.out(node, 0, in.with(Arrays.stream(in.constants()).map(becomes).toArray()));
        } else {
            node.getInputList().forEach(flow::pin);
        }
        return true;
    }

    private static DoubleUnaryOperator function(Flow flow, NodeProto node) {
        return switch (node.getOpType()) {
            case "Relu" -> x -> Math.max(x, 0);
            case "Sigmoid" -> x -> 1 / (1 + Math.exp(-x));
            case "Tanh" -> Math::tanh;
            case "Exp" -> Math::exp;
            case "Abs" -> Math::abs;
            case "Neg" -> x -> -x;
            case "Sqrt" -> Math::sqrt;
            case "Identity", "Dropout" -> x -> x;
            case "HardSwish" -> x -> x * Math.max(0, Math.min(1, x / 6 + 0.5));
            case "Softplus" -> x -> Math.log1p(Math.exp(x));
            case "LeakyRelu" -> {
                float alpha = Nodes.number(node, "alpha", 0.01f);
                yield x -> x < 0 ? alpha * x : x;
            }
            case "HardSigmoid" -> {
                float alpha = Nodes.number(node, "alpha", 0.2f);
                float beta = Nodes.number(node, "beta", 0.5f);
                yield x -> Math.max(0, Math.min(1, alpha * x + beta));
            }
            case "Elu" -> {
                float alpha = Nodes.number(node, "alpha", 1);
                yield x -> x < 0 ? alpha * Math.expm1(x) : x;
            }
            case "Clip" -> clip(flow, node);
            default -> x -> Double.NaN;
        };
    }

    private static DoubleUnaryOperator clip(Flow flow, NodeProto node) {
        double least = limit(flow, node, 1, "min", Double.NEGATIVE_INFINITY);
        double most = limit(flow, node, 2, "max", Double.POSITIVE_INFINITY);
        return x -> Math.min(Math.max(x, least), most); // NaN where a limit is not known
    }

    private static double limit(Flow flow, NodeProto node, int input, String attribute, double none) {
        if (!Nodes.input(node, input).isEmpty()) {
            return flow.fact(node, input).only();
        }
        return Nodes.attribute(node, attribute).isPresent() ? Nodes.number(node, attribute, 0) : none;
    }

    /** One input of several, where its channels are. */
    private record Operand(int input, Channels channels, TensorProto weights, int axis) {}

    private static boolean many(Flow flow, NodeProto node, DoubleBinaryOperator becomes) throws GraphException {
        List<Operand> operands = new ArrayList<>();
        int fromRight = 0;
        Channels widest = null;
        int rank = 0;
        for (int input = 0; input < node.getInputCount(); input++) {
            Channels in = flow.in(node, input);
            int own = flow.fact(node, input).rank();
            if (own < 0) {
                return false;
            }
            rank = Math.max(rank, own);
            if (in != null) {
                if (fromRight != 0 && own - in.axis() != fromRight) {
                    return false;
                }
                fromRight = own - in.axis();
                widest = widest == null || in.count() > widest.count() ? in : widest;
            }
        }
        if (widest == null) {
            return true;
        }
        for (int input = 0; input < node.getInputCount(); input++) {
            Fact fact = flow.fact(node, input);
            Channels in = flow.in(node, input);
            int axis = fact.rank() - fromRight;
            long extent = axis < 0 ? 1 : fact.shape()[axis];
            TensorProto weights = in == null ? flow.weights(node, input) : null;
            boolean fits = in != null
                    ? in.count() == widest.count() || in.count() == 1
                    : extent == 1 || weights != null && extent == widest.count();
            if (!fits) {
                return false;
            }
            operands.add(new Operand(input, in, weights, extent == 1 ? -1 : axis));
        }
        double[] constants = null;
        for (Operand operand : operands) {
            if (operand.channels != null && operand.channels.count() == widest.count()) {
                flow.atoms.join(widest.atoms(), operand.channels.atoms());
            } else if (operand.channels != null) {
                flow.atoms.pin(operand.channels.atoms()); // one for all: it can not go
            } else if (operand.weights != null && operand.axis >= 0) {
                flow.cut(node, operand.input, operand.axis, widest.atoms());
            }
            double[] own = constants(flow, operand, widest.count());
            constants = constants == null ? own : combined(constants, own, becomes);
        }
        flow.out(node, 0, new Channels(rank - fromRight, widest.atoms(), constants));
        return true;
    }

    private static double[] combined(double[] some, double[] others, DoubleBinaryOperator becomes) {
        double[] both = new double[some.length];
        for (int i = 0; i < both.length; i++) {
            both[i] = becomes.applyAsDouble(some[i], others[i]);
        }
        return both;
    }

    /** What an operand is for each channel, where that is one number. */
    private static double[] constants(Flow flow, Operand operand, int count) throws GraphException {
        if (operand.channels != null) {
            double[] own = operand.channels.constants();
            return own.length == count ? own : filled(count, own[0]);
        }
        double[] constants = Channels.unknown(count);
        if (operand.weights == null) {
            return constants;
        }
        float[] values = flow.floats(operand.weights);
        int inner = 1;
        for (int i = Math.max(0, operand.axis + 1); operand.axis >= 0 && i < operand.weights.getDimsCount(); i++) {
            inner *= (int) operand.weights.getDims(i);
        }
        boolean[] seen = new boolean[count];
        for (int i = 0; i < values.length; i++) {
            if (operand.axis < 0) {
                return Arrays.stream(toDoubles(values)).distinct().count() == 1 ? filled(count, values[0]) : constants;
            }
            int channel = i / inner % count;
            constants[channel] = !seen[channel] || constants[channel] == values[i] ? values[i] : Double.NaN;
            seen[channel] = true;
        }
        return constants;
    }

    private static double[] toDoubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    private static double[] filled(int count, double value) {
        double[] all = new double[count];
        Arrays.fill(all, value);
        return all;
    }

    private static boolean pool(Flow flow, NodeProto node) {
        Channels in = flow.in(node, 0);
        if (in == null) {
            return true;
        }
        if (in.axis() != 1 || node.getOutputCount() > 1) {
            return false;
        }
        long[] pads = Nodes.integers(node, "pads");
        boolean zeros = node.getOpType().equals("AveragePool")
                && Nodes.integer(node, "count_include_pad", 0) != 0
                && pads != null
                && Arrays.stream(pads).anyMatch(pad -> pad != 0);
        flow.out(node, 0, zeros ? in.varying() : in);
        return true;
    }

    private static boolean resize(Flow flow, NodeProto node) {
        Channels in = flow.in(node, 0);
        if (in == null) {
            return true;
        }
        boolean partly = Nodes.attribute(node, "axes").isPresent();
        boolean cropped = Nodes.text(node, "coordinate_transformation_mode", "").equals("tf_crop_and_resize");
        boolean old = node.getOpType().equals("Upsample") || flow.opset < 11;
        double[] scales = flow.fact(node, old ? 1 : 2).values();
        boolean bySizes = !Nodes.input(node, 3).isEmpty();
        if (partly || cropped || bySizes || scales == null || scales.length <= in.axis() || scales[in.axis()] != 1) {
            return partly || cropped || !bySizes ? false : sizes(flow, node, in);
        }
        flow.out(node, 0, smooth(node) ? in : in.varying());
        return true;
    }

    /** A picture of sizes that stand in the file: what they say of the channels must be changed. */
    private static boolean sizes(Flow flow, NodeProto node, Channels in) {
        TensorProto tensor = flow.graph.initializers().get(node.getInput(3));
        long[] sizes = flow.fact(node, 3).longs();
        if (tensor == null
                || tensor.getDataType() != DataType.INT64_VALUE
                || sizes == null
                || sizes.length <= in.axis()
                || sizes[in.axis()] != in.count()) {
            return false;
        }
        flow.edit(node, (now, cutter) -> cutter.withLongs(now, 3, replaced(sizes, in.axis(), cutter.left(in.atoms()))));
        flow.out(node, 0, smooth(node) ? in : in.varying());
        return true;
    }

    static long[] replaced(long[] values, int at, long value) {
        long[] changed = values.clone();
        changed[at] = value;
        return changed;
    }

    /** Cubic weights sum up to one as the others do, and so leave what is constant as it is. */
    private static boolean smooth(NodeProto node) {
        return Nodes.integer(node, "exclude_outside", 0) == 0;
    }

    private static boolean pad(Flow flow, NodeProto node) {
        Channels in = flow.in(node, 0);
        if (in == null) {
            return true;
        }
        int rank = flow.fact(node, 0).rank();
        long[] pads = flow.opset < 11
                ? Nodes.integers(node, "pads")
                : flow.fact(node, 1).longs();
        if (pads == null
                || pads.length != 2 * rank
                || pads[in.axis()] != 0
                || pads[rank + in.axis()] != 0
                || !Nodes.input(node, 3).isEmpty()) {
            return false;
        }
        boolean constant = Nodes.text(node, "mode", "constant").equals("constant");
        double value = flow.opset < 11
                ? Nodes.number(node, "value", 0)
                : Nodes.input(node, 2).isEmpty() ? 0 : flow.fact(node, 2).only();
        flow.out(
                node,
                0,
                in.with(Arrays.stream(in.constants())
                        .map(x -> !constant || x == value ? x : Double.NaN)
                        .toArray()));
        return true;
    }
}
