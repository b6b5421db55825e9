package dev.vigil.app.repair;

import dev.vigil.base.Clock;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when the whole process stood still (stopped by a signal, without a core to run on), and when
 * the system's clock was set. To be looked at every {@link #EVERY_NS} by a thread that waits for nothing, which owns it.
 */
final class TimeWatch {
    static final long EVERY_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** What is less may be a busy box. */
    private static final long STILL_MIN_NS = TimeUnit.SECONDS.toNanos(1);
    /** Clocks that are corrected little by little are not set. */
    private static final long STEP_MIN_US = TimeUnit.MILLISECONDS.toMicros(500);

    private static final Logger LOG = LoggerFactory.getLogger(TimeWatch.class);

    private final Clock clock;
    private long lookedNs;
    private long lookedUs;

    TimeWatch(Clock clock) {
        this.clock = clock;
        this.lookedNs = clock.monotonicNs();
        this.lookedUs = clock.utcUs();
    }

    void look() {
        long nowNs = clock.monotonicNs();
        long nowUs = clock.utcUs();
        long passedNs = nowNs - lookedNs;
        long setByUs = nowUs - lookedUs - passedNs / 1_000;
        lookedNs = nowNs;
        lookedUs = nowUs;
        if (passedNs - EVERY_NS >= STILL_MIN_NS) {
            LOG.warn(
                    "Vigil stood still for {} s: it was stopped, or got no core to run on",
                    String.format(Locale.ROOT, "%.1f", passedNs / 1e9));
        }
        if (Math.abs(setByUs) >= STEP_MIN_US) {
            LOG.warn(
                    "the system's clock was set {} by {} s, or the machine slept meanwhile",
                    setByUs > 0 ? "forward" : "back",
                    String.format(Locale.ROOT, "%.3f", Math.abs(setByUs) / 1e6));
        }
    }
}
