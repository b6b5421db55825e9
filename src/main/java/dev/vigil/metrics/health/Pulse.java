package dev.vigil.metrics.health;

import dev.vigil.base.Clock;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;

/**
 * One thread or loop that must move. It beats when it begins a piece of work and rests when it has none; between the two it may be
 * silent for as long as its limit. Who waits for another part rests, so that only the part that does not move is to blame.
 *
 * <p>{@link #beat}, {@link #beatUntil} and {@link #rest} are the thread's own: one opaque write each, and no allocation. The
 * rest is for any thread.
 */
public final class Pulse {
    private static final long REST = Long.MIN_VALUE;
    private static final VarHandle SINCE;

    static {
        try {
            SINCE = MethodHandles.lookup().findVarHandle(Pulse.class, "sinceNs", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String part;
    private final Duration limit;
    private final Clock clock;
    /** From when on it counts as silent; {@link #REST} while it waits for work. Written through {@link #SINCE}. */
    private long sinceNs = REST;

    Pulse(String part, Duration limit, Clock clock) {
        this.part = part;
        this.limit = limit;
        this.clock = clock;
    }

    /** A pulse that nobody watches, for parts that are used where nobody does. */
    public static Pulse unwatched(Clock clock) {
        return new Pulse("", Duration.ZERO, clock);
    }

    /** It works, from now on. */
    public void beat() {
        SINCE.setOpaque(this, clock.monotonicNs());
    }

    /**
     * It does what may take long and has a deadline of its own, such as a read from a camera: only beyond that it counts as silent.
     *
     * @param deadlineNs on the monotonic clock
     */
    public void beatUntil(long deadlineNs) {
        SINCE.setOpaque(this, deadlineNs);
    }

    /** It waits for work, from now on; that may last for ever. */
    public void rest() {
        SINCE.setOpaque(this, REST);
    }

    /** What moves, for people: {@code gate reader}, {@code ssd infer-1}. */
    public String part() {
        return part;
    }

    /** How long it may be silent while it works. */
    public Duration limit() {
        return limit;
    }

    /** For how long nothing was heard of it; 0 while it rests. */
    public long silentNs(long nowNs) {
        long since = (long) SINCE.getOpaque(this);
        return since == REST ? 0 : Math.max(0, nowNs - since);
    }

    /** Since when it is silent; {@code nowNs} while it rests. */
    long silentSinceNs(long nowNs) {
        return nowNs - silentNs(nowNs);
    }
}
