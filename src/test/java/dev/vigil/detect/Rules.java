package dev.vigil.detect;

/** {@link BoxRules} for models without a file. */
final class Rules {
    /** More than any test has. */
    private static final int CLASSES = 100;

    private Rules() {}

    /** Of a model that usually has its boxes suppressed by class. */
    static BoxRules of(DetectOptions options, int classes) {
        return options.rules(Suppression.USUAL, Labels.numbered(classes));
    }

    /** Whatever the score. */
    static BoxRules of(Suppression suppression) {
        DetectOptions all = new DetectOptions(0, Suppression.Override.NONE, 1, LabelFilters.NONE);
        return all.rules(suppression, Labels.numbered(CLASSES));
    }
}
