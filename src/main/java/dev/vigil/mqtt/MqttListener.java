package dev.vigil.mqtt;

/** Learns what happens to a client. All methods run on its event loop and must not block. */
public interface MqttListener {
    /**
     * The broker accepted the connection, the first one or a later one. Messages that waited are sent before those which this
     * method publishes.
     *
     * @param sessionPresent the broker still knows this client's session
     */
    default void onConnected(boolean sessionPresent) {}

    /**
     * A connection was lost, or an attempt to connect failed; the client tries again by itself.
     *
     * @param reason one line for people, without credentials, that names the broker
     */
    default void onAway(String reason) {}

    /** The broker does not know the user, or not with this password; {@link #onAway} follows. */
    default void onLoginRefused() {}

    /** A message came. */
    default void onMessage(InboundMessage message) {}

    /** The broker accepted a subscription, the first time or after it was renewed. */
    default void onSubscribed(String filter, int grantedQos) {}

    /** The broker refused a subscription. It is asked again with the next connection. */
    default void onSubscribeRefused(String filter, String reason) {}
}
