package dev.vigil.config;

import dev.vigil.detect.LabelFilters;
import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sees to it that labels which are named are ones that a model can tell: those of filters, of crops for another model, and of
 * Home Assistant's sensors. A camera's filters are its first model's; its sensors may be of labels of all models that look at it.
 */
public final class LabelCheck {
    private static final int LISTED_MAX = 12;

    private LabelCheck() {}

    /** As far as it is known without loading a model what it can tell. */
    static void check(VigilConfig config, Problems problems) {
        Map<String, Labels> known = new HashMap<>();
        for (ModelConfig model : config.models().values()) {
            described(model.description()).ifPresent(labels -> known.put(model.name(), labels));
        }
        config.models().values().forEach(model -> check(config, model, known, problems));
    }

    /**
     * Adds a problem for each label that a model, one that follows it, or a camera of it names, and that can not be told.
     *
     * @param known by the models' names; where one is missing, only what needs none of it is checked
     */
    public static void check(VigilConfig config, ModelConfig model, Map<String, Labels> known, Problems problems) {
        unknown(config, model, config.cameras(), known).forEach(each -> problems.add(each.key, each.words()));
    }

    /**
     * Sees to labels that were not named in a configuration.
     *
     * @throws ModelException when the model can not tell one of them
     */
    public static void check(Collection<String> named, String model, Labels ofModel) throws ModelException {
        for (String label : named) {
            if (!ofModel.names().contains(label)) {
                throw new ModelException(words(label, model, ofModel));
            }
        }
    }

    /**
     * Sees to it that a model has the labels whose crops another is to look at.
     *
     * @throws ModelException when it has not
     */
    public static void crops(ModelConfig model, Labels own) throws ModelException {
        for (String label : unknown(model.then(), own)) {
            throw new ModelException("then.labels: " + words(label, model.name(), own));
        }
    }

    /**
     * The labels of a camera whose models have been loaded.
     *
     * @param known those of its model and of all that follow it, by the models' names
     * @throws ModelException when a model can not tell one that is named
     */
    public static List<String> labels(VigilConfig config, CameraConfig camera, Map<String, Labels> known)
            throws ModelException {
        ModelConfig model = config.models().get(camera.model());
        List<Unknown> unknown = unknown(config, model, List.of(camera), known);
        if (!unknown.isEmpty()) {
            throw new ModelException(unknown.get(0).key + ": " + unknown.get(0).words());
        }
        return config.labels(camera, ofAll(config.chain(model), known));
    }

    /** A label that a model can not tell, and the key that names it. */
    private record Unknown(String key, String label, String model, Labels ofModel) {
        String words() {
            return LabelCheck.words(label, model, ofModel);
        }
    }

    /** Of a model, of those that follow it, and of those of the cameras that are its own. */
    private static List<Unknown> unknown(
            VigilConfig config, ModelConfig model, List<CameraConfig> cameras, Map<String, Labels> known) {
        List<Unknown> found = new ArrayList<>();
        List<ModelConfig> chain = config.chain(model);
        for (ModelConfig each : chain) {
            Labels own = known.get(each.name());
            if (own != null) {
                String owner = "models." + each.name();
                unknown(each.detect().filters(), LabelFilters.NONE, owner, each.name(), own, found);
                unknown(each.then(), own)
                        .forEach(label -> found.add(new Unknown(owner + ".then.labels", label, each.name(), own)));
            }
        }
        Labels first = known.get(model.name());
        boolean allKnown = chain.stream().allMatch(each -> known.containsKey(each.name()));
        for (CameraConfig camera : cameras) {
            if (model.name().equals(camera.model())) {
                if (first != null) {
                    LabelFilters told = model.detect().filters();
                    String owner = "cameras." + camera.name();
                    unknown(camera.detect().filters(), told, owner, model.name(), first, found);
                }
                if (allKnown) {
                    unknownSensors(config, camera, ofAll(chain, known), found);
                }
            }
        }
        return found;
    }

    private static void unknownSensors(VigilConfig config, CameraConfig camera, Labels all, List<Unknown> found) {
        String of = camera.labels().isEmpty() ? "" : "cameras." + camera.name() + ".";
        config.labels(camera, all).stream()
                .filter(label -> !all.names().contains(label))
                .forEach(label -> found.add(new Unknown(of + "homeassistant.labels", label, camera.model(), all)));
    }

    /** @param told filters of which it is told elsewhere */
    private static void unknown(
            LabelFilters filters, LabelFilters told, String owner, String model, Labels ofModel, List<Unknown> found) {
        for (String label : filters.named()) {
            if (!ofModel.names().contains(label) && !told.named().contains(label)) {
                String key = filters.only().contains(label) ? ".filters.only" : ".filters.labels." + label;
                found.add(new Unknown(owner + key, label, model, ofModel));
            }
        }
    }

    /** @param then may be null */
    private static List<String> unknown(ThenConfig then, Labels own) {
        return then == null
                ? List.of()
                : then.crops().labels().stream()
                        .filter(label -> !own.names().contains(label))
                        .toList();
    }

    private static Labels ofAll(List<ModelConfig> chain, Map<String, Labels> known) {
        List<String> names = new ArrayList<>();
        chain.forEach(each -> names.addAll(known.get(each.name()).names()));
        return Labels.of(names, "all of its models");
    }

    private static String words(String label, String model, Labels labels) {
        List<String> names = labels.names();
        String listed = String.join(", ", names.subList(0, Math.min(LISTED_MAX, names.size())));
        String rest = names.size() > LISTED_MAX ? ", … (" + names.size() + " in all)" : "";
        return "the model " + model + " has no label " + Shown.value(label) + Suggestion.didYouMean(label, names)
                + ": its labels are " + listed + rest;
    }

    private static Optional<Labels> described(ModelDescription description) {
        if (description.labelNames() != null) {
            return Optional.of(Labels.of(description.labelNames(), "the list of labels"));
        }
        try {
            return description.labels() == null ? Optional.empty() : Optional.of(Labels.read(description.labels()));
        } catch (ModelException unreadable) {
            return Optional.empty(); // told with the model, once it is loaded
        }
    }
}
