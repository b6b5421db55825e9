package dev.vigil.infer;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How long a better device is left alone before it is tried again: the longer, the less it has held. The system properties {@code
 * vigil.climb.first} and {@code vigil.climb.longest} set the seconds, for tests. Not threadsafe.
 */
final class ClimbPauses {
    private static final Duration FIRST = Duration.ofSeconds(Long.getLong("vigil.climb.first", 60));
    private static final Duration LONGEST = Duration.ofSeconds(Long.getLong("vigil.climb.longest", 1_800));
    private static final long NEVER = Long.MIN_VALUE;

    private final long firstNs;
    private final long longestNs;
    private long pauseNs;
    /** When one was gone up to, or that was tried in vain. */
    private long triedNs = NEVER;

    ClimbPauses() {
        this(FIRST, LONGEST);
    }

    ClimbPauses(Duration first, Duration longest) {
        this.firstNs = first.toNanos();
        this.longestNs = longest.toNanos();
        this.pauseNs = firstNs;
    }

    void tried() {
        triedNs = System.nanoTime();
    }

    /** The next one; twice as long as the last, unless what was gone up to has held for longer than it was waited for. */
    long nextNs() {
        boolean held = triedNs != NEVER && System.nanoTime() - triedNs > 2 * pauseNs;
        long nextNs = held ? firstNs : pauseNs;
        pauseNs = Math.min(2 * nextNs, longestNs);
        return nextNs;
    }

    /**
     * The device can be had by another process only, which knows nothing of this one: one that was lost soon after the start is
     * left for the longest, so that processes do not follow one another.
     *
     * @param upNs for how long this process has run
     */
    void lostAfter(long upNs) {
        triedNs = NEVER;
        pauseNs = upNs >= longestNs ? firstNs : longestNs;
    }

    void lost() {
        lostAfter(TimeUnit.MILLISECONDS.toNanos(
                ManagementFactory.getRuntimeMXBean().getUptime()));
    }
}
