package dev.vigil.app;

import dev.vigil.app.repair.NativeHeap;
import dev.vigil.config.CameraConfig;
import dev.vigil.config.LabelCheck;
import dev.vigil.config.ModelConfig;
import dev.vigil.config.Problems;
import dev.vigil.config.VigilConfig;
import dev.vigil.detect.ModelException;
import dev.vigil.infer.InferException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Loads the models that a configuration's cameras use. Stateless. */
final class ModelLoader {
    private final ModelHost host;
    private final Consumer<String> progress;

    /** @param progress is told the name of each model before it is loaded */
    ModelLoader(ModelHost host, Consumer<String> progress) {
        this.host = host;
        this.progress = progress;
    }

    /**
     * Loads all.
     *
     * @return by name
     * @throws InferException when one can not be loaded; then none stays
     * @throws ModelException when one is none that is known, or can not tell what is asked of it; then none stays
     */
    Map<String, RunningModel> load(VigilConfig config) throws InferException, ModelException {
        Map<String, RunningModel> loaded = new LinkedHashMap<>();
        boolean whole = false;
        try {
            for (ModelConfig model : config.models().values()) {
                if (!Demand.of(config, model).isNone()) {
                    RunningModel running = start(config, model);
                    loaded.put(model.name(), running);
                    for (CameraConfig camera : config.cameras()) {
                        if (camera.model().equals(model.name())) {
                            LabelCheck.labels(config, camera, running.labelsByModel());
                        }
                    }
                }
            }
            whole = true;
            NativeHeap.trim(); // what was read of the files to check them is mapped until it is collected
            return loaded;
        } finally {
            if (!whole) {
                loaded.values().forEach(RunningModel::close);
            }
        }
    }

    /**
     * Loads those that do not run yet as they are configured.
     *
     * @param running by name, which are taken where they are what is wanted
     * @param problems takes what is wrong with any
     * @return by name; without those that could not be loaded
     */
    Map<String, RunningModel> load(VigilConfig config, Map<String, RunningModel> running, Problems problems) {
        Map<String, RunningModel> all = new LinkedHashMap<>();
        for (ModelConfig model : config.models().values()) {
            Demand demand = Demand.of(config, model);
            if (demand.isNone()) {
                continue;
            }
            try {
                RunningModel now = running.get(model.name());
                RunningModel next = now != null && now.is(config.chain(model), demand) ? now : start(config, model);
                all.put(model.name(), next);
                LabelCheck.check(config, model, next.labelsByModel(), problems);
            } catch (InferException | ModelException e) {
                problems.add("models." + model.name() + ".file", e.getMessage());
            }
        }
        return all;
    }

    private RunningModel start(VigilConfig config, ModelConfig model) throws InferException, ModelException {
        progress.accept(model.name());
        return RunningModel.start(config.chain(model), Demand.of(config, model), config.cacheDir(), host);
    }

    /** Closes those of the first that are not among the second. */
    void closeOthers(Map<String, RunningModel> some, Map<String, RunningModel> staying) {
        Collection<RunningModel> stay = staying.values();
        List<RunningModel> others =
                some.values().stream().filter(model -> !stay.contains(model)).toList();
        others.forEach(RunningModel::close);
        if (!others.isEmpty()) {
            NativeHeap.trim();
        }
    }
}
