package dev.vigil.app.service;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often systemd wants to hear that all moves (sd_watchdog_enabled(3)).
 *
 * @param limitNs after as much silence it ends the service; 0 when it does not care
 */
record Watchdog(long limitNs) {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final long LOOK_MAX_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_MIN_NS = TimeUnit.MILLISECONDS.toNanos(10);

    /** @param pid of this process: the variables may have been meant for its parent */
    static Watchdog of(Map<String, String> environment, long pid) {
        String usec = environment.getOrDefault("WATCHDOG_USEC", "");
        String whose = environment.getOrDefault("WATCHDOG_PID", "");
        if (usec.isEmpty() || !whose.isEmpty() && !whose.equals(Long.toString(pid))) {
            return new Watchdog(0);
        }
        try {
            long us = Long.parseLong(usec);
            if (us > 0) {
                return new Watchdog(TimeUnit.MICROSECONDS.toNanos(us));
            }
        } catch (NumberFormatException e) {
            LOG.debug("WATCHDOG_USEC is no number", e);
        }
        LOG.warn("WATCHDOG_USEC is {}: microseconds above 0 are expected; systemd's watchdog is not fed", usec);
        return new Watchdog(0);
    }

    boolean isOn() {
        return limitNs > 0;
    }

    /** How often to look whether all moves: often enough that half of the limit is never passed. */
    long lookNs() {
        return isOn() ? Math.max(LOOK_MIN_NS, Math.min(LOOK_MAX_NS, limitNs / 8)) : LOOK_MAX_NS;
    }

    /** Whether it is to be fed at a look, when it has not been for so long. */
    boolean isDue(long sinceNs) {
        return isOn() && sinceNs >= limitNs / 2 - lookNs();
    }
}
