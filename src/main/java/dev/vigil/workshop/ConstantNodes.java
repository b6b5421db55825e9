package dev.vigil.workshop;

import dev.vigil.graph.Graph;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.Weights;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;

/** {@code Constant} nodes as initialisers, which say the same and can be changed like any weight. Stateless. */
public final class ConstantNodes {
    private ConstantNodes() {}

    /** Those that hold tensors or floats, and are no outputs; others stay. */
    public static void toInitializers(Graph graph) {
        Set<String> outputs = new HashSet<>();
        graph.outputs().forEach(output -> outputs.add(output.getName()));
        List<NodeProto> staying = new ArrayList<>();
        for (NodeProto node : graph.nodes()) {
            TensorProto value =
                    outputs.contains(Nodes.is(node, "Constant") ? node.getOutput(0) : "") ? null : value(node);
            if (value == null) {
                staying.add(node);
            } else {
                graph.initializers().put(value.getName(), value);
            }
        }
        graph.nodes().clear();
        graph.nodes().addAll(staying);
    }

    private static TensorProto value(NodeProto node) {
        if (!Nodes.is(node, "Constant") || node.getOutputCount() != 1 || node.getAttributeCount() != 1) {
            return null;
        }
        String name = node.getOutput(0);
        AttributeProto attribute = node.getAttribute(0);
        return switch (attribute.getName()) {
            case "value" ->
                attribute.hasT() ? attribute.getT().toBuilder().setName(name).build() : null;
            case "value_float" -> Weights.of(name, new long[0], new float[] {attribute.getF()});
            case "value_floats" -> floats(name, attribute.getFloatsList());
            default -> null;
        };
    }

    private static TensorProto floats(String name, List<Float> values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return Weights.of(name, new long[] {array.length}, array);
    }
}
