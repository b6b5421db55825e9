package dev.vigil.workshop.distill;

import dev.vigil.workshop.trial.FrameWalk.Place;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * A frame that may become part of the set.
 *
 * @param file its picture, upright
 * @param place where it is from
 * @param scene counts up whenever the picture becomes another, or the source does
 * @param sketch see {@link FrameSketch}
 * @param labels the classes that the teacher saw at a glance
 */
record Candidate(Path file, Place place, int scene, float[] sketch, BitSet labels, int widthPx, int heightPx) {
    /** Whether its source is a single picture, which has no time. */
    boolean isSingle() {
        return place.length() == 1;
    }
}
