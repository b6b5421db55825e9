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
 * @param nms where NMS is done that the file has inside
 * @param infer how it is run
 * @param detect which boxes count, for cameras that do not say otherwise
 * @param tiles how frames are cut for it, for cameras that do not say otherwise
 * @param then what looks at crops of what it finds; null for nothing
 */
public record ModelConfig(
        String name,
        Path file,
        ModelDescription description,
        NmsPlace nms,
        InferOptions infer,
        DetectOptions detect,
        TileOptions tiles,
        ThenConfig then) {
    /** Where NMS is done that a model has inside. */
    public enum NmsPlace {
        /** In its graph, where the model runs: the file is taken as it is. */
        GRAPH,
        /** On the CPU: the graph is cut before it. */
        CPU
    }

    /** A model that is taken as it is, sees whole frames, and is followed by none. */
    public ModelConfig(String name, Path file, ModelDescription description, InferOptions infer, DetectOptions detect) {
        this(name, file, description, NmsPlace.GRAPH, infer, detect, TileOptions.NONE, null);
    }
}
