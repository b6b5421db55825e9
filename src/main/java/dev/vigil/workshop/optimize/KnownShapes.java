package dev.vigil.workshop.optimize;

import dev.vigil.graph.Nodes;
import dev.vigil.graph.Weights;
import dev.vigil.graph.shape.Fact;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/** Whole numbers that follow from shapes that are known, such as what {@code Shape}, {@code Gather} and {@code Concat} make. */
final class KnownShapes implements Pass {
    @Override
    public String name() {
        return "known-shapes";
    }

    @Override
    public int apply(Draft draft) {
        int changes = 0;
        for (int slot = 0; slot < draft.size(); slot++) {
            NodeProto node = draft.node(slot);
            List<TensorProto> tensors = Nodes.is(node, "Constant") ? null : tensors(draft, node);
            if (tensors != null) {
                draft.remove(slot);
                tensors.forEach(draft::putConstant);
                changes++;
            }
        }
        return changes;
    }

    /** All that it makes; null where that is not known. */
    private static List<TensorProto> tensors(Draft draft, NodeProto node) {
        List<TensorProto> tensors = new ArrayList<>();
        for (String output : node.getOutputList()) {
            if (output.isEmpty()) {
                continue;
            }
            Fact fact = draft.fact(output);
            long[] values = fact.longs();
            TensorProto tensor = values == null || draft.isOutput(output) ? null : tensor(output, fact, values);
            if (tensor == null) {
                return null;
            }
            tensors.add(tensor);
        }
        return tensors.isEmpty() ? null : tensors;
    }

    private static TensorProto tensor(String name, Fact fact, long[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        if (fact.type() == DataType.INT64_VALUE) {
            bytes.asLongBuffer().put(values);
            return Weights.of(name, DataType.INT64, fact.shape(), bytes);
        }
        boolean fits = Arrays.stream(values).allMatch(v -> v == (int) v);
        if (fact.type() == DataType.INT32_VALUE && fits) {
            Arrays.stream(values).forEach(v -> bytes.putInt((int) v));
            return Weights.of(name, DataType.INT32, fact.shape(), bytes.flip());
        }
        return null;
    }
}
