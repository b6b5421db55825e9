package dev.vigil.workshop;

import dev.vigil.graph.Graph;
import dev.vigil.graph.Nodes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import onnx.Onnx.NodeProto;

/**
 * What is known of operators that a backend does not take. Not in a list does not mean that it takes it: types, ranks and
 * attributes matter too, and only loading it there tells.
 *
 * @param name of backend and device
 * @param elsewhere what happens to nodes that it does not take
 * @param source where that is said
 * @param lacks operators of the usual domain
 * @param plugins whether it has TensorRT's plug-in nodes
 */
record BackendOperators(String name, String elsewhere, String source, Set<String> lacks, boolean plugins) {
    private static final Set<String> SEQUENCES = Set.of(
            "ConcatFromSequence",
            "SequenceAt",
            "SequenceConstruct",
            "SequenceEmpty",
            "SequenceErase",
            "SequenceInsert",
            "SequenceLength",
            "SplitToSequence");

    static final List<BackendOperators> ALL = List.of(
            new BackendOperators(
                    "ONNX Runtime, cpu",
                    "the model does not load",
                    "docs/OperatorKernels.md of microsoft/onnxruntime",
                    Set.of(),
                    false),
            // Not in the table of the CUDA provider.
            new BackendOperators(
                    "ONNX Runtime, cuda",
                    "they run on the CPU, with copies between",
                    "docs/OperatorKernels.md of microsoft/onnxruntime",
                    Set.of(
                            "LpNormalization",
                            "MaxRoiPool",
                            "MaxUnpool",
                            "Multinomial",
                            "NonMaxSuppression",
                            "QLinearConv",
                            "QLinearMatMul"),
                    false),
            // Marked N as of TensorRT 8.4; newer versions take more than it did, and of these none that is known.
            new BackendOperators(
                    "ONNX Runtime, tensorrt",
                    "they run on CUDA or the CPU, with copies between",
                    "docs/operators.md of onnx/onnx-tensorrt",
                    with(
                            SEQUENCES,
                            "BitShift",
                            "Compress",
                            "ConvInteger",
                            "Det",
                            "MatMulInteger",
                            "MaxRoiPool",
                            "MaxUnpool",
                            "Multinomial",
                            "QLinearConv",
                            "QLinearMatMul",
                            "RandomNormal",
                            "StringNormalizer",
                            "TfIdfVectorizer",
                            "Unique"),
                    true),
            // It has no such document; only loading tells.
            new BackendOperators("OpenCV DNN, cpu", "the model does not load", "none", Set.of(), false));

    private static Set<String> with(Set<String> some, String... more) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(List.of(more));
        return Set.copyOf(all);
    }

    /** How many nodes it is known not to take, by operator. */
    Map<String, Integer> refused(Graph graph) {
        Map<String, Integer> refused = new TreeMap<>();
        for (NodeProto node : graph.nodes()) {
            if (refuses(node)) {
                refused.merge(Nodes.operator(node), 1, Integer::sum);
            }
        }
        return refused;
    }

    /** Nodes of other domains, of which it is not known who takes them. */
    static List<String> foreign(Graph graph) {
        List<String> foreign = new ArrayList<>();
        for (NodeProto node : graph.nodes()) {
            if (!Nodes.is(node, node.getOpType()) && !isPlugin(node) && !foreign.contains(Nodes.operator(node))) {
                foreign.add(Nodes.operator(node));
            }
        }
        return foreign;
    }

    private boolean refuses(NodeProto node) {
        return isPlugin(node) ? !plugins : Nodes.is(node, node.getOpType()) && lacks.contains(node.getOpType());
    }

    private static boolean isPlugin(NodeProto node) {
        return node.getOpType().endsWith("_TRT");
    }
}
