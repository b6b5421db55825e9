package dev.vigil.detect.family;

/** The logistic function, which turns a logit into a score of 0..1, and its inverse. */
final class Logistic {
    private Logistic() {}

    /** {@code 1 / (1 + exp(-logit))}; NaN stays NaN. */
    static float of(float logit) {
        return (float) (1 / (1 + Math.exp(-logit)));
    }

    /**
     * A logit that is a little below that of the score: no logit that is {@code <=} this has a higher one. So what can not count
     * is passed by without computing its score.
     *
     * @param score 0..1
     */
    static float floor(float score) {
        return (float) (Math.log(score / (1.0 - score)) - 1e-3);
    }
}
