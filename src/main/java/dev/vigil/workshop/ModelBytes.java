package dev.vigil.workshop;

import dev.vigil.graph.ExternalData;
import dev.vigil.graph.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.TreeSet;
import onnx.Onnx.TensorProto;

/** How large a model is on disk. Stateless. */
public final class ModelBytes {
    private ModelBytes() {}

    /** Its file, and those of its external data. */
    public static long of(OnnxModel model) throws IOException {
        Set<String> locations = new TreeSet<>();
        for (TensorProto tensor : model.graph().initializers().values()) {
            locations.addAll(ExternalData.locations(tensor));
        }
        long bytes = model.fileBytes();
        for (String location : locations) {
            bytes += Files.size(model.folder().resolve(location));
        }
        return bytes;
    }
}
