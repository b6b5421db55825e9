package dev.vigil.source.sim;

import dev.vigil.base.Clock;
import java.time.Duration;

/**
 * The two clocks inside a camera: the one that samples, which RTP timestamps count, and the wall clock, which sender reports
 * tell. Both are right until someone makes them wrong; what is set holds from the next frame and report on. True time is this
 * machine's. Threadsafe.
 */
public final class CameraClock {
    private final Clock clock;
    private final UtcAnchor utc;
    /** Replaced as a whole, so that a frame sees all of a change or nothing. */
    private volatile State state = new State(0, 0, 0, 0, 0);

    private volatile boolean reporting = true;

    /**
     * @param sinceNs the moment that the rest is counted from, on the monotonic clock
     * @param wallErrorNs how far the wall clock was ahead of true time then
     * @param wallPpm how much faster it runs than true time, in parts per million
     * @param samplingErrorTicks how far RTP timestamps were ahead then
     * @param samplingPpm how much faster they count
     */
    private record State(
            long sinceNs, double wallErrorNs, double wallPpm, double samplingErrorTicks, double samplingPpm) {
        double wallErrorNs(long monotonicNs) {
            return wallErrorNs + (monotonicNs - sinceNs) * wallPpm * 1e-6;
        }

        double samplingErrorTicks(long monotonicNs) {
            return samplingErrorTicks + (monotonicNs - sinceNs) * samplingPpm * 1e-15 * Timeline.RTP_HZ;
        }

        State at(long nowNs) {
            return new State(nowNs, wallErrorNs(nowNs), wallPpm, samplingErrorTicks(nowNs), samplingPpm);
        }
    }

    CameraClock(Clock clock, UtcAnchor utc) {
        this.clock = clock;
        this.utc = utc;
    }

    /** The wall clock runs faster by so many parts per million from now on; slower where negative. */
    public synchronized void wallDrift(double ppm) {
        State now = state.at(clock.monotonicNs());
        state = new State(now.sinceNs, now.wallErrorNs, ppm, now.samplingErrorTicks, now.samplingPpm);
    }

    /** RTP timestamps count faster by so many parts per million from now on, while pictures come as before. */
    public synchronized void samplingDrift(double ppm) {
        State now = state.at(clock.monotonicNs());
        state = new State(now.sinceNs, now.wallErrorNs, now.wallPpm, now.samplingErrorTicks, ppm);
    }

    /** Sets the wall clock forwards, or back where negative; RTP timestamps go on. */
    public synchronized void stepWall(Duration by) {
        State now = state.at(clock.monotonicNs());
        double errorNs = now.wallErrorNs + by.toMillis() * 1e6;
        state = new State(now.sinceNs, errorNs, now.wallPpm, now.samplingErrorTicks, now.samplingPpm);
    }

    /** RTP timestamps jump forwards, or back where negative; the wall clock goes on. */
    public synchronized void jumpTimestamps(Duration by) {
        State now = state.at(clock.monotonicNs());
        double errorTicks = now.samplingErrorTicks + by.toMillis() / 1e3 * Timeline.RTP_HZ;
        state = new State(now.sinceNs, now.wallErrorNs, now.wallPpm, errorTicks, now.samplingPpm);
    }

    /** Whether sender reports are sent. */
    public void reports(boolean send) {
        reporting = send;
    }

    boolean reports() {
        return reporting;
    }

    /** Both clocks are right again, at once, and reports are sent. */
    public synchronized void setRight() {
        state = new State(0, 0, 0, 0, 0);
        reporting = true;
    }

    /**
     * What the wall clock shows, in nanoseconds since 1970 UTC.
     *
     * @param monotonicNs a moment of true time
     */
    public long wallNs(long monotonicNs) {
        return utc.utcNs(monotonicNs) + Math.round(state.wallErrorNs(monotonicNs));
    }

    /** By how many ticks RTP timestamps are ahead of true time. */
    double samplingErrorTicks(long monotonicNs) {
        return state.samplingErrorTicks(monotonicNs);
    }
}
