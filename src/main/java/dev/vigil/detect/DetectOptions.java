package dev.vigil.detect;

import java.util.Collection;

/**
 * Which boxes count, as people say it: whatever the model is. {@link #rules} settles it for one.
 *
 * @param scoreMin a box counts when its score is above this, 0..1; for labels that say nothing else
 * @param suppression what happens to boxes that overlap, where it is not what the model's family usually does
 * @param boxesMax most boxes of one frame, the best by score
 * @param filters what else must hold
 */
public record DetectOptions(float scoreMin, Suppression.Override suppression, int boxesMax, LabelFilters filters) {
    /** Suppression compares every candidate with every better box: ten thousand would cost hundreds of milliseconds. */
    public static final int BOXES_MAX = 1_000;

    public static final DetectOptions DEFAULT =
            new DetectOptions(0.4f, Suppression.Override.NONE, 300, LabelFilters.NONE);

    public DetectOptions {
        // Written so that NaN is refused too.
        if (!(scoreMin >= 0 && scoreMin <= 1)) {
            throw new IllegalArgumentException("scoreMin is " + scoreMin + ", allowed is 0..1");
        }
        if (boxesMax < 1 || boxesMax > BOXES_MAX) {
            throw new IllegalArgumentException("boxesMax is " + boxesMax + ", allowed is 1.." + BOXES_MAX);
        }
    }

    /** The family's suppression with another IoU, and no filters. */
    public DetectOptions(float scoreMin, float iouMax, int boxesMax) {
        this(scoreMin, new Suppression.Override(null, iouMax, null), boxesMax, LabelFilters.NONE);
    }

    /** The most boxes that any of some wants; 1 for none. */
    public static int boxesMax(Collection<DetectOptions> some) {
        return some.stream().mapToInt(DetectOptions::boxesMax).max().orElse(1);
    }

    public DetectOptions withScoreMin(float newScoreMin) {
        return new DetectOptions(newScoreMin, suppression, boxesMax, filters);
    }

    /** The same with filters for what nothing is said of. */
    public DetectOptions withDefaults(LabelFilters usual) {
        return new DetectOptions(scoreMin, suppression, boxesMax, filters.over(usual));
    }

    /**
     * What this means for one model.
     *
     * @param usual what its family does with boxes that overlap
     * @param labels of its classes; a filter for a label that is not among them is for no box
     */
    public BoxRules rules(Suppression usual, Labels labels) {
        return new BoxRules(this, suppression.over(usual), labels);
    }
}
