package dev.vigil.base;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/** A log for faults that may come with every frame: one line a second, with the count of those that had none. Threadsafe. */
public final class FaultLog {
    private static final long EVERY_NS = TimeUnit.SECONDS.toNanos(1);

    private final Logger log;
    private final Clock clock;
    private long loggedNs;
    private long unlogged;

    public FaultLog(Logger log, Clock clock) {
        this.log = log;
        this.clock = clock;
        this.loggedNs = clock.monotonicNs() - EVERY_NS;
    }

    /** Tells of what is no fault, but may come as often. */
    public synchronized void info(String event) {
        if (isDue()) {
            log.info("{}{}", event, others());
        }
    }

    /** Tells of a fault that is understood: one line. */
    public synchronized void warn(String fault) {
        if (isDue()) {
            log.warn("{}{}", fault, others());
        }
    }

    /** Tells of a fault that nobody expected, with its stack. */
    public synchronized void error(String fault, Throwable cause) {
        if (isDue()) {
            log.error("{}{}", fault, others(), cause);
        }
    }

    private boolean isDue() {
        long nowNs = clock.monotonicNs();
        if (nowNs - loggedNs < EVERY_NS) {
            unlogged++;
            return false;
        }
        loggedNs = nowNs;
        return true;
    }

    private String others() {
        String text = unlogged == 0 ? "" : " (and " + unlogged + " more since the last such line)";
        unlogged = 0;
        return text;
    }
}
