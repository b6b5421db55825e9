package dev.vigil.workshop;

import dev.vigil.graph.Graph;
import dev.vigil.graph.Nodes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
            // The table of the CUDA provider, as of ONNX Runtime 1.23 and later.
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
            // Of the operators marked N, those that need other kinds of values or integer arithmetic of their own.
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
            // Neither among the operators of the importer's table nor imported by a simplification.
            new BackendOperators(
                    "OpenCV DNN, cpu",
                    "the model does not load",
                    "modules/dnn/src/onnx/onnx_importer.cpp of opencv/opencv",
                    with(SEQUENCES, "If", "Loop", "NonMaxSuppression", "NonZero", "Compress", "Unique", "RoiAlign"),
                    false));

    private static Set<String> with(Set<String> some, String... more) {
        Set<String> all = new java.util.TreeSet<>(some);
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
