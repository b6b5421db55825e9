package dev.vigil.workshop;

import dev.vigil.graph.Graph;
import dev.vigil.graph.Nodes;
import java.util.HashSet;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/** {@code Constant} nodes as initialisers, which say the same and can be changed like any weight. Stateless. */
public final class ConstantNodes {
    private ConstantNodes() {}

    /** All that hold numbers, and are no outputs; others stay. */
    public static void toInitializers(Graph graph) {
        Set<String> outputs = new HashSet<>();
        graph.outputs().forEach(output -> outputs.add(output.getName()));
        graph.nodes().removeIf(node -> {
            TensorProto value = initializer(node);
            boolean moves = value != null && !outputs.contains(value.getName());
            if (moves) {
                graph.initializers().put(value.getName(), value);
            }
            return moves;
        });
    }

    /** What a node of constant numbers makes, as an initialiser; null for any other, strings and sparse ones among them. */
    public static TensorProto initializer(NodeProto node) {
        if (!Nodes.is(node, "Constant") || node.getOutputCount() != 1 || node.getAttributeCount() != 1) {
            return null;
        }
        AttributeProto attribute = node.getAttribute(0);
        TensorProto.Builder floats = TensorProto.newBuilder().setDataType(DataType.FLOAT_VALUE);
        TensorProto.Builder integers = TensorProto.newBuilder().setDataType(DataType.INT64_VALUE);
        TensorProto.Builder tensor =
                switch (attribute.getName()) {
                    case "value" -> attribute.hasT() ? attribute.getT().toBuilder() : null;
                    case "value_float" -> floats.addFloatData(attribute.getF());
                    case "value_floats" ->
                        floats.addDims(attribute.getFloatsCount()).addAllFloatData(attribute.getFloatsList());
                    case "value_int" -> integers.addInt64Data(attribute.getI());
                    case "value_ints" ->
                        integers.addDims(attribute.getIntsCount()).addAllInt64Data(attribute.getIntsList());
                    default -> null;
                };
        return tensor == null ? null : tensor.setName(node.getOutput(0)).build();
    }
}
