package dev.vigil.workshop.prune;

import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import java.util.Arrays;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;

/** Layers with weights: they make channels, read them, or scale each. Stateless. */
final class WeightFlow {
    private WeightFlow() {}

    /** Returns false for what it does not know. */
    static boolean follow(Flow flow, NodeProto node) throws GraphException {
        return switch (node.getOpType()) {
            case "Conv" -> convolution(flow, node);
            case "ConvTranspose" -> transposed(flow, node);
            case "Gemm" -> gemm(flow, node);
            case "MatMul" -> product(flow, node);
            case "BatchNormalization" -> normalization(flow, node);
            default -> false;
        };
    }

    /**
     * Weights of a layer, seen as a matrix of blocks.
     *
     * @param outputs rows; {@code reads} columns, of each row's group
     * @param window values of each block
     */
    private record Matrix(float[] values, int outputs, int reads, int window, boolean readsFirst) {
        double square(int output, int read) {
            int from = from(output, read);
            double sum = 0;
            for (int i = 0; i < window; i++) {
                sum += (double) values[from + i] * values[from + i];
            }
            return sum;
        }

        float sum(int output, int read) {
            int from = from(output, read);
            double sum = 0;
            for (int i = 0; i < window; i++) {
                sum += values[from + i];
            }
            return (float) sum;
        }

        private int from(int output, int read) {
            return (readsFirst ? read * outputs + output : output * reads + read) * window;
        }

        /** Of each output. */
        double[] rowNorms() {
            double[] norms = new double[outputs];
            for (int output = 0; output < outputs; output++) {
                for (int read = 0; read < reads; read++) {
                    norms[output] += square(output, read);
                }
                norms[output] = Math.sqrt(norms[output]);
            }
            return norms;
        }
    }

    private static boolean isPadded(NodeProto node) {
        long[] pads = Nodes.integers(node, "pads");
        String auto = Nodes.text(node, "auto_pad", "NOTSET");
        return auto.startsWith("SAME") || pads != null && Arrays.stream(pads).anyMatch(pad -> pad != 0);
    }

    private static boolean convolution(Flow flow, NodeProto node) throws GraphException {
        TensorProto weights = flow.weights(node, 1);
        TensorProto bias = flow.weights(node, 2);
        boolean hasBias = !Nodes.input(node, 2).isEmpty();
        if (weights == null || weights.getDimsCount() < 3 || hasBias && bias == null) {
            return false;
        }
        int outputs = (int) weights.getDims(0);
        int reads = (int) weights.getDims(1);
        int groups = (int) Nodes.integer(node, "group", 1);
        int inputs = reads * groups;
        Matrix matrix = new Matrix(flow.floats(weights), outputs, reads, window(weights), false);
        Channels in = flow.in(node, 0);
        if (in != null && (in.axis() != 1 || in.count() != inputs)) {
            return false;
        }
        float[] biases = hasBias ? flow.floats(bias) : new float[outputs];
        int[] made;
        if (groups > 1 && in == null) {
            return false;
        }
        if (groups > 1 && reads == 1) {
            made = new int[outputs];
            for (int i = 0; i < outputs; i++) {
                made[i] = in.atoms()[i / (outputs / inputs)];
            }
            flow.edit(node, (now, cutter) -> Nodes.with(now, Nodes.integer("group", cutter.left(in.atoms()))));
        } else if (groups > 1) {
            made = new int[outputs];
            int[] one = flow.atoms.fresh(outputs / groups);
            for (int i = 0; i < outputs; i++) {
                made[i] = one[i % one.length];
            }
            for (int i = reads; i < inputs; i++) {
                flow.atoms.join(in.atoms()[i % reads], in.atoms()[i]);
            }
            flow.cut(node, 1, 1, Arrays.copyOf(in.atoms(), reads));
        } else {
            made = flow.atoms.fresh(outputs);
            if (in != null) {
                flow.cut(node, 1, 1, in.atoms());
            }
        }
        if (in != null && (groups == 1 || reads > 1)) {
            use(flow, node, in, matrix, groups, !isPadded(node));
        }
        flow.cut(node, 1, 0, made);
        if (hasBias) {
            flow.cut(node, 2, 0, made);
        }
        double[] constants = constants(flow, matrix, biases);
        if (groups > 1 && reads == 1) {
            depthwise(node, in, matrix, biases, constants);
        }
        flow.out(node, 0, new Channels(1, made, constants));
        return true;
    }

    private static int window(TensorProto weights) {
        int window = 1;
        for (int i = 2; i < weights.getDimsCount(); i++) {
            window *= (int) weights.getDims(i);
        }
        return window;
    }

    /** Outputs without weights are what their bias is. */
    private static double[] constants(Flow flow, Matrix matrix, float[] biases) {
        double[] norms = matrix.rowNorms();
        double largest = Arrays.stream(norms).max().orElse(0);
        double[] constants = Channels.unknown(norms.length);
        for (int i = 0; i < norms.length; i++) {
            constants[i] = norms[i] <= flow.threshold * largest ? biases[i] : Double.NaN;
        }
        return constants;
    }

    /** Each output reads one channel; of a constant one it makes a constant one, unless zeros are padded. */
    private static void depthwise(NodeProto node, Channels in, Matrix matrix, float[] biases, double[] constants) {
        int each = matrix.outputs / in.count();
        for (int i = 0; i < constants.length; i++) {
            double constant = in.constants()[i / each];
            if (Double.isNaN(constants[i]) && !Double.isNaN(constant) && (constant == 0 || !isPadded(node))) {
                constants[i] = biases[i] + (constant == 0 ? 0 : constant * matrix.sum(i, 0));
            }
        }
    }

    private static void use(Flow flow, NodeProto node, Channels in, Matrix matrix, int groups, boolean uniform) {
        use(flow, node, in, matrix, groups, uniform, true);
    }

    private static void use(
            Flow flow, NodeProto node, Channels in, Matrix matrix, int groups, boolean uniform, boolean biased) {
        int count = in.count();
        int each = matrix.outputs / groups;
        double[] norms = new double[count];
        boolean anyConstant = Arrays.stream(in.constants()).anyMatch(c -> !Double.isNaN(c) && c != 0);
        float[] sums = anyConstant ? new float[Math.multiplyExact(count, matrix.outputs)] : new float[0];
        for (int channel = 0; channel < count; channel++) {
            int group = channel / matrix.reads;
            int read = channel % matrix.reads;
            for (int output = group * each; output < (group + 1) * each; output++) {
                norms[channel] += matrix.square(output, read);
                if (anyConstant) {
                    sums[channel * matrix.outputs + output] = matrix.sum(output, read);
                }
            }
            norms[channel] = Math.sqrt(norms[channel]);
        }
        flow.uses.add(new Use(node, in, norms, uniform, biased, sums, matrix.outputs, groups));
    }

    private static boolean transposed(Flow flow, NodeProto node) throws GraphException {
        TensorProto weights = flow.weights(node, 1);
        TensorProto bias = flow.weights(node, 2);
        boolean hasBias = !Nodes.input(node, 2).isEmpty();
        Channels in = flow.in(node, 0);
        if (weights == null
                || weights.getDimsCount() < 3
                || hasBias && bias == null
                || Nodes.integer(node, "group", 1) != 1
                || in != null && (in.axis() != 1 || in.count() != weights.getDims(0))) {
            return false;
        }
        Matrix matrix = new Matrix(
                flow.floats(weights), (int) weights.getDims(1), (int) weights.getDims(0), window(weights), true);
        if (in != null) {
            flow.cut(node, 1, 0, in.atoms());
            use(flow, node, in, matrix, 1, false, false); // how often the window covers a place differs
        }
        int[] made = flow.atoms.fresh(matrix.outputs);
        flow.cut(node, 1, 1, made);
        if (hasBias) {
            flow.cut(node, 2, 0, made);
        }
        float[] biases = hasBias ? flow.floats(bias) : new float[matrix.outputs];
        flow.out(node, 0, new Channels(1, made, constants(flow, matrix, biases)));
        return true;
    }

    private static boolean gemm(Flow flow, NodeProto node) throws GraphException {
        TensorProto weights = flow.weights(node, 1);
        TensorProto bias = flow.weights(node, 2);
        boolean hasBias = !Nodes.input(node, 2).isEmpty();
        boolean plain = Nodes.integer(node, "transA", 0) == 0
                && Nodes.number(node, "alpha", 1) == 1
                && Nodes.number(node, "beta", 1) == 1;
        if (weights == null || weights.getDimsCount() != 2 || hasBias && bias == null || !plain) {
            return false;
        }
        boolean turned = Nodes.integer(node, "transB", 0) != 0;
        int outputs = (int) weights.getDims(turned ? 0 : 1);
        int reads = (int) weights.getDims(turned ? 1 : 0);
        Channels in = flow.in(node, 0);
        boolean row = !hasBias || bias.getDimsCount() == 1 && bias.getDims(0) == outputs;
        if (!row || in != null && (in.axis() != 1 || in.count() != reads)) {
            return false;
        }
        Matrix matrix = new Matrix(flow.floats(weights), outputs, reads, 1, !turned);
        if (in != null) {
            flow.cut(node, 1, turned ? 1 : 0, in.atoms());
            use(flow, node, in, matrix, 1, true);
        }
        int[] made = flow.atoms.fresh(outputs);
        flow.cut(node, 1, turned ? 0 : 1, made);
        if (hasBias) {
            flow.cut(node, 2, 0, made);
        }
        float[] biases = hasBias ? flow.floats(bias) : new float[outputs];
        flow.out(node, 0, new Channels(1, made, constants(flow, matrix, biases)));
        return true;
    }

    private static boolean product(Flow flow, NodeProto node) throws GraphException {
        TensorProto weights = flow.weights(node, 1);
        int rank = flow.fact(node, 0).rank();
        if (weights == null || weights.getDimsCount() != 2 || rank < 2) {
            return false;
        }
        int reads = (int) weights.getDims(0);
        int outputs = (int) weights.getDims(1);
        Channels in = flow.in(node, 0);
        if (in != null && (in.axis() != rank - 1 || in.count() != reads)) {
            return false;
        }
        Matrix matrix = new Matrix(flow.floats(weights), outputs, reads, 1, true);
        if (in != null) {
            flow.cut(node, 1, 0, in.atoms());
            use(flow, node, in, matrix, 1, true);
        }
        int[] made = flow.atoms.fresh(outputs);
        flow.cut(node, 1, 1, made);
        flow.out(node, 0, new Channels(rank - 1, made, constants(flow, matrix, new float[outputs])));
        return true;
    }

    private static boolean normalization(Flow flow, NodeProto node) throws GraphException {
        Channels in = flow.in(node, 0);
        if (in == null) {
            return true;
        }
        float[][] parameters = new float[4][];
        for (int i = 0; i < 4; i++) {
            TensorProto tensor = flow.weights(node, i + 1);
            if (tensor == null || in.axis() != 1 || tensor.getDimsCount() != 1 || tensor.getDims(0) != in.count()) {
                return false;
            }
            parameters[i] = flow.floats(tensor);
        }
        if (node.getOutputCount() > 1 || Nodes.integer(node, "training_mode", 0) != 0) {
            return false;
        }
        float epsilon = Nodes.number(node, "epsilon", 1e-5f);
        double[] constants = new double[in.count()];
        for (int i = 0; i < constants.length; i++) {
            double factor = parameters[0][i] / Math.sqrt((double) parameters[3][i] + epsilon);
            constants[i] =
                    factor == 0 ? parameters[1][i] : (in.constants()[i] - parameters[2][i]) * factor + parameters[1][i];
        }
        for (int i = 1; i <= 4; i++) {
            flow.cut(node, i, 0, in.atoms());
        }
        flow.out(node, 0, in.with(constants));
        return true;
    }
}
