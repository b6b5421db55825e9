package dev.vigil.mqtt;

import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import org.slf4j.LoggerFactory;

/** Faults that may come with every message: the latest is kept for the status, and they are logged without flooding. Threadsafe. */
final class Faults {
    private final FaultLog log = new FaultLog(LoggerFactory.getLogger(MqttClient.class), Clock.SYSTEM);
    private final Counters counters;

    Faults(Counters counters) {
        this.counters = counters;
    }

    void note(String fault) {
        counters.lastError = fault;
        log.warn(counters.broker + ": " + fault);
    }

    void thrown(String by, RuntimeException error) {
        counters.lastError = by + " failed: " + error;
        log.error(counters.broker + ": " + by + " failed", error);
    }
}
