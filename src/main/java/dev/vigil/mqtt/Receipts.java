package dev.vigil.mqtt;

import java.util.BitSet;

/**
 * Packet ids of messages of QoS 2 that were given to the listener and that the broker has not released yet: under these it may
 * send the same message again, and no other (MQTT 5, section 4.3.3). Confined to the event loop.
 */
final class Receipts {
    /** How many such messages an MQTT 5 broker is told to have open at most (Receive Maximum, section 3.1.2.11.3). */
    static final int RECEIVE_MAX = 1_000;

    // For the session.
    private final BitSet taken = new BitSet();

    // For one connection.
    /** Those of {@link #taken} that came over this connection, as the maximum is counted anew with each. */
    private final BitSet takenHere = new BitSet();

    private int openHere;

    void connected(boolean sessionPresent) {
        takenHere.clear();
        openHere = 0;
        if (!sessionPresent) {
            taken.clear();
        }
    }

    /**
     * A message of QoS 2 came.
     *
     * @param bounded the broker was told of {@link #RECEIVE_MAX}, which MQTT 3.1.1 has no words for
     * @return false when it came before
     * @throws MqttFault when the broker has more of them open than it may
     */
    boolean take(int packetId, boolean bounded) throws MqttFault {
        if (!takenHere.get(packetId)) {
            if (bounded && openHere == RECEIVE_MAX) {
                throw MqttFault.protocol(
                        "has more than " + RECEIVE_MAX + " messages of QoS 2 open", ReasonCodes.RECEIVE_MAX_EXCEEDED);
            }
            takenHere.set(packetId);
            openHere++;
        }
        boolean first = !taken.get(packetId);
        taken.set(packetId);
        return first;
    }

    /** PUBREL came; false when its packet id is not known. */
    boolean release(int packetId) {
        if (takenHere.get(packetId)) {
            takenHere.clear(packetId);
            openHere--;
        }
        boolean known = taken.get(packetId);
        taken.clear(packetId);
        return known;
    }
}
