package dev.vigil.graph.shape;

import dev.vigil.graph.Nodes;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import onnx.Onnx.TensorProto.DataType;

/** Operators that work value by value, and matrix products. Shapes of two inputs are broadcast as in NumPy. */
final class ElementRules {
    private ElementRules() {}

    static void addTo(Map<String, Rules.Rule> rules) {
        Rules.put(
                rules,
                call -> Call.one(new Fact(call.type(), call.in(0).shape(), null)),
                ("Relu LeakyRelu PRelu Sigmoid HardSigmoid HardSwish Elu Selu Celu Tanh Softplus Softsign Gelu Mish Clip Erf Exp"
                                + " Log Sin Cos Tan Asin Acos Atan Sinh Cosh Sign Softmax LogSoftmax Hardmax"
                                + " InstanceNormalization GroupNormalization LayerNormalization LpNormalization"
                                + " MeanVarianceNormalization LRN ThresholdedRelu Shrink CumSum Trilu ScatterElements"
                                + " ScatterND Scatter BatchNormalization Swish")
                        .split(" "));
        Rules.put(
                rules,
                call -> Call.one(
                        new Fact(call.type(), call.in(0).shape(), call.in(0).values())),
                "Identity");
        Rules.put(
                rules,
                call -> List.of(
                        new Fact(call.type(), call.in(0).shape(), call.in(0).values()),
                        Fact.of(DataType.BOOL_VALUE, shapeOrNone(call.in(0)))),
                "Dropout");
        unary(rules, "Neg", v -> -v);
        unary(rules, "Abs", Math::abs);
        unary(rules, "Floor", Math::floor);
        unary(rules, "Ceil", Math::ceil);
        unary(rules, "Round", Math::rint);
        unary(rules, "Sqrt", Math::sqrt);
        unary(rules, "Reciprocal", v -> 1 / v);
        binary(rules, "Add", (a, b) -> a + b);
        binary(rules, "Sub", (a, b) -> a - b);
        binary(rules, "Mul", (a, b) -> a * b);
        binary(rules, "Pow", Math::pow);
        binary(rules, "Mod", (a, b) -> b == 0 ? Double.NaN : a - b * Math.floor(a / b));
        rules.put("Div", ElementRules::divide);
        rules.put("Max", call -> fold(call, Math::max));
        rules.put("Min", call -> fold(call, Math::min));
        rules.put("Sum", call -> fold(call, Double::sum));
        rules.put("Mean", call -> Call.one(new Fact(call.type(), broadcast(call, 0), null)));
        Rules.put(
                rules,
                call -> Call.one(new Fact(DataType.BOOL_VALUE, broadcast(call, 0), null)),
                "Equal Less LessOrEqual Greater GreaterOrEqual And Or Xor".split(" "));
        Rules.put(
                rules,
                call -> Call.one(new Fact(DataType.BOOL_VALUE, call.in(0).shape(), null)),
                "Not",
                "IsNaN",
                "IsInf");
        rules.put("Where", ElementRules::where);
        rules.put("Cast", ElementRules::cast);
        rules.put(
                "CastLike",
                call -> Call.one(new Fact(call.in(1).type(), call.in(0).shape(), null)));
        rules.put("MatMul", call -> Call.one(new Fact(call.type(), product(call.in(0), call.in(1)), null)));
        rules.put(
                "MatMulInteger",
                call -> Call.one(new Fact(DataType.INT32_VALUE, product(call.in(0), call.in(1)), null)));
        rules.put(
                "QLinearMatMul", call -> Call.one(new Fact(call.in(7).type(), product(call.in(0), call.in(3)), null)));
        rules.put("Gemm", ElementRules::gemm);
        rules.put(
                "QuantizeLinear",
                call -> Call.one(new Fact(quantized(call), call.in(0).shape(), null)));
        rules.put(
                "DequantizeLinear",
                call -> Call.one(new Fact(call.in(1).type(), call.in(0).shape(), null)));
    }

    private static long[] shapeOrNone(Fact fact) {
        return fact.hasRank() ? fact.shape() : new long[] {-1};
    }

    private static int quantized(Call call) {
        return call.has(2) ? call.in(2).type() : (int) call.integer("output_dtype", DataType.UINT8_VALUE);
    }

    private static void unary(Map<String, Rules.Rule> rules, String operator, DoubleUnaryOperator function) {
        rules.put(operator, call -> {
            Fact in = call.in(0);
            double[] values = in.values() == null ? null : in.values().clone();
            for (int i = 0; values != null && i < values.length; i++) {
                values[i] = function.applyAsDouble(values[i]);
            }
            return Call.one(new Fact(in.type(), in.shape(), values));
        });
    }

    private static void binary(Map<String, Rules.Rule> rules, String operator, DoubleBinaryOperator function) {
        rules.put(operator, call -> Call.one(apply(call.type(), call.in(0), call.in(1), function)));
    }

    private static List<Fact> divide(Call call) {
        boolean whole = call.type() == DataType.INT64_VALUE || call.type() == DataType.INT32_VALUE;
        return Call.one(apply(call.type(), call.in(0), call.in(1), (a, b) -> {
            double quotient = b == 0 ? Double.NaN : a / b;
            return whole && !Double.isNaN(quotient) ? (long) quotient : quotient;
        }));
    }

    private static List<Fact> fold(Call call, DoubleBinaryOperator function) {
        Fact all = call.in(0);
        for (int i = 1; i < call.inputs().size(); i++) {
            all = apply(call.type(), all, call.in(i), function);
        }
        return Call.one(all);
    }

    /** Values are computed where both are small and one is a scalar or both have the same shape. */
    private static Fact apply(int type, Fact a, Fact b, DoubleBinaryOperator function) {
        long[] shape = broadcast(a.shape(), b.shape());
        if (a.values() == null || b.values() == null || shape == null) {
            return new Fact(type, shape, null);
        }
        int count = Math.max(a.values().length, b.values().length);
        boolean simple = (a.values().length == count || a.values().length == 1)
                && (b.values().length == count || b.values().length == 1)
                && Fact.product(shape) == count;
        if (!simple) {
            return new Fact(type, shape, null);
        }
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = function.applyAsDouble(
                    a.values()[a.values().length == 1 ? 0 : i], b.values()[b.values().length == 1 ? 0 : i]);
        }
        return new Fact(type, shape, values);
    }

    /** Of all inputs from {@code first} on. */
    private static long[] broadcast(Call call, int first) {
        long[] shape = new long[0];
        for (int i = first; i < call.inputs().size(); i++) {
            shape = broadcast(shape, call.in(i).shape());
        }
        return shape;
    }

    /** Null where a rank is not known or the shapes do not go together. */
    static long[] broadcast(long[] a, long[] b) {
        if (a == null || b == null) {
            return null;
        }
        long[] shape = new long[Math.max(a.length, b.length)];
        for (int i = 1; i <= shape.length; i++) {
            long x = i <= a.length ? a[a.length - i] : 1;
            long y = i <= b.length ? b[b.length - i] : 1;
            if (x > 1 && y > 1 && x != y) {
                return null;
            }
            // What is not known is 1 or the other, and of the other only more than 1 tells.
            shape[shape.length - i] = x == 1 ? y : y == 1 ? x : x < 0 ? y : x;
        }
        return shape;
    }

    private static List<Fact> where(Call call) {
        long[] shape = broadcast(call, 0);
        return Call.one(new Fact(call.in(1).type(), shape, null));
    }

    private static List<Fact> cast(Call call) {
        int to = (int) call.integer("to", 0);
        Fact in = call.in(0);
        double[] values = in.values() == null ? null : in.values().clone();
        boolean whole = to == DataType.INT64_VALUE || to == DataType.INT32_VALUE;
        for (int i = 0; whole && values != null && i < values.length; i++) {
            values[i] = Double.isNaN(values[i]) ? Double.NaN : (long) values[i];
        }
        return Call.one(new Fact(to, in.shape(), values));
    }

    /** As NumPy's matmul; null where not known. */
    private static long[] product(Fact a, Fact b) {
        if (a.rank() < 1 || b.rank() < 1) {
            return null;
        }
        long[] batch = broadcast(front(a.shape()), front(b.shape()));
        if (batch == null) {
            return null;
        }
        int rows = a.rank() > 1 ? 1 : 0;
        int columns = b.rank() > 1 ? 1 : 0;
        long[] shape = java.util.Arrays.copyOf(batch, batch.length + rows + columns);
        if (rows == 1) {
            shape[batch.length] = a.extent(-2);
        }
        if (columns == 1) {
            shape[shape.length - 1] = b.extent(-1);
        }
        return shape;
    }

    private static long[] front(long[] shape) {
        return java.util.Arrays.copyOf(shape, Math.max(0, shape.length - 2));
    }

    private static List<Fact> gemm(Call call) {
        if (call.in(0).rank() != 2 || call.in(1).rank() != 2) {
            return call.typeOnly();
        }
        boolean transA = Nodes.integer(call.node(), "transA", 0) != 0;
        boolean transB = Nodes.integer(call.node(), "transB", 0) != 0;
        return call.shaped(call.in(0).extent(transA ? 1 : 0), call.in(1).extent(transB ? 0 : 1));
    }
}
