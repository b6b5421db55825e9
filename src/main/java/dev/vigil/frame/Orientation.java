package dev.vigil.frame;

/**
 * How a picture's stored pixels become upright: mirrored left to right first where {@link #mirrored()}, then turned clockwise
 * by {@link #quarterTurns()}. Every orientation of EXIF and every display matrix of right angles is one of these eight.
 */
public enum Orientation {
    UPRIGHT(0, false),
    TURNED_90(1, false),
    TURNED_180(2, false),
    TURNED_270(3, false),
    MIRRORED(0, true),
    MIRRORED_TURNED_90(1, true),
    MIRRORED_TURNED_180(2, true),
    MIRRORED_TURNED_270(3, true);

    private static final Orientation[] ALL = values();

    private final int quarterTurns;
    private final boolean mirrored;

    Orientation(int quarterTurns, boolean mirrored) {
        this.quarterTurns = quarterTurns;
        this.mirrored = mirrored;
    }

    public static Orientation of(int quarterTurns, boolean mirrored) {
        return ALL[(quarterTurns & 3) + (mirrored ? 4 : 0)];
    }

    /** Clockwise, 0 to 3. */
    public int quarterTurns() {
        return quarterTurns;
    }

    /** Left and right are exchanged, before it is turned. */
    public boolean mirrored() {
        return mirrored;
    }

    /** Width and height of the stored pixels are height and width of the upright picture. */
    public boolean isSideways() {
        return (quarterTurns & 1) != 0;
    }

    /** This one, and then mirrored left to right. */
    public Orientation flipped() {
        return of(-quarterTurns, !mirrored); // a picture that is turned and then mirrored is mirrored and turned back
    }

    /** This one, and then turned further clockwise. */
    public Orientation turned(int moreQuarterTurns) {
        return of(quarterTurns + moreQuarterTurns, mirrored);
    }
}
