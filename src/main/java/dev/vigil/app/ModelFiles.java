package dev.vigil.app;

import dev.vigil.config.ModelConfig;
import dev.vigil.config.ModelConfig.NmsPlace;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.infer.InferException;
import dev.vigil.workshop.NmsOnCpu;
import java.nio.file.Path;

/** Which file is loaded for a model. Stateless. */
public final class ModelFiles {
    private ModelFiles() {}

    /**
     * The model's own file or, with {@code nms: cpu}, what is left of it without its NMS, from the cache folder.
     *
     * @throws ModelException when it can not be cut
     * @throws InferException when what is left does not run
     */
    static Path toLoad(ModelConfig model, Path cacheDir) throws ModelException, InferException {
        return toLoad(model.file(), model.description(), model.nms(), cacheDir);
    }

    /** As {@link #toLoad(ModelConfig, Path)}, of a model that stands in no configuration. */
    public static Path toLoad(Path file, ModelDescription description, NmsPlace nms, Path cacheDir)
            throws ModelException, InferException {
        return nms == NmsPlace.GRAPH
                ? file
                : new NmsOnCpu(cacheDir).cached(file, description.input().size(), VersionCommand.version());
    }
}
