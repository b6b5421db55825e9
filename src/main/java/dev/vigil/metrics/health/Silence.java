package dev.vigil.metrics.health;

import java.time.Duration;

/**
 * A part that has work and does not move.
 *
 * @param part as {@link Pulse#part()} names it
 * @param lasts since when nothing was heard of it, without the time in which the whole process stood still
 * @param limit how long it may at most be silent
 */
public record Silence(String part, Duration lasts, Duration limit) {
    /** Such as {@code ssd convert silent for 2100 ms, limit 1500 ms}. */
    @Override
    public String toString() {
        return part + " silent for " + lasts.toMillis() + " ms, limit " + limit.toMillis() + " ms";
    }
}
