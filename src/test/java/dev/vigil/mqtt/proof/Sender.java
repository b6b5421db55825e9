package dev.vigil.mqtt.proof;

/** A client library that publishes, as the speed is measured through it. */
interface Sender extends AutoCloseable {
    /** Size of every payload; the first eight bytes are a time. */
    int PAYLOAD_BYTES = 1_024;
    /** Messages that are neither written (QoS 0) nor acknowledged (QoS 1) at any time, for each library the same. */
    int OUTSTANDING_MAX = 1_000;

    /** Waits until it is connected. */
    void connect(int port) throws Exception;

    /** Hands over one message, and waits while {@link #OUTSTANDING_MAX} are outstanding. */
    void send(int qos, long timeNs) throws Exception;

    /** Waits until nothing is outstanding. */
    void drain() throws Exception;
}
