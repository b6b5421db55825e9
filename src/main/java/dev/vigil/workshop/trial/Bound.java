package dev.vigil.workshop.trial;

/**
 * How far a model may be from the one that it was made of.
 *
 * @param score largest difference of the scores of a box; of a model that is no detector the largest difference of a value, in
 *     parts of its output's largest
 * @param cornerPx largest difference of a corner, in pixels of the model's input
 */
public record Bound(double score, double cornerPx) {
    /** How far beyond the bound it is: up to 1 it is not. A candidate that only one of them has is always beyond. */
    public double excess(Likeness likeness) {
        return likeness.boxes() == null
                ? likeness.outputs() / score
                : Math.max(
                        likeness.candidates().alone() == 0
                                ? 0
                                : 1 + likeness.candidates().alone(),
                        excess(
                                likeness.candidates().score(),
                                likeness.candidates().cornerPx()));
    }

    double excess(double scoreApart, double pxApart) {
        return Math.max(scoreApart / score, pxApart / cornerPx);
    }

    public boolean holds(Likeness likeness) {
        return excess(likeness) <= 1;
    }
}
