package dev.vigil.mqtt;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Faults that may come with every message: the latest is kept for the status, and one a second is logged with a count. */
final class FaultLog {
    private static final Logger log = LoggerFactory.getLogger(MqttClient.class);
    private static final long EVERY_NS = TimeUnit.SECONDS.toNanos(1);

    private final Counters counters;
    private long loggedNs = System.nanoTime() - EVERY_NS;
    private long unlogged;

    FaultLog(Counters counters) {
        this.counters = counters;
    }

    synchronized void note(String fault) {
        counters.lastError = fault;
        if (due()) {
            log.warn("{}: {}{}", counters.broker, fault, repeats());
        }
    }

    synchronized void thrown(String by, RuntimeException error) {
        counters.lastError = by + " failed: " + error;
        if (due()) {
            log.error("{}: {} failed{}", counters.broker, by, repeats(), error);
        }
    }

    private boolean due() {
        long nowNs = System.nanoTime();
        if (nowNs - loggedNs < EVERY_NS) {
            unlogged++;
            return false;
        }
        loggedNs = nowNs;
        return true;
    }

    private String repeats() {
        String text = unlogged == 0 ? "" : " (" + unlogged + " more faults since the last such line)";
        unlogged = 0;
        return text;
    }
}
