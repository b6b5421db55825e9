package dev.vigil.mqtt;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lines about a connection. What goes wrong for one and the same reason is told of at once and then once a minute, for
 * each broker by itself. Confined to the event loop.
 */
final class ConnectionLog {
    private static final Logger log = LoggerFactory.getLogger(MqttClient.class);
    private static final long REPEAT_NS = TimeUnit.MINUTES.toNanos(1);
    /** Reasons that are kept apart; some of them hold what a broker says, which may be new each time. */
    private static final int REASONS_MAX = 32;

    /** When each reason was told last. */
    private final Map<String, Long> toldNs = new LinkedHashMap<>();

    private int failures;

    void insecure(String brokers) {
        log.warn(
                "{}: insecure is set: any certificate and host name is accepted, so anybody on the way can read and change"
                        + " what is sent, the password too",
                brokers);
    }

    void connected(String broker, MqttOptions.Protocol protocol, boolean sessionPresent) {
        log.info(
                "{} connected with {}{}{}",
                broker,
                protocol,
                sessionPresent ? ", session resumed" : "",
                failures > 1 ? " after " + failures + " failures" : "");
        failures = 0;
        toldNs.clear();
    }

    /** A try or a connection ended, and the next try comes after a wait. */
    void waits(String reason, long waitNs) {
        away(reason, "trying again in " + String.format(Locale.ROOT, "%.1f", waitNs / 1e9) + " s");
    }

    /** A try failed, and the next broker's turn is now. */
    void goesOn(String reason, String nextBroker) {
        away(reason, "trying " + nextBroker);
    }

    private void away(String reason, String next) {
        failures++;
        if (due(reason)) {
            log.warn("{}; {}{}", reason, next, failures > 1 ? " (failure " + failures + ")" : "");
        }
    }

    /** No failure of a broker, but its word that leads to another try at once. */
    void led(String reason, String next) {
        if (due(reason)) {
            log.warn("{}; {}", reason, next);
        }
    }

    private boolean due(String reason) {
        long nowNs = System.nanoTime();
        Long beforeNs = toldNs.get(reason);
        if (beforeNs != null && nowNs - beforeNs < REPEAT_NS) {
            return false;
        }
        if (toldNs.size() >= REASONS_MAX) {
            toldNs.remove(toldNs.keySet().iterator().next());
        }
        toldNs.put(reason, nowNs);
        return true;
    }

    void closed(String broker, int unacknowledged) {
        if (unacknowledged > 0) {
            log.warn("{}: closed with {} messages sent and not acknowledged", broker, unacknowledged);
        }
    }
}
