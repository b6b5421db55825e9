package dev.vigil.mqtt;

/** Why a message was not sent. */
public enum Refusal {
    /** There was no connection, or it broke before the message was written; only messages of QoS 0 end so. */
    BROKER_AWAY,
    /** As many messages as {@link MqttOptions#queueMessages()} allows waited already. */
    QUEUE_FULL,
    /** The client was closed. */
    CLOSED,
    /** It is larger than the broker, or MQTT itself, allows. */
    TOO_LARGE,
    /** The outbox on disk had reached its size, and the oldest messages do not make room. */
    OUTBOX_FULL,
    /** The outbox on disk had reached its size, and this message made room for a newer one. */
    EVICTED,
    /** It waited for longer than its {@link PublishProperties#messageExpiry()}, or than the outbox on disk keeps any. */
    EXPIRED,
    /** The outbox on disk was damaged where it lay. */
    DAMAGED,
    /** The broker said when connecting that it takes no retained messages. */
    NOT_SUPPORTED;

    static final Refusal[] ALL = values();
}
