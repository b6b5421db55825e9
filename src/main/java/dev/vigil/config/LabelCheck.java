package dev.vigil.config;

import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import java.util.List;
import java.util.Optional;

/** Sees to it that the labels which Home Assistant has sensors for are ones that the camera's model can tell. */
public final class LabelCheck {
    private static final int LISTED_MAX = 12;

    private LabelCheck() {}

    /** As far as it is known without loading a model what it can tell. */
    static void check(VigilConfig config, Problems problems) {
        for (ModelConfig model : config.models().values()) {
            described(model.description()).ifPresent(labels -> check(config, model.name(), labels, problems));
        }
    }

    /** Adds a problem for each label that a camera of the model names and the model can not tell. */
    public static void check(VigilConfig config, String model, Labels labels, Problems problems) {
        for (CameraConfig camera : config.cameras()) {
            if (model.equals(camera.model())) {
                String of = camera.labels().isEmpty() ? "" : "cameras." + camera.name() + ".";
                unknown(config, camera, labels)
                        .forEach(label -> problems.add(of + "homeassistant.labels", words(label, model, labels)));
            }
        }
    }

    /**
     * The labels of a camera, of a model that has been loaded.
     *
     * @throws ModelException when the model can not tell one of them
     */
    public static List<String> labels(VigilConfig config, CameraConfig camera, Labels ofModel) throws ModelException {
        List<String> unknown = unknown(config, camera, ofModel);
        if (!unknown.isEmpty()) {
            String of = camera.labels().isEmpty() ? "" : "cameras." + camera.name() + ".";
            throw new ModelException(of + "homeassistant.labels: " + words(unknown.get(0), camera.model(), ofModel));
        }
        return config.labels(camera, ofModel);
    }

    private static List<String> unknown(VigilConfig config, CameraConfig camera, Labels ofModel) {
        return config.labels(camera, ofModel).stream()
                .filter(label -> !ofModel.names().contains(label))
                .toList();
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
