package dev.vigil.workshop.optimize;

import dev.vigil.graph.ExternalData;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Weights;
import java.io.IOException;
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
    public int apply(Draft draft) throws GraphException, IOException {
        Map<Form, List<String>> alike = new HashMap<>();
        for (TensorProto tensor : draft.constants().values()) {
            if (draft.constant(tensor.getName()) != null && !draft.isOutput(tensor.getName())) {
                TensorProto bare = bare(tensor);
                long bytes = isRaw(tensor) ? -1 : bare.getSerializedSize();
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

    private static int merge(Draft draft, List<String> names) throws GraphException, IOException {
        Map<Long, List<String>> firsts = new HashMap<>();
        int changes = 0;
        for (String name : names) {
            List<String> same = firsts.computeIfAbsent(sum(draft, name), value -> new ArrayList<>());
            String first = null;
            for (String other : same) {
                first = first == null && bytes(draft, other).equals(bytes(draft, name)) ? other : first;
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

    /** Without leaving the bytes in memory. */
    private static long sum(Draft draft, String name) throws GraphException, IOException {
        TensorProto tensor = draft.constant(name);
        CRC32C sum = new CRC32C();
        if (isRaw(tensor)) {
            Weights.parts(tensor, draft.model().folder(), sum::update);
        } else {
            sum.update(bare(tensor).toByteArray());
        }
        return sum.getValue();
    }

    private static ByteBuffer bytes(Draft draft, String name) throws GraphException {
        TensorProto tensor = draft.constant(name);
        return isRaw(tensor)
                ? Weights.raw(tensor, draft.model().folder())
                : bare(tensor).toByteString().asReadOnlyByteBuffer();
    }

    private static boolean isRaw(TensorProto tensor) {
        return tensor.hasRawData() || ExternalData.isExternal(tensor);
    }

    private static TensorProto bare(TensorProto tensor) {
        return tensor.toBuilder().clearName().clearDocString().build();
    }
}
