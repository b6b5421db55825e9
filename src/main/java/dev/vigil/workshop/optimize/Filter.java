package dev.vigil.workshop.optimize;

import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.Weights;
import java.util.Arrays;
import java.util.Set;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/**
 * Weights and bias of a {@code Conv}, {@code ConvTranspose} or {@code Gemm}, to be scaled and shifted by channel. Sums are taken
 * in double; nothing changes in the graph before {@link #store}. Not threadsafe.
 */
final class Filter {
    private static final Set<String> OPERATORS = Set.of("Conv", "ConvTranspose", "Gemm");

    private final Draft draft;
    private final int slot;
    private final NodeProto node;
    private final TensorProto tensor;
    /** Of all but the first two dimensions. */
    private final int window;

    private final int group;
    private final int inChannels;
    private final int outChannels;
    /** Null until they are needed. */
    private float[] weights;
    /** Null where there is none. */
    private double[] bias;

    private boolean scaled;

    private Filter(Draft draft, int slot, TensorProto tensor) {
        this.draft = draft;
        this.slot = slot;
        this.node = draft.node(slot);
        this.tensor = tensor;
        int rows = (int) tensor.getDims(0);
        int columns = (int) tensor.getDims(1);
        int area = 1;
        for (int i = 2; i < tensor.getDimsCount(); i++) {
            area *= (int) tensor.getDims(i);
        }
        window = area;
        group = (int) Nodes.integer(node, "group", 1);
        switch (node.getOpType()) {
            case "Conv" -> {
                outChannels = rows;
                inChannels = columns * group;
            }
            case "ConvTranspose" -> {
                outChannels = columns * group;
                inChannels = rows;
            }
            default -> {
                boolean turned = Nodes.integer(node, "transB", 0) != 0;
                outChannels = turned ? rows : columns;
                inChannels = turned ? columns : rows;
            }
        }
    }

    /** The filter of a node; null where it has none of constant float32 values. */
    static Filter of(Draft draft, int slot) throws GraphException {
        NodeProto node = draft.node(slot);
        if (node == null || !Nodes.is(node, node.getOpType()) || !OPERATORS.contains(node.getOpType())) {
            return null;
        }
        TensorProto tensor = draft.constant(Nodes.input(node, 1));
        boolean gemm = node.getOpType().equals("Gemm");
        if (tensor == null
                || tensor.getDataType() != DataType.FLOAT_VALUE
                || tensor.getDimsCount() < 2
                || gemm && Nodes.integer(node, "transA", 0) != 0
                || tensor.getDimsList().stream().anyMatch(extent -> extent <= 0)) {
            return null;
        }
        Filter filter = new Filter(draft, slot, tensor);
        return filter.readBias(gemm) ? filter : null;
    }

    /** @return false when it is there, and not known or not of one value to a channel */
    private boolean readBias(boolean gemm) throws GraphException {
        String name = Nodes.input(node, 2);
        if (name.isEmpty()) {
            return true;
        }
        TensorProto constant = draft.constant(name);
        if (constant == null || constant.getDataType() != DataType.FLOAT_VALUE) {
            return false;
        }
        float[] values = Weights.floats(constant, draft.model().folder());
        int last = constant.getDimsCount() == 0 ? 1 : (int) constant.getDims(constant.getDimsCount() - 1);
        if (values.length != last || values.length != outChannels && !(gemm && values.length == 1)) {
            return false;
        }
        double beta = Nodes.number(node, "beta", 1);
        bias = new double[outChannels];
        for (int i = 0; i < outChannels; i++) {
            bias[i] = beta * values[values.length == 1 ? 0 : i];
        }
        return true;
    }

    NodeProto node() {
        return node;
    }

    int inChannels() {
        return inChannels;
    }

    int outChannels() {
        return outChannels;
    }

    /** Of what goes in and what comes out. */
    int rank() {
        return tensor.getDimsCount();
    }

    /** Whether nobody else reads the weights, so that changing them does not double them. */
    boolean ownsWeights() {
        return draft.onlyReader(tensor.getName()) >= 0;
    }

    /** Whether a value that is the same all over a channel gives one, so that nothing is padded or left out at borders. */
    boolean isEven() {
        if (node.getOpType().equals("Gemm")) {
            return true;
        }
        String auto = Nodes.text(node, "auto_pad", "NOTSET");
        long[] pads = Nodes.integers(node, "pads");
        boolean unpadded = auto.equals("VALID")
                || auto.equals("NOTSET") && (pads == null || Arrays.stream(pads).allMatch(pad -> pad == 0));
        return node.getOpType().equals("Conv") && unpadded;
    }

    /** What comes out, times this for each channel. */
    void scaleOut(double[] scale) throws GraphException {
        read();
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (weights[i] * scale[outOf(i)]);
        }
        for (int i = 0; bias != null && i < outChannels; i++) {
            bias[i] *= scale[i];
        }
    }

    /** What comes out, and this for each channel. */
    void shiftOut(double[] shift) {
        bias = bias == null ? new double[outChannels] : bias;
        for (int i = 0; i < outChannels; i++) {
            bias[i] += shift[i];
        }
    }

    /** What goes in, times this for each channel. */
    void scaleIn(double[] scale) throws GraphException {
        read();
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (weights[i] * scale[inOf(i)]);
        }
    }

    /** What goes in, and this for each channel; before {@link #scaleIn}, of one that {@link #isEven}. */
    void shiftIn(double[] shift) throws GraphException {
        read();
        double[] response = new double[outChannels];
        for (int i = 0; i < weights.length; i++) {
            response[outOf(i)] += weights[i] * shift[inOf(i)];
        }
        shiftOut(response);
    }

    private void read() throws GraphException {
        if (weights == null) {
            weights = Weights.floats(tensor, draft.model().folder());
            double alpha = Nodes.number(node, "alpha", 1);
            for (int i = 0; alpha != 1 && i < weights.length; i++) {
                weights[i] = (float) (weights[i] * alpha);
            }
            scaled = true;
        }
    }

    private int outOf(int index) {
        int row = index / window / (int) tensor.getDims(1);
        int column = index / window % (int) tensor.getDims(1);
        return switch (node.getOpType()) {
            case "Conv" -> row;
            case "ConvTranspose" -> row / (inChannels / group) * (int) tensor.getDims(1) + column;
            default -> Nodes.integer(node, "transB", 0) != 0 ? row : column;
        };
    }

    private int inOf(int index) {
        int row = index / window / (int) tensor.getDims(1);
        int column = index / window % (int) tensor.getDims(1);
        return switch (node.getOpType()) {
            case "Conv" -> row / (outChannels / group) * (int) tensor.getDims(1) + column;
            case "ConvTranspose" -> row;
            default -> Nodes.integer(node, "transB", 0) != 0 ? column : row;
        };
    }

    /** Puts it into the graph: new constants, and the node that reads them. */
    void store() throws GraphException {
        NodeProto.Builder changed = draft.node(slot).toBuilder();
        if (scaled) {
            long[] dims =
                    tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
            changed.setInput(1, draft.addConstant(draft.model().weights(tensor.getName(), dims, weights)));
        }
        if (bias != null) {
            float[] values = new float[outChannels];
            for (int i = 0; i < outChannels; i++) {
                values[i] = (float) bias[i];
            }
            String had = Nodes.input(node, 2);
            String name = had.isEmpty() ? node.getOutput(0) + "/bias" : had;
            String put = draft.addConstant(Weights.of(name, new long[] {outChannels}, values));
            if (changed.getInputCount() > 2) {
                changed.setInput(2, put);
            } else {
                changed.addInput(put);
            }
        }
        NodeProto stored = changed.build();
        stored = scaled ? Nodes.without(stored, "alpha") : stored;
        draft.set(slot, bias == null ? stored : Nodes.without(stored, "beta"));
    }
}
