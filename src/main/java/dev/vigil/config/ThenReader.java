package dev.vigil.config;

import dev.vigil.detect.CropOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads a model's section {@code then}, and sees to it that those of all models fit together. */
final class ThenReader {
    private static final String KEY = "then";
    private static final Range MARGIN = Range.of(0, 1);
    private static final Pattern PIXELS = Pattern.compile("[1-9]\\d{0,3}(px)?");
    private static final Pattern COUNT = Pattern.compile("[1-9]\\d{0,2}");
    private static final String COUNT_ALLOWED = "1 to " + CropOptions.CROPS_MAX;

    private ThenReader() {}

    /** @return null where nothing is said, or no model is named */
    static ThenConfig then(Section model) {
        CropOptions standard = CropOptions.DEFAULT;
        Section then = model.section(KEY);
        String name = then.text("model", "name", "none", Names.PART, "a name under models");
        List<String> labels = Lists.words(then, "labels", "list", "all", "a list of the first model's labels");
        double margin = then.number(
                "margin",
                MARGIN,
                Range.decimal(standard.margin()),
                Range.plain(Range.decimal(standard.margin())),
                false);
        String minSize = then.text("min_size", "pixels", standard.minSizePx() + "px", PIXELS, "1px to 9999px");
        String max = then.text("max", "whole number", String.valueOf(standard.max()), COUNT, COUNT_ALLOWED);
        int crops = max == null ? standard.max() : Integer.parseInt(max);
        if (crops > CropOptions.CROPS_MAX) {
            then.problem("max", then.shown("max", max) + " is not allowed: " + COUNT_ALLOWED);
            crops = standard.max();
        }
        then.finish();
        boolean isSaid = model.node(KEY).filter(node -> !Entries.isNull(node)).isPresent();
        if (isSaid && !then.has("model")) {
            then.problem("model", "is missing: the name of the model that looks at the crops is expected");
        }
        return name == null
                ? null
                : new ThenConfig(
                        name,
                        new CropOptions(
                                labels == null ? List.of() : labels,
                                (float) margin,
                                minSize == null ? standard.minSizePx() : Integer.parseInt(minSize.replace("px", "")),
                                crops));
    }

    /**
     * Adds a problem for each model that is not there, and for each circle.
     *
     * @return whether there is none
     */
    static boolean check(Map<String, ModelConfig> models, Problems problems) {
        boolean fine = true;
        Set<String> inCircle = new HashSet<>();
        for (ModelConfig model : models.values()) {
            if (model.then() == null) {
                continue;
            }
            String path = "models." + model.name() + ".then.model";
            if (!models.containsKey(model.then().model())) {
                fine = false;
                List<String> names = List.copyOf(models.keySet());
                problems.add(
                        path,
                        // Without the name: it may have come from a variable.
                        "there is no such model"
                                + Suggestion.didYouMean(model.then().model(), names) + ": " + Entries.or(names)
                                + " is allowed");
                continue;
            }
            List<String> way = new ArrayList<>();
            ModelConfig at = model;
            while (at != null && !way.contains(at.name())) {
                way.add(at.name());
                at = at.then() == null ? null : models.get(at.then().model());
            }
            fine &= at == null;
            if (at == model && !inCircle.contains(at.name())) {
                inCircle.addAll(way);
                problems.add(path, "leads in a circle: " + String.join(" → ", way) + " → " + model.name());
            }
        }
        return fine;
    }
}
