package dev.vigil.detect;

/**
 * Which boxes of a label count; each null where nothing is said. Area and ratio are those of what lies within the frame.
 *
 * @param scoreMin its score is above this, 0..1
 * @param areaMin smallest share of the frame's area, 0..1
 * @param areaMax largest share of the frame's area, 0..1
 * @param ratioMin smallest width over height, in pixels of the frame
 * @param ratioMax largest width over height, in pixels of the frame
 * @param countMax most boxes of one frame, the best by score
 */
public record BoxFilter(
        Float scoreMin, Float areaMin, Float areaMax, Float ratioMin, Float ratioMax, Integer countMax) {
    /** Says nothing. */
    public static final BoxFilter NONE = new BoxFilter(null, null, null, null, null, null);

    public BoxFilter {
        // Each written so that NaN is refused too.
        unit("scoreMin", scoreMin);
        unit("areaMin", areaMin);
        unit("areaMax", areaMax);
        positive("ratioMin", ratioMin);
        positive("ratioMax", ratioMax);
        if (countMax != null && countMax < 1) {
            throw new IllegalArgumentException("countMax is " + countMax + ", allowed is 1 and more");
        }
    }

    private static void unit(String name, Float value) {
        if (value != null && !(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed is 0..1");
        }
    }

    private static void positive(String name, Float value) {
        if (value != null && !(value > 0 && value < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed is more than 0");
        }
    }

    /** What is said here, and where nothing is said, what {@code other} says. */
    public BoxFilter over(BoxFilter other) {
        return new BoxFilter(
                either(scoreMin, other.scoreMin),
                either(areaMin, other.areaMin),
                either(areaMax, other.areaMax),
                either(ratioMin, other.ratioMin),
                either(ratioMax, other.ratioMax),
                either(countMax, other.countMax));
    }

    private static <T> T either(T said, T other) {
        return said != null ? said : other;
    }
}
