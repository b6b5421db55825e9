package dev.vigil.mqtt;

/**
 * A moment's view of a client, for health and metrics.
 *
 * @param broker {@code host:port} of the one that is connected, or was tried last
 * @param protocol the version that it is, or was, spoken to in
 * @param lastError the latest fault in one line, also when it is over; empty when there was none
 * @param sent messages written to the socket, each counted once
 * @param resent further writes of messages whose acknowledgement a lost connection left open
 * @param acknowledged messages of QoS 1 and 2 that the broker confirmed to the end
 * @param rejected messages of QoS 1 and 2 that the broker answered with an error, or kept hanging up on
 * @param refused messages that were not sent, by the ordinal of {@link Refusal}
 * @param received messages that came for subscriptions
 * @param connects connections that the broker accepted; all after the first are reconnects
 * @param waiting messages accepted and not yet done with: waiting for the network or an acknowledgement
 * @param stored messages in the outbox on disk, those on their way to the broker included
 * @param storedBytes what the outbox takes of the disk
 */
public record MqttStatus(
        State state,
        String broker,
        MqttOptions.Protocol protocol,
        String lastError,
        long sent,
        long resent,
        long acknowledged,
        long rejected,
        long[] refused,
        long received,
        long connects,
        int waiting,
        long stored,
        long storedBytes) {
    public enum State {
        /** Not started. */
        NEW,
        /** Trying to reach the broker. */
        CONNECTING,
        CONNECTED,
        /** Waiting before the next try. */
        AWAY,
        CLOSED
    }

    public boolean connected() {
        return state == State.CONNECTED;
    }

    public long reconnects() {
        return Math.max(0, connects - 1);
    }

    public long refused(Refusal cause) {
        return refused[cause.ordinal()];
    }

    public long refusedTotal() {
        long total = 0;
        for (long count : refused) {
            total += count;
        }
        return total;
    }
}
