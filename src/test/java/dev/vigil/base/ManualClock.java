package dev.vigil.base;

import java.util.concurrent.TimeUnit;

/** Time that a test owns: both clocks stand still until they are moved on. */
public final class ManualClock implements Clock {
    private final long utcUsAtZero;
    private volatile long nowNs;

    /** At one second after the origin of both clocks. */
    public ManualClock() {
        this(TimeUnit.SECONDS.toNanos(1), 0);
    }

    /** @param utcUsAtZero what the calendar says when the monotonic clock is 0 */
    public ManualClock(long nowNs, long utcUsAtZero) {
        this.nowNs = nowNs;
        this.utcUsAtZero = utcUsAtZero;
    }

    public void advanceNs(long ns) {
        nowNs += ns;
    }

    public void advanceMs(long ms) {
        advanceNs(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    @Override
    public long monotonicNs() {
        return nowNs;
    }

    @Override
    public long utcUs() {
        return utcUsAtZero + nowNs / 1_000;
    }
}
