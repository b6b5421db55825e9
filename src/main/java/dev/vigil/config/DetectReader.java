package dev.vigil.config;

import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.LabelFilters;
import dev.vigil.detect.Suppression;

/** Reads which boxes count, of a model or a camera. */
final class DetectReader {
    private static final Range SCORE = Range.of(0, 1);
    private static final Range IOU = Range.of(0, 1);
    private static final Range SIGMA = Range.of(0.01, 100);
    private static final String FAMILYS = "the family's";

    private DetectReader() {}

    static DetectOptions ofModel(Section model) {
        DetectOptions standard = DetectOptions.DEFAULT;
        float score = (float) model.number("score", SCORE, Range.decimal(standard.scoreMin()));
        Suppression.Kind kind = model.optionalChoice("suppression", Suppression.Kind.class, FAMILYS);
        Float iou = number(model, "iou", IOU, FAMILYS);
        Float sigma = number(model, "sigma", SIGMA, FAMILYS);
        int boxesMax = model.integer("max_boxes", Range.of(1, DetectOptions.BOXES_MAX), standard.boxesMax());
        return new DetectOptions(score, new Suppression.Override(kind, iou, sigma), boxesMax, LabelFilters.NONE);
    }

    static DetectOptions ofCamera(Section camera, DetectOptions ofModel) {
        double score = camera.number("score", SCORE, Range.decimal(ofModel.scoreMin()), "its model's", false);
        return ofModel.withScoreMin((float) score);
    }

    /** @return null if missing or wrong */
    private static Float number(Section section, String key, Range range, String fallbackWords) {
        section.known(key, "number", fallbackWords, false, range.toString());
        Section.Scalar scalar = section.scalar(key, range.toString());
        Double number = scalar == null ? null : section.number(key, scalar, range);
        return number == null ? null : number.floatValue();
    }
}
