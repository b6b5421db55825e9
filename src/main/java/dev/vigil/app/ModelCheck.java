package dev.vigil.app;

import dev.vigil.config.LabelCheck;
import dev.vigil.config.ModelConfig;
import dev.vigil.config.Problems;
import dev.vigil.config.VigilConfig;
import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelException;
import dev.vigil.frame.InputSpec;
import dev.vigil.infer.InferException;
import dev.vigil.pipeline.LoadedModel;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Loads each model as the daemon would and runs it once, one after the other, since each takes all that the box has. */
public final class ModelCheck implements ConfigCheck {
    /** Building an engine for a GPU takes minutes. */
    private static final Duration TIMEOUT = Duration.ofMinutes(20);

    /** What is told of a model, and what its classes are called. */
    private record Loaded(String line, Labels labels) {}

    @Override
    public String title() {
        return "models";
    }

    @Override
    public boolean online() {
        return false;
    }

    @Override
    public void check(VigilConfig config, Problems problems, Consumer<String> good) throws InterruptedException {
        Map<String, Labels> labels = new HashMap<>();
        for (ModelConfig model : config.models().values()) {
            Trials<Loaded> trial = new Trials<>();
            trial.start(model.name(), TIMEOUT, () -> load(model, config));
            for (Trials.Outcome<Loaded> outcome : trial.outcomes()) {
                String path = "models." + model.name();
                outcome.value()
                        .ifPresentOrElse(
                                loaded -> {
                                    good.accept(path + ": " + loaded.line);
                                    labels.put(model.name(), loaded.labels);
                                },
                                () -> problems.add(path + ".file", words(outcome)));
            }
        }
        config.models().values().forEach(model -> LabelCheck.check(config, model, labels, problems));
    }

    private static Loaded load(ModelConfig model, VigilConfig config) throws InferException, ModelException {
        long startNs = System.nanoTime();
        try (LoadedModel loaded = LoadedModel.load(
                ModelFiles.toLoad(model, config.cacheDir()), model.description(), model.infer(), config.cacheDir())) {
            InputSpec input = loaded.detection().input();
            int keypoints = loaded.detection().keypoints();
            String line = String.format(
                    Locale.ROOT,
                    "%s, input %dx%d, %s%s, on %s, loaded in %.1f s",
                    loaded.detection().family().id(),
                    input.widthPx(),
                    input.heightPx(),
                    loaded.detection().labels().text(),
                    keypoints == 0 ? "" : ", " + keypoints + " keypoints",
                    loaded.engine().device(),
                    (System.nanoTime() - startNs) / 1e9);
            return new Loaded(line, loaded.detection().labels());
        }
    }

    private static String words(Trials.Outcome<Loaded> outcome) {
        return outcome.failure()
                .map(e -> e instanceof InferException || e instanceof ModelException
                        ? e.getMessage()
                        : "could not be loaded: " + e)
                .orElse("was not loaded within " + TIMEOUT.toMinutes() + " min");
    }
}
