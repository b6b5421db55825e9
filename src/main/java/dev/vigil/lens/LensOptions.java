package dev.vigil.lens;

import java.time.Duration;

/**
 * What is judged of a camera's pictures. A time of zero: not at all.
 *
 * @param enabled whether anything is
 * @param interval at least, between two pictures that are looked at
 * @param blackAfter how long pictures must be black, or all of one colour, to be told of
 * @param frozenAfter the same for pictures that do not change
 * @param blurredAfter the same for pictures that are out of focus
 */
public record LensOptions(
        boolean enabled, Duration interval, Duration blackAfter, Duration frozenAfter, Duration blurredAfter) {
    public static final LensOptions DEFAULT = new LensOptions(
            true, Duration.ofMillis(500), Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(60));
}
