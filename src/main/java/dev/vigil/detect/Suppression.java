package dev.vigil.detect;

/**
 * What happens to boxes that overlap.
 *
 * @param iouMax largest intersection over union that two boxes may have that are both kept, 0..1
 */
public record Suppression(Kind kind, float iouMax) {
    public enum Kind {
        /** None: for models that give each object once, or have their own suppression inside. */
        NONE,
        /** Greedy: the best stays, and drops those of its class that overlap it too much. */
        BY_CLASS
    }

    /** What is usual for a detector of many overlapping candidates. */
    public static final Suppression USUAL = new Suppression(Kind.BY_CLASS, 0.45f);

    /** For models that give each object once. */
    public static final Suppression END_TO_END = new Suppression(Kind.NONE, 1);
}
