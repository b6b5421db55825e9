package dev.vigil.workshop.optimize;

import dev.vigil.graph.ExternalData;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Weights;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import onnx.Onnx.TensorProto;

/** Of weights that are the same, byte by byte, only the first stay. */
final class EqualWeights implements Pass {
    @Override
    public String name() {
        return "equal-weights";
    }

    /** What equal weights have in common without a look at their bytes. */
    private record Form(int type, List<Long> dims, long bytes) {}

    @Override
    public int apply(Draft draft) throws GraphException {
        Map<Form, List<String>> alike = new HashMap<>();
        for (TensorProto tensor : draft.constants().values()) {
            boolean raw = tensor.hasRawData() || ExternalData.isExternal(tensor);
            if (draft.constant(tensor.getName()) != null && !draft.isOutput(tensor.getName())) {
                TensorProto bare = bare(tensor);
                long bytes = raw ? -1 : bare.getSerializedSize();
                alike.computeIfAbsent(
                                new Form(tensor.getDataType(), tensor.getDimsList(), bytes), form -> new ArrayList<>())
                        .add(tensor.getName());
            }
        }
        int changes = 0;
        for (List<String> names : alike.values()) {
            changes += names.size() > 1 ? merge(draft, names) : 0;
        }
        return changes;
    }

    private static int merge(Draft draft, List<String> names) throws GraphException {
        Map<Long, List<String>> firsts = new HashMap<>();
        int changes = 0;
        for (String name : names) {
            ByteBuffer bytes = bytes(draft, name);
            CRC32C sum = new CRC32C();
            sum.update(bytes.duplicate());
            List<String> same = firsts.computeIfAbsent(sum.getValue(), value -> new ArrayList<>());
            String first = null;
            for (String other : same) {
                first = first == null && bytes(draft, other).equals(bytes) ? other : first;
            }
            if (first == null) {
                same.add(name);
            } else {
                draft.redirect(name, first);
                changes++;
            }
        }
        return changes;
    }

    private static ByteBuffer bytes(Draft draft, String name) throws GraphException {
        TensorProto tensor = draft.constant(name);
        return tensor.hasRawData() || ExternalData.isExternal(tensor)
                ? Weights.raw(tensor, draft.model().folder())
                : bare(tensor).toByteString().asReadOnlyByteBuffer();
    }

    private static TensorProto bare(TensorProto tensor) {
        return tensor.toBuilder().clearName().clearDocString().build();
    }
}
