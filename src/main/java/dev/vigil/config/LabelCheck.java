package dev.vigil.config;

import dev.vigil.detect.LabelFilters;
import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Sees to it that the labels which filters and Home Assistant's sensors are for are ones that the camera's model can tell. */
public final class LabelCheck {
    private static final int LISTED_MAX = 12;

    private LabelCheck() {}

    /** As far as it is known without loading a model what it can tell. */
    static void check(VigilConfig config, Problems problems) {
        for (ModelConfig model : config.models().values()) {
            described(model.description()).ifPresent(labels -> check(config, model.name(), labels, problems));
        }
    }

    /** Adds a problem for each label that the model or a camera of it names and the model can not tell. */
    public static void check(VigilConfig config, String model, Labels labels, Problems problems) {
        List<Unknown> unknown = new ArrayList<>();
        unknown(filters(config, model), LabelFilters.NONE, "models." + model, labels, unknown);
        for (CameraConfig camera : config.cameras()) {
            if (model.equals(camera.model())) {
                unknown(config, camera, labels, unknown);
            }
        }
        unknown.forEach(each -> problems.add(each.key, words(each.label, model, labels)));
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
     * The labels of a camera, of a model that has been loaded.
     *
     * @throws ModelException when the model can not tell one of them
     */
    public static List<String> labels(VigilConfig config, CameraConfig camera, Labels ofModel) throws ModelException {
        List<Unknown> unknown = new ArrayList<>();
        unknown(filters(config, camera.model()), LabelFilters.NONE, "models." + camera.model(), ofModel, unknown);
        unknown(config, camera, ofModel, unknown);
        if (!unknown.isEmpty()) {
            Unknown first = unknown.get(0);
            throw new ModelException(first.key + ": " + words(first.label, camera.model(), ofModel));
        }
        return config.labels(camera, ofModel);
    }

    /** A label that the model can not tell, and the key that names it. */
    private record Unknown(String key, String label) {}

    private static LabelFilters filters(VigilConfig config, String model) {
        return config.models().get(model).detect().filters();
    }

    /** Those of a camera, besides those of its model. */
    private static void unknown(VigilConfig config, CameraConfig camera, Labels ofModel, List<Unknown> found) {
        LabelFilters told = filters(config, camera.model());
        unknown(camera.detect().filters(), told, "cameras." + camera.name(), ofModel, found);
        String of = camera.labels().isEmpty() ? "" : "cameras." + camera.name() + ".";
        config.labels(camera, ofModel).stream()
                .filter(label -> !ofModel.names().contains(label))
                .forEach(label -> found.add(new Unknown(of + "homeassistant.labels", label)));
    }

    /** @param told filters of which it is told elsewhere */
    private static void unknown(
            LabelFilters filters, LabelFilters told, String owner, Labels ofModel, List<Unknown> found) {
        for (String label : filters.named()) {
            if (!ofModel.names().contains(label) && !told.named().contains(label)) {
                String key = filters.only().contains(label) ? ".filters.only" : ".filters.labels." + label;
                found.add(new Unknown(owner + key, label));
            }
        }
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
