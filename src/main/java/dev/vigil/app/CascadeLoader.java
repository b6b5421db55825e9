package dev.vigil.app;

import dev.vigil.config.LabelCheck;
import dev.vigil.config.ModelConfig;
import dev.vigil.detect.CropOptions;
import dev.vigil.detect.ModelException;
import dev.vigil.infer.InferException;
import dev.vigil.pipeline.LoadedModel;
import dev.vigil.pipeline.ThenModel;
import java.nio.file.Path;
import java.util.List;

/** Loads a model together with those that look at crops of what it finds. Stateless. */
public final class CascadeLoader {
    private CascadeLoader() {}

    /**
     * Loads all, or none.
     *
     * @param chain the model, and those that follow it, in their order
     * @param viewsMax the most parts that a frame is cut into for the first
     * @throws InferException when one can not be loaded or run
     * @throws ModelException when one is none that is known, or does not have the labels whose crops are wanted
     */
    public static LoadedModel load(List<ModelConfig> chain, Path cacheDir, int viewsMax)
            throws InferException, ModelException {
        ModelConfig first = chain.get(0);
        LoadedModel model = LoadedModel.load(
                ModelFiles.toLoad(first, cacheDir), first.description(), first.infer(), cacheDir, viewsMax);
        return followed(model, chain, cacheDir);
    }

    /** @param model is closed when the others can not be loaded */
    private static LoadedModel followed(LoadedModel model, List<ModelConfig> chain, Path cacheDir)
            throws InferException, ModelException {
        LoadedModel next = null;
        boolean whole = false;
        try {
            if (chain.size() == 1) {
                whole = true;
                return model;
            }
            LabelCheck.crops(chain.get(0), model.detection().labels());
            CropOptions crops = chain.get(0).then().crops();
            List<ModelConfig> rest = chain.subList(1, chain.size());
            ModelConfig second = rest.get(0);
            next = followed(
                    LoadedModel.loadForCrops(
                            ModelFiles.toLoad(second, cacheDir),
                            second.description(),
                            second.infer(),
                            cacheDir,
                            crops.max()),
                    rest,
                    cacheDir);
            LoadedModel both = model.followedBy(new ThenModel(next, crops, second.detect()));
            whole = true;
            return both;
        } finally {
            if (!whole) {
                model.close();
                if (next != null) {
                    next.close();
                }
            }
        }
    }
}
