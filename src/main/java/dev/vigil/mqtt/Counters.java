package dev.vigil.mqtt;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What a client counts. Threadsafe: publishing threads and the event loop write, anybody reads. */
final class Counters {
    final LongAdder sent = new LongAdder();
    final LongAdder resent = new LongAdder();
    final LongAdder acknowledged = new LongAdder();
    final LongAdder rejected = new LongAdder();
    final LongAdder received = new LongAdder();
    final LongAdder connects = new LongAdder();
    /** Messages accepted and not yet done with; the one bound on the client's memory. */
    final AtomicInteger waiting = new AtomicInteger();

    volatile MqttStatus.State state = MqttStatus.State.NEW;
    volatile String lastError = "";
    /** The broker that is connected, or was tried last. */
    volatile String broker;

    volatile MqttOptions.Protocol protocol = MqttOptions.Protocol.MQTT_5;

    /** What waits on disk; null without. Set before the client starts. */
    volatile Spool spool;

    private final LongAdder[] refused = new LongAdder[Refusal.ALL.length];

    /** @param broker its name until one is tried */
    Counters(String broker) {
        this.broker = broker;
        for (int i = 0; i < refused.length; i++) {
            refused[i] = new LongAdder();
        }
    }

    void refused(Refusal cause) {
        refused[cause.ordinal()].increment();
    }

    MqttStatus status() {
        Spool disk = spool;
        long[] byCause = new long[refused.length];
        for (int i = 0; i < byCause.length; i++) {
            byCause[i] = refused[i].sum();
        }
        return new MqttStatus(
                state,
                broker,
                protocol,
                lastError,
                sent.sum(),
                resent.sum(),
                acknowledged.sum(),
                rejected.sum(),
                byCause,
                received.sum(),
                connects.sum(),
                waiting.get(),
                disk == null ? 0 : disk.keptMessages(),
                disk == null ? 0 : disk.keptBytes());
    }
}
