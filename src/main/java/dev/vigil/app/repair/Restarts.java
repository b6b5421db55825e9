package dev.vigil.app.repair;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * How often one part may be restarted: at once the first time, then after pauses that double, and no more than so often in a span
 * of time. What fails more often is not repaired by restarting it; but that there was no memory for it is not its fault, and only
 * counts when it lasts. Not threadsafe.
 */
final class Restarts {
    /** In {@link #SPAN}. */
    static final int MAX = 5;

    static final Duration SPAN = Duration.ofMinutes(10);
    /** In {@link #SPAN}, for want of memory: half a minute. */
    static final int EXCUSED_MAX = 30;

    private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(1);

    /** What is to be done with a part that is in trouble. */
    enum Verdict {
        RESTART,
        WAIT,
        GIVE_UP
    }

    private final ArrayDeque<Long> atNs = new ArrayDeque<>();
    private int excused;
    private long excusedNs;

    /** The part is in trouble. */
    Verdict ask(long nowNs) {
        while (!atNs.isEmpty() && nowNs - atNs.peekFirst() > SPAN.toNanos()) {
            atNs.removeFirst();
        }
        if (atNs.size() >= MAX) {
            return Verdict.GIVE_UP;
        }
        if (excused > 0 && nowNs - excusedNs < PAUSE_NS) {
            return Verdict.WAIT;
        }
        if (excused > 0 && nowNs - excusedNs > SPAN.toNanos()) {
            excused = 0;
        }
        if (atNs.isEmpty()) {
            return Verdict.RESTART;
        }
        long pauseNs = atNs.size() == 1 ? 0 : PAUSE_NS << (atNs.size() - 2);
        return nowNs - atNs.peekLast() >= pauseNs ? Verdict.RESTART : Verdict.WAIT;
    }

    /** It is restarted now. */
    void restarted(long nowNs) {
        atNs.addLast(nowNs);
    }

    /** The last restart came to nothing for want of memory. */
    void excuse(long nowNs) {
        if (excused < EXCUSED_MAX) {
            excused++;
            excusedNs = nowNs;
            atNs.removeLast();
        }
    }

    /** Since the span began. */
    int count() {
        return atNs.size();
    }
}
