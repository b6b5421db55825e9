package dev.vigil.workshop.half;

import dev.vigil.workshop.trial.Likeness;

/**
 * How far a model in FP16 may be from the one that it was made of.
 *
 * @param score largest difference of the scores of a pair of boxes; of a model that is no detector the largest difference of a
 *     value, in parts of its output's largest
 * @param cornerPx largest difference of a corner, in pixels of the frame
 */
public record Bound(double score, double cornerPx) {
    public static final Bound USUAL = new Bound(0.01, 1);

    /** How far beyond the bound it is: up to 1 it is not. A box that only one of them has is always beyond. */
    double excess(Likeness likeness) {
        if (likeness.boxes() == null) {
            return likeness.outputs() / score;
        }
        double alone = likeness.boxes().alone() == 0 ? 0 : 1 + likeness.boxes().alone();
        double worst =
                Math.max(likeness.boxes().score() / score, likeness.boxes().cornerPx() / cornerPx);
        return Math.max(alone, worst);
    }

    boolean holds(Likeness likeness) {
        return excess(likeness) <= 1;
    }
}
