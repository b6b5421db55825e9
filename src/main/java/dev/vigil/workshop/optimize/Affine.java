package dev.vigil.workshop.optimize;

import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.Weights;
import dev.vigil.graph.shape.Fact;
import java.util.Arrays;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/** What a node does that scales and shifts each channel: {@code scale[c] * x + shift[c]}. The arrays are not to be changed. */
record Affine(double[] scale, double[] shift) {
    /**
     * What a node makes of one of its inputs: {@code BatchNormalization}, or {@code Mul}, {@code Div}, {@code Add} and
     * {@code Sub} by constants that have a value for each channel, or one for all.
     *
     * @param value the input
     * @param rank of the input
     * @return null where it is something else, or not the same for all values of a channel
     */
    static Affine of(Draft draft, NodeProto node, String value, int channels, int axis, int rank)
            throws GraphException {
        if (Nodes.is(node, "BatchNormalization")) {
            return axis == 1 && node.getInput(0).equals(value) ? ofBatchNorm(draft, node, channels) : null;
        }
        boolean binary =
                Nodes.is(node, "Mul") || Nodes.is(node, "Div") || Nodes.is(node, "Add") || Nodes.is(node, "Sub");
        if (!binary || node.getInputCount() != 2 || node.getAttributeCount() > 0) {
            return null; // before operator set 7 attributes say how to broadcast
        }
        boolean first = node.getInput(0).equals(value);
        double[] by = perChannel(draft, node.getInput(first ? 1 : 0), channels, axis, rank);
        if (by == null) {
            return null;
        }
        double[] ones = filled(channels, 1);
        double[] zeros = new double[channels];
        return switch (node.getOpType()) {
            case "Mul" -> new Affine(by, zeros);
            case "Div" -> first ? finite(new Affine(each(by, v -> 1 / v), zeros)) : null;
            case "Add" -> new Affine(ones, by);
            default -> first ? new Affine(ones, each(by, v -> -v)) : new Affine(filled(channels, -1), by);
        };
    }

    private static Affine ofBatchNorm(Draft draft, NodeProto node, int channels) throws GraphException {
        boolean inference = Nodes.integer(node, "training_mode", 0) == 0
                && Nodes.integer(node, "spatial", 1) == 1
                && node.getInputCount() == 5
                && node.getOutputCount() == 1
                && (draft.opset() >= 7 || Nodes.integer(node, "is_test", 0) != 0);
        if (!inference) {
            return null;
        }
        double[][] of = new double[4][];
        for (int i = 0; i < of.length; i++) {
            of[i] = perChannel(draft, node.getInput(i + 1), channels, 0, 1);
            if (of[i] == null) {
                return null;
            }
        }
        double epsilon = Nodes.number(node, "epsilon", 1e-5f);
        double[] scale = new double[channels];
        double[] shift = new double[channels];
        for (int c = 0; c < channels; c++) {
            scale[c] = of[0][c] / Math.sqrt(of[3][c] + epsilon);
            shift[c] = of[1][c] - of[2][c] * scale[c];
        }
        return finite(new Affine(scale, shift));
    }

    /** A constant's value for each channel; null where it is none of float32, or differs within a channel. */
    private static double[] perChannel(Draft draft, String name, int channels, int axis, int rank)
            throws GraphException {
        TensorProto tensor = draft.constant(name);
        if (tensor == null || tensor.getDataType() != DataType.FLOAT_VALUE || tensor.getDimsCount() > rank) {
            return null;
        }
        Fact fact = draft.fact(name);
        int ahead = rank - fact.rank();
        for (int i = 0; i < fact.rank(); i++) {
            long extent = fact.extent(i);
            if (extent != 1 && (i + ahead != axis || extent != channels)) {
                return null;
            }
        }
        float[] values = Weights.floats(tensor, draft.model().folder());
        double[] all = new double[channels];
        for (int c = 0; c < channels; c++) {
            all[c] = values[values.length == 1 ? 0 : c];
            if (!Double.isFinite(all[c])) {
                return null;
            }
        }
        return all;
    }

    private static Affine finite(Affine affine) {
        boolean finite = Arrays.stream(affine.scale).allMatch(Double::isFinite)
                && Arrays.stream(affine.shift).allMatch(Double::isFinite);
        return finite ? affine : null;
    }

    private static double[] filled(int count, double value) {
        double[] values = new double[count];
        Arrays.fill(values, value);
        return values;
    }

    private static double[] each(double[] values, java.util.function.DoubleUnaryOperator function) {
        return Arrays.stream(values).map(function).toArray();
    }

    boolean scales() {
        return Arrays.stream(scale).anyMatch(v -> v != 1);
    }

    boolean shifts() {
        return Arrays.stream(shift).anyMatch(v -> v != 0);
    }
}
