package dev.vigil.config;

import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.TileOptions;
import dev.vigil.infer.InferOptions;
import java.nio.file.Path;

/**
 * One model and how it is run.
 *
 * @param name the user's name for it
 * @param file the model, or its weights; was there when the configuration was read
 * @param description what the {@code .yml} beside it says, and in its place what the configuration says
 * @param infer how it is run
 * @param detect which boxes count, for cameras that do not say otherwise
 * @param tiles how frames are cut for it, for cameras that do not say otherwise
 */
public record ModelConfig(
        String name,
        Path file,
        ModelDescription description,
        InferOptions infer,
        DetectOptions detect,
        TileOptions tiles) {
    /** A model that sees whole frames. */
    public ModelConfig(String name, Path file, ModelDescription description, InferOptions infer, DetectOptions detect) {
        this(name, file, description, infer, detect, TileOptions.NONE);
    }
}
