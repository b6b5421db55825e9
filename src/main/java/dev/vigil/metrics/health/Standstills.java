package dev.vigil.metrics.health;

import java.time.Duration;

/**
 * The times in which the whole process stood still: stopped by a signal, suspended with its machine, in a long collection, or
 * without a core to run on. A watch that looks every so often comes late by them. Nobody could move then, and nobody is to blame.
 *
 * <p>Not threadsafe: its {@link Pulses} guard it.
 */
final class Standstills {
    /** Between two looks of the watch this much may pass; what is more is a standstill. */
    static final long LATE_NS = Duration.ofMillis(300).toNanos();

    /** A watch that has not looked for so long while others did is not late, but gone. */
    private static final long GONE_NS = Duration.ofSeconds(1).toNanos();

    /** More than one silence can span. */
    private static final int KEPT = 16;

    private final long[] fromNs = new long[KEPT];
    private final long[] toNs = new long[KEPT];
    private int next;

    private boolean watched;
    private long lookedNs;
    /** When somebody else first saw that the watch is late; {@code lookedNs} when nobody has. */
    private long seenLateNs;

    /** The watch looks. */
    void looked(long nowNs) {
        if (watched && nowNs - lookedNs > LATE_NS) {
            fromNs[next] = lookedNs + LATE_NS;
            toNs[next] = nowNs;
            next = (next + 1) % KEPT;
        }
        watched = true;
        lookedNs = nowNs;
        seenLateNs = nowNs;
    }

    /** How much of the time from {@code sinceNs} to {@code nowNs} the process stood still. */
    long within(long sinceNs, long nowNs) {
        long sum = 0;
        for (int i = 0; i < KEPT; i++) {
            sum += overlapNs(fromNs[i], toNs[i], sinceNs, nowNs);
        }
        return sum + (isLate(nowNs) ? overlapNs(lookedNs + LATE_NS, nowNs, sinceNs, nowNs) : 0);
    }

    /** Whether the process has only just begun to move again, so that the watch has not yet looked. */
    private boolean isLate(long nowNs) {
        if (!watched || nowNs - lookedNs <= LATE_NS) {
            return false;
        }
        if (seenLateNs == lookedNs) {
            seenLateNs = nowNs;
        }
        return nowNs - seenLateNs <= GONE_NS;
    }

    private static long overlapNs(long fromNs, long toNs, long sinceNs, long nowNs) {
        return Math.max(0, Math.min(toNs, nowNs) - Math.max(fromNs, sinceNs));
    }
}
