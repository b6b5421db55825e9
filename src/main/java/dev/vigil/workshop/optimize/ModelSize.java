package dev.vigil.workshop.optimize;

import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.TensorData;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;

/**
 * How large a graph is.
 *
 * @param nodes without those of bodies
 * @param parameters values in initialisers
 * @param bytes of nodes and initialisers, wherever these lie
 */
public record ModelSize(long nodes, long parameters, long bytes) {
    static ModelSize of(Graph graph) throws GraphException {
        long parameters = 0;
        long bytes = 0;
        for (TensorProto tensor : graph.initializers().values()) {
            long count = TensorData.count(tensor);
            parameters += count;
            bytes += Math.max(tensor.getSerializedSize(), count * TensorData.bits(tensor.getDataType()) / Byte.SIZE);
        }
        for (NodeProto node : graph.nodes()) {
            bytes += node.getSerializedSize();
        }
        return new ModelSize(graph.nodes().size(), parameters, bytes);
    }

    ModelSize plus(ModelSize other) {
        return new ModelSize(nodes + other.nodes, parameters + other.parameters, bytes + other.bytes);
    }

    ModelSize minus(ModelSize other) {
        return new ModelSize(nodes - other.nodes, parameters - other.parameters, bytes - other.bytes);
    }
}
