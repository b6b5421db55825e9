package dev.vigil.mqtt;

import dev.vigil.base.trace.Recording;
import dev.vigil.base.trace.Tracing;

/** What a client tells recordings. Threadsafe; costs a comparison while there is none. */
final class MqttTrace {
    private static final int WRITE = Tracing.name("write PUBLISH");
    private static final int SENT = Tracing.name("PUBLISH sent");
    private static final int RESENT = Tracing.name("PUBLISH sent again");
    private static final int RECEIVED = Tracing.name("PUBLISH received");
    private static final int ACKNOWLEDGED = Tracing.name("acknowledged");
    private static final int REJECTED = Tracing.name("rejected by the broker");
    private static final int CONNECTED = Tracing.name("connected");
    private static final int AWAY = Tracing.name("broker away");
    private static final int WAITING = Tracing.name("MQTT messages waiting");

    private MqttTrace() {}

    /** For {@link #written}; 0 while nothing is recorded. */
    static long nowNs() {
        return Tracing.current() == null ? 0 : System.nanoTime();
    }

    /** A message was handed to the socket, or to what waits for it. */
    static void written(long beganNs, int bytes) {
        Recording recording = Tracing.current();
        if (recording != null && beganNs != 0) {
            recording.slice(WRITE, Tracing.NAMELESS, beganNs, bytes);
        }
    }

    /** The socket took a message's last byte. */
    static void sent(boolean again, int waiting) {
        instant(again ? RESENT : SENT, waiting);
    }

    static void acknowledged(boolean taken, int waiting) {
        instant(taken ? ACKNOWLEDGED : REJECTED, waiting);
    }

    private static void instant(int name, int waiting) {
        Recording recording = Tracing.current();
        if (recording != null) {
            recording.instant(name, Tracing.NAMELESS, 0);
            recording.counter(WAITING, waiting);
        }
    }

    /** A message came. */
    static void received(int bytes) {
        Recording recording = Tracing.current();
        if (recording != null) {
            recording.instant(RECEIVED, Tracing.NAMELESS, bytes);
        }
    }

    /** There is a connection, or none any more. */
    static void connection(boolean up) {
        Recording recording = Tracing.current();
        if (recording != null) {
            recording.instant(up ? CONNECTED : AWAY, Tracing.NAMELESS, 0);
        }
    }
}
