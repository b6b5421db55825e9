package dev.vigil.lens;

import dev.vigil.frame.Picture;

/**
 * Says of a single picture whether it shows anything, by the measures of {@link LensHealth}, but without knowing what its camera
 * usually shows. Not threadsafe.
 */
public final class PictureJudge {
    private final LumaRows rows = new LumaRows();
    private final LensMeter meter = new LensMeter();

    /** What is wrong with a picture. */
    public enum Verdict {
        /** Nothing that is known: also of one too small to be judged, or in a pixel format that is not read here. */
        GOOD,
        /** Black, with no light in it. */
        BLACK,
        /** All of one colour. */
        UNIFORM,
        /** Its edges are as wide as with a blur of σ = 4 in a picture of 960 pixels across. */
        BLURRED
    }

    /** Judges a picture; it stays the caller's. */
    public Verdict judge(Picture picture) {
        if (!rows.read(picture.frame())) {
            return Verdict.GOOD;
        }
        meter.measure(rows);
        if (meter.isBlack()) {
            return Verdict.BLACK;
        }
        if (meter.isUniform()) {
            return Verdict.UNIFORM;
        }
        return meter.isOutOfFocus() ? Verdict.BLURRED : Verdict.GOOD;
    }
}
