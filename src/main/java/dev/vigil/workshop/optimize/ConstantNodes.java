package dev.vigil.workshop.optimize;

import dev.vigil.graph.Nodes;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/** {@code Constant} nodes of numbers become initialisers, which all that reads weights understands. */
final class ConstantNodes implements Pass {
    @Override
    public String name() {
        return "constant-nodes";
    }

    @Override
    public int apply(Draft draft) {
        int changes = 0;
        for (int slot = 0; slot < draft.size(); slot++) {
            NodeProto node = draft.node(slot);
            if (!Nodes.is(node, "Constant") || node.getAttributeCount() != 1 || draft.isOutput(node.getOutput(0))) {
                continue;
            }
            TensorProto tensor = tensor(node.getAttribute(0));
            if (tensor != null) {
                draft.remove(slot);
                draft.putConstant(tensor.toBuilder().setName(node.getOutput(0)).build());
                changes++;
            }
        }
        return changes;
    }

    private static TensorProto tensor(AttributeProto attribute) {
        TensorProto.Builder floats = TensorProto.newBuilder().setDataType(DataType.FLOAT_VALUE);
        TensorProto.Builder integers = TensorProto.newBuilder().setDataType(DataType.INT64_VALUE);
        return switch (attribute.getName()) {
            case "value" -> attribute.getT();
            case "value_float" -> floats.addFloatData(attribute.getF()).build();
            case "value_floats" ->
                floats.addDims(attribute.getFloatsCount())
                        .addAllFloatData(attribute.getFloatsList())
                        .build();
            case "value_int" -> integers.addInt64Data(attribute.getI()).build();
            case "value_ints" ->
                integers.addDims(attribute.getIntsCount())
                        .addAllInt64Data(attribute.getIntsList())
                        .build();
            default -> null; // strings, sparse ones
        };
    }
}
