package dev.vigil.mqtt;

import java.util.concurrent.ThreadLocalRandom;

/**
 * The identifier that this process's connections share, so that sessions are resumed. Without a configured one it is made up,
 * so that it is known before the broker has answered; a broker that does not take made-up ones (MQTT 5, reason 0x85) is asked
 * to assign one, which is then kept. Confined to the event loop.
 */
final class ClientId {
    private final boolean configured;
    private String id;
    private boolean asked;

    /** @param configured empty for none */
    ClientId(String configured) {
        this.configured = !configured.isEmpty();
        this.id = this.configured ? configured : madeUp();
    }

    /** Of the characters and the length that every broker must accept (MQTT 3.1.1, section 3.1.3.1). */
    private static String madeUp() {
        return "vigil" + String.format("%016x", ThreadLocalRandom.current().nextLong());
    }

    /** Empty to have the broker assign one. */
    String get() {
        return id;
    }

    /** Whether to try again at once, with the broker asked to assign an identifier; at most once. */
    boolean askAfter(MqttFault fault, MqttOptions.Protocol protocol) {
        boolean ask = !configured
                && !asked
                && protocol == MqttOptions.Protocol.MQTT_5
                && fault.reasonCode() == ReasonCodes.CLIENT_ID_NOT_VALID;
        if (ask) {
            asked = true;
            id = "";
        }
        return ask;
    }

    /**
     * The broker accepted.
     *
     * @param assigned null when it assigned none
     */
    void accepted(String assigned) {
        if (!configured && assigned != null && !assigned.isEmpty()) {
            id = assigned;
        }
    }

    /** MQTT 3.1.1 has no identifiers that a broker assigns. */
    void beKnown() {
        if (id.isEmpty()) {
            id = madeUp();
        }
    }
}
