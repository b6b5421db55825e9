package dev.vigil.mqtt;

import dev.vigil.mqtt.MqttOptions.Protocol;
import java.util.HashMap;
import java.util.Map;

/**
 * Which version of MQTT to speak with which broker. Where the options leave it open it is 5, and 3.1.1 with a broker that has
 * shown that it knows no other. Confined to the event loop.
 */
final class Versions {
    private final Protocol configured;
    private final boolean allows311;
    private final Map<BrokerAddress, Protocol> proved = new HashMap<>();
    /** Is being tried with 3.1.1; null for none. */
    private BrokerAddress steppedDown;

    Versions(MqttOptions options) {
        this.configured = options.protocol();
        this.allows311 = options.allows311();
    }

    Protocol of(BrokerAddress address) {
        if (configured != null) {
            return configured;
        }
        return address.equals(steppedDown) ? Protocol.MQTT_3_1_1 : proved.getOrDefault(address, Protocol.MQTT_5);
    }

    void accepted(BrokerAddress address, Protocol spoken) {
        proved.put(address, spoken);
        steppedDown = null;
    }

    /**
     * A try to connect failed.
     *
     * @param hungUp the broker closed the connection instead of answering CONNECT
     * @return whether to try the same broker again at once, with what {@link #of} says now
     */
    boolean changes(BrokerAddress address, Protocol spoken, MqttFault fault, boolean hungUp) {
        if (configured != null) {
            return false;
        }
        boolean refused = fault.reasonCode() == ReasonCodes.UNSUPPORTED_VERSION;
        if (address.equals(steppedDown)) {
            steppedDown = null;
            if (fault.reasonCode() != 0 && !refused) {
                proved.put(address, Protocol.MQTT_3_1_1); // It understood, and refused for another reason.
            }
            return false;
        }
        if (spoken == Protocol.MQTT_3_1_1) {
            return refused && proved.remove(address) != null; // It has learned MQTT 5, and unlearned the other.
        }
        if (fault.reasonCode() != 0 && !refused) {
            proved.put(address, Protocol.MQTT_5);
        }
        // A broker that hangs up is asked in 3.1.1 only if it has never spoken 5: it may just be going down.
        if (!allows311 || !refused && !(hungUp && !proved.containsKey(address))) {
            return false;
        }
        proved.remove(address);
        steppedDown = address;
        return true;
    }

    /** The fault with a word of why there is no stepping down, where that is what it is about. */
    MqttFault explained(Protocol spoken, MqttFault fault) {
        boolean inTheWay = configured == null
                && !allows311
                && spoken == Protocol.MQTT_5
                && fault.reasonCode() == ReasonCodes.UNSUPPORTED_VERSION;
        return inTheWay ? fault.lastingWith("; MQTT 3.1.1 allows no password without a username") : fault;
    }
}
