package dev.vigil.detect;

import java.util.Arrays;

/** Which boxes of one camera count, settled for one model: by class ids instead of labels. Immutable. */
public final class BoxRules {
    private final Suppression suppression;
    private final int boxesMax;
    /** All by class id. */
    private final float[] scoreMin;

    private final float[] areaMin;
    private final float[] areaMax;
    private final float[] ratioMin;
    private final float[] ratioMax;
    private final int[] countMax;
    /** Whether any class has a limit of its area or ratio. */
    private final boolean measured;

    private final float scoreFloor;
    private final BoxRules ofView;

    BoxRules(DetectOptions options, Suppression suppression, Labels labels) {
        this.suppression = suppression;
        this.boxesMax = options.boxesMax();
        int classes = labels.count();
        scoreMin = new float[classes];
        areaMin = new float[classes];
        areaMax = new float[classes];
        ratioMin = new float[classes];
        ratioMax = new float[classes];
        countMax = new int[classes];
        boolean anyMeasured = false;
        float lowest = Float.MAX_VALUE;
        for (int c = 0; c < classes; c++) {
            BoxFilter filter = options.filters().of(labels.name(c));
            scoreMin[c] = options.filters().wants(labels.name(c))
                    ? or(filter.scoreMin(), options.scoreMin())
                    : Float.MAX_VALUE; // no score is above it
            areaMin[c] = or(filter.areaMin(), 0);
            areaMax[c] = or(filter.areaMax(), Float.POSITIVE_INFINITY);
            ratioMin[c] = or(filter.ratioMin(), 0);
            ratioMax[c] = or(filter.ratioMax(), Float.POSITIVE_INFINITY);
            countMax[c] = filter.countMax() == null ? Integer.MAX_VALUE : filter.countMax();
            lowest = Math.min(lowest, scoreMin[c]);
            anyMeasured |= areaMin[c] > 0
                    || areaMax[c] < Float.POSITIVE_INFINITY
                    || ratioMin[c] > 0
                    || ratioMax[c] < Float.POSITIVE_INFINITY;
        }
        scoreFloor = lowest;
        measured = anyMeasured;
        ofView = anyMeasured ? new BoxRules(this) : this;
    }

    /** For views of the frames that {@code whole} is for. */
    private BoxRules(BoxRules whole) {
        suppression = whole.suppression;
        boxesMax = whole.boxesMax;
        scoreMin = whole.scoreMin;
        areaMin = whole.areaMin;
        areaMax = whole.areaMax;
        ratioMin = whole.ratioMin;
        ratioMax = whole.ratioMax;
        countMax = new int[whole.countMax.length];
        Arrays.fill(countMax, Integer.MAX_VALUE);
        measured = true;
        scoreFloor = whole.scoreFloor;
        ofView = this;
    }

    private static float or(Float said, float other) {
        return said == null ? other : said;
    }

    public Suppression suppression() {
        return suppression;
    }

    /** Most boxes of one frame. */
    public int boxesMax() {
        return boxesMax;
    }

    public int classes() {
        return scoreMin.length;
    }

    /** Whether there is such a class. */
    boolean knows(int classId) {
        return classId >= 0 && classId < scoreMin.length;
    }

    /** The lowest score that counts for any class. */
    public float scoreFloor() {
        return scoreFloor;
    }

    /** A box of a class counts when its score is above this. */
    public float scoreMin(int classId) {
        return scoreMin[classId];
    }

    /** Most boxes of a class. */
    public int countMax(int classId) {
        return countMax[classId];
    }

    /** Whether {@link #allows} may say no. */
    boolean isMeasured() {
        return measured;
    }

    /**
     * Whether a box has an area and a ratio that are wanted of its class.
     *
     * @param widthPx of what lies within the frame, in its pixels, as {@code heightPx} is
     * @param framePx the frame's area in pixels
     */
    boolean allows(int classId, float widthPx, float heightPx, float framePx) {
        float area = widthPx * heightPx / framePx;
        // Ratios without a division, which a box without height would not survive.
        return area >= areaMin[classId]
                && area <= areaMax[classId]
                && widthPx >= ratioMin[classId] * heightPx
                && (widthPx <= ratioMax[classId] * heightPx || ratioMax[classId] == Float.POSITIVE_INFINITY);
    }

    /** As {@link #allows} of the part of a box that is seen: whether something at least as large may be wanted. */
    boolean allowsMore(int classId, float widthPx, float heightPx, float framePx) {
        return widthPx * heightPx / framePx <= areaMax[classId];
    }

    /**
     * The same for a view that may cut boxes: with areas or ratios, a label's count is for what is left of them when they are
     * joined.
     */
    BoxRules ofView() {
        return ofView;
    }
}
