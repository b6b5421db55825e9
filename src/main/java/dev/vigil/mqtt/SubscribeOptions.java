package dev.vigil.mqtt;

import java.util.Objects;

/**
 * What a subscription asks of the broker (MQTT 5, section 3.8.3.1). MQTT 3.1.1 knows the QoS only: there the rest is as with
 * {@link #of}, whatever is asked.
 *
 * @param qos highest quality of service to receive with: 0, 1 or 2
 * @param noLocal leaves out what this client publishes itself; not for shared subscriptions
 * @param retainAsPublished tells of each message whether it was published as retained, and not only of those that the broker
 *     had kept from before
 * @param retained which of the messages that the broker keeps come when the subscription begins
 */
public record SubscribeOptions(int qos, boolean noLocal, boolean retainAsPublished, Retained retained) {
    /** When the broker sends the retained messages of a subscription. In the order of the protocol's numbers. */
    public enum Retained {
        /** Each time that the filter is subscribed to, also when it is renewed after a lost session. */
        SEND,
        /** Only when the broker's session did not have the subscription yet. */
        SEND_IF_NEW,
        SKIP
    }

    /** @throws IllegalArgumentException for another QoS */
    public SubscribeOptions {
        Objects.requireNonNull(retained, "retained");
        if (qos < 0 || qos > 2) {
            throw new IllegalArgumentException("qos must be 0, 1 or 2, is " + qos);
        }
    }

    /** As MQTT 3.1.1 subscribes. */
    public static SubscribeOptions of(int qos) {
        return new SubscribeOptions(qos, false, false, Retained.SEND);
    }
}
