package dev.vigil.workshop.half;

import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/**
 * Weights stored as halves, with a cast behind each: half the bytes, and the same arithmetic in FP32, since runtimes do the casts
 * once when they load the model. Stateless.
 */
final class HalfWeights {
    /** A cast takes some sixty bytes in the file. */
    private static final int VALUES_MIN = 64;

    private HalfWeights() {}

    /**
     * Changes a model.
     *
     * @param model without {@code Constant} nodes, in the pool of {@code halves}
     * @param kept gets what stays, with the reason
     * @return how many tensors were changed
     */
    static int store(OnnxModel model, HalfTensors halves, List<KeepPattern> keep, Map<String, String> kept)
            throws GraphException, IOException {
        Graph graph = model.graph();
        Map<String, List<NodeProto>> readers = graph.consumers();
        List<NodeProto> casts = new ArrayList<>();
        for (TensorProto tensor : List.copyOf(graph.initializers().values())) {
            String name = tensor.getName();
            boolean stored = isFloat(tensor)
                    && dims(tensor) >= VALUES_MIN
                    && allow(tensor, readers.getOrDefault(name, List.of()), keep, model, kept);
            if (stored) {
                String half = graph.fresh(name + "_half");
                graph.initializers().remove(name);
                graph.initializers().put(half, halves.half(half, tensor, false));
                graph.inputs().removeIf(input -> input.getName().equals(name));
                casts.add(Nodes.make("Cast", name, List.of(half), Nodes.integer("to", DataType.FLOAT_VALUE)));
            }
        }
        graph.nodes().addAll(0, casts);
        return casts.size();
    }

    private static boolean isFloat(TensorProto tensor) {
        return tensor.getDataType() == DataType.FLOAT_VALUE;
    }

    private static long dims(TensorProto tensor) {
        return tensor.getDimsList().stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    }

    private static boolean allow(
            TensorProto tensor,
            List<NodeProto> readers,
            List<KeepPattern> keep,
            OnnxModel model,
            Map<String, String> kept)
            throws GraphException, IOException {
        for (KeepPattern pattern : keep) {
            if (readers.stream().anyMatch(pattern::fits)) {
                kept.put(tensor.getName(), "--keep " + pattern.text() + " says so");
                return false;
            }
        }
        // Quantised operators are only fused where their scales are constants.
        if (readers.stream().anyMatch(node -> node.getOpType().contains("Linear"))) {
            return false;
        }
        String problem = HalfTensors.loss(tensor, model.folder()).problem();
        if (problem != null) {
            kept.put(tensor.getName(), problem);
        }
        return problem == null;
    }
}
