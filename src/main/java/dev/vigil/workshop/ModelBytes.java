package dev.vigil.workshop;

import dev.vigil.graph.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How large a model is on disk. Stateless. */
public final class ModelBytes {
    private ModelBytes() {}

    /** Its file, and those of its external data. */
    public static long of(OnnxModel model) throws IOException {
        long bytes = model.fileBytes();
        for (Path file : model.dataFiles()) {
            bytes += Files.size(file);
        }
        return bytes;
    }
}
