package dev.vigil.mqtt;

/**
 * Learns what became of a message: exactly one of {@code sent} and {@code refused} is called, once; neither for what is left on
 * disk when the client is closed. It runs on one of the client's threads and must not block; only a refusal that is known at once comes on the publishing thread, before {@code publish} returns.
 */
public interface PublishCallback {
    /** For messages whose fate only the counters need to know. */
    PublishCallback NONE = new PublishCallback() {
        @Override
        public void sent(long sentNs) {}

        @Override
        public void refused(Refusal cause) {}
    };

    /**
     * The message was written to the socket for the first time.
     *
     * @param sentNs {@link System#nanoTime()} of it
     */
    void sent(long sentNs);

    /**
     * The message lies on disk: it will be sent, if need be by a later process. Comes before {@link #sent}, and only for
     * messages of QoS 1 and 2 of a client that has an outbox on disk.
     */
    default void stored() {}

    /** The message was not written and will not be. */
    void refused(Refusal cause);
}
