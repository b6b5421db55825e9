package dev.vigil.config;

import dev.vigil.detect.BoxFilter;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.LabelFilters;
import dev.vigil.detect.Suppression;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads which boxes count, of a model or a camera. */
final class DetectReader {
    private static final Range UNIT = Range.of(0, 1);
    private static final Range SIGMA = Range.of(0.01, 100);
    private static final Range RATIO = Range.of(0.001, 1_000);
    private static final Range COUNT = Range.of(1, DetectOptions.BOXES_MAX);
    private static final String FAMILYS = "the family's";
    private static final String LABELS_ALLOWED = "labels of the model: [person, car]";
    private static final Pattern LABEL = Pattern.compile("[^\\p{Cntrl}]{1,100}");
    private static final String LABEL_ALLOWED = "a label of the model";

    private DetectReader() {}

    static DetectOptions ofModel(Section model) {
        DetectOptions standard = DetectOptions.DEFAULT;
        float score = (float) model.number("score", UNIT, Range.decimal(standard.scoreMin()));
        Suppression.Kind kind = model.optionalChoice("suppression", Suppression.Kind.class, FAMILYS);
        Float iou = number(model, "iou", UNIT, FAMILYS);
        Float sigma = number(model, "sigma", SIGMA, FAMILYS);
        int boxesMax = model.integer("max_boxes", COUNT, standard.boxesMax());
        LabelFilters filters = filters(model, LabelFilters.NONE, "none");
        return new DetectOptions(score, new Suppression.Override(kind, iou, sigma), boxesMax, filters);
    }

    /** What is not said is the model's, key by key. */
    static DetectOptions ofCamera(Section camera, DetectOptions ofModel) {
        double score = camera.number("score", UNIT, Range.decimal(ofModel.scoreMin()), "its model's", false);
        LabelFilters filters = filters(camera, ofModel.filters(), "its model's");
        return new DetectOptions((float) score, ofModel.suppression(), ofModel.boxesMax(), filters);
    }

    private static LabelFilters filters(Section owner, LabelFilters standard, String fallbackWords) {
        Section section = owner.section("filters");
        List<String> only = Lists.oneOrMore(section, "only", "labels", fallbackWords, false, LABELS_ALLOWED).stream()
                .map(Section.Scalar::value)
                .toList();
        BoxFilter all = measures(section, null, fallbackWords);
        Map<String, BoxFilter> labels = new LinkedHashMap<>();
        Map<String, Section> sections = section.named("labels", LABEL, LABEL_ALLOWED);
        sections.forEach((label, of) -> {
            Float score = number(of, "score", UNIT, "that of all labels");
            BoxFilter filter = measures(of, score, "that of all labels");
            if (!filter.equals(BoxFilter.NONE)) {
                labels.put(label, filter);
            }
            of.finish();
        });
        section.finish();
        LabelFilters filters = new LabelFilters(only, all, labels).over(standard);
        contradictions(section, filters.all(), standard.all());
        filters.labels()
                .keySet()
                .forEach(label ->
                        contradictions(sections.getOrDefault(label, section), filters.of(label), standard.of(label)));
        return filters;
    }

    private static BoxFilter measures(Section section, Float score, String fallbackWords) {
        Float areaMin = number(section, "min_area", UNIT, fallbackWords);
        Float areaMax = number(section, "max_area", UNIT, fallbackWords);
        Float ratioMin = number(section, "min_ratio", RATIO, fallbackWords);
        Float ratioMax = number(section, "max_ratio", RATIO, fallbackWords);
        Integer countMax = wholeNumber(section, "max_count", COUNT, fallbackWords);
        return new BoxFilter(score, areaMin, areaMax, ratioMin, ratioMax, countMax);
    }

    /** @param before what holds without the section: of what was wrong there it is told there */
    private static void contradictions(Section section, BoxFilter filter, BoxFilter before) {
        if (!isContradiction(before.areaMin(), before.areaMax())) {
            contradiction(section, "area", filter.areaMin(), filter.areaMax());
        }
        if (!isContradiction(before.ratioMin(), before.ratioMax())) {
            contradiction(section, "ratio", filter.ratioMin(), filter.ratioMax());
        }
    }

    private static boolean isContradiction(Float min, Float max) {
        return min != null && max != null && min > max;
    }

    private static void contradiction(Section section, String what, Float min, Float max) {
        if (isContradiction(min, max)) {
            String key = section.has("min_" + what) ? "min_" + what : "max_" + what;
            section.problem(
                    key,
                    "no box can have min_" + what + " " + min + " and max_" + what + " " + max
                            + ": the first must not be larger");
        }
    }

    /** @return null if missing or wrong */
    private static Integer wholeNumber(Section section, String key, Range range, String fallbackWords) {
        section.known(key, "whole number", fallbackWords, false, range.toString());
        return section.has(key) ? Integer.valueOf(section.integer(key, range, (int) range.min())) : null;
    }

    /** @return null if missing or wrong */
    private static Float number(Section section, String key, Range range, String fallbackWords) {
        section.known(key, "number", fallbackWords, false, range.toString());
        Section.Scalar scalar = section.scalar(key, range.toString());
        Double number = scalar == null ? null : section.number(key, scalar, range);
        return number == null ? null : number.floatValue();
    }
}
