package dev.vigil.graph.shape;

import dev.vigil.graph.Bodies;
import dev.vigil.graph.Nodes;
import java.util.Arrays;
import java.util.Map;
import onnx.Onnx.NodeProto;

/** Multiply-adds of nodes: convolutions and matrix products; what others do is small beside them and counts as none. Stateless. */
public final class Cost {
    /** That of a node whose shapes are not known. */
    public static final double UNKNOWN = Double.NaN;

    private Cost() {}

    /** @return {@link #UNKNOWN} where it can not be told, such as for what runs in bodies */
    public static double multiplyAdds(NodeProto node, Map<String, Fact> facts) {
        if (!Bodies.of(node).isEmpty()) {
            return UNKNOWN;
        }
        return switch (Nodes.operator(node)) {
            case "Conv", "ConvInteger", "com.microsoft.FusedConv", "com.microsoft.NhwcFusedConv" ->
                convolution(node, facts, 1);
            case "QLinearConv" -> convolution(node, facts, 3);
            case "ConvTranspose" -> transposed(node, facts);
            case "MatMul", "MatMulInteger", "com.microsoft.FusedMatMul" -> product(node, facts, 0);
            case "QLinearMatMul" -> product(node, facts, 0);
            case "Gemm", "com.microsoft.FusedGemm" -> gemm(node, facts);
            case "Einsum",
                    "LSTM",
                    "GRU",
                    "RNN",
                    "com.microsoft.Attention",
                    "com.microsoft.MultiHeadAttention",
                    "Attention",
                    "DeformConv" -> UNKNOWN;
            default -> 0;
        };
    }

    private static Fact in(NodeProto node, Map<String, Fact> facts, int index) {
        return facts.getOrDefault(Nodes.input(node, index), Fact.UNKNOWN);
    }

    private static Fact out(NodeProto node, Map<String, Fact> facts) {
        return node.getOutputCount() == 0 ? Fact.UNKNOWN : facts.getOrDefault(node.getOutput(0), Fact.UNKNOWN);
    }

    private static double times(long... extents) {
        return Arrays.stream(extents).mapToDouble(e -> e < 0 ? UNKNOWN : e).reduce(1, (a, b) -> a * b);
    }

    /** Each value that comes out is a sum over the window and its group's channels: what one filter has. */
    private static double convolution(NodeProto node, Map<String, Fact> facts, int weightsAt) {
        Fact weights = in(node, facts, weightsAt);
        return weights.rank() < 2
                ? UNKNOWN
                : times(out(node, facts).count()) * times(Arrays.copyOfRange(weights.shape(), 1, weights.rank()));
    }

    /** Each value that goes in is spread over the window and its group's channels. */
    private static double transposed(NodeProto node, Map<String, Fact> facts) {
        Fact weights = in(node, facts, 1);
        return weights.rank() < 2
                ? UNKNOWN
                : times(in(node, facts, 0).count()) * times(Arrays.copyOfRange(weights.shape(), 1, weights.rank()));
    }

    private static double product(NodeProto node, Map<String, Fact> facts, int leftAt) {
        return times(out(node, facts).count(), in(node, facts, leftAt).extent(-1));
    }

    private static double gemm(NodeProto node, Map<String, Fact> facts) {
        boolean transA = Nodes.integer(node, "transA", 0) != 0;
        return times(out(node, facts).count(), in(node, facts, 0).extent(transA ? 0 : 1));
    }
}
