package dev.vigil.frame;

/** Why a frame that was read was not published. Every frame ends as published or under exactly one of these. */
public enum DropCause {
    /** A newer frame of the same camera came before this one's turn. */
    SUPERSEDED("superseded"),
    /** More frames came than the camera's configured {@code fps} asks for. */
    UNWANTED("unwanted"),
    /** It came before its stream's first keyframe, without which it can not be decoded. */
    NO_KEYFRAME("no_keyframe"),
    /** The decoder gave no picture for it, or a damaged one. */
    CORRUPT("corrupt"),
    /** Converting the picture into the input tensor failed. */
    CONVERT_FAILED("convert_failed"),
    /** The model failed on it. */
    INFER_FAILED("infer_failed"),
    /** Decoding the model's outputs into boxes failed. */
    POST_FAILED("post_failed"),
    /** A stage of its ring did not move, and what was inside was given up with the ring. */
    STALLED("stalled"),
    /** The camera's configured {@code publish} did not ask for its message. */
    WITHHELD("withheld"),
    /** The broker was away and the message's quality of service does not let it wait. */
    BROKER_AWAY("broker_away"),
    /** The outbox had reached its bound, in memory or on disk, and took no more. */
    OUTBOX_FULL("outbox_full"),
    /** Its message waited in the outbox, and made room for a newer one. */
    OUTBOX_EVICTED("outbox_evicted"),
    /** Its message waited for the broker longer than it was worth keeping. */
    OUTBOX_EXPIRED("outbox_expired"),
    /** Encoding or sending the message failed. */
    PUBLISH_FAILED("publish_failed"),
    /** The camera's stream ended or was closed while the frame was inside. */
    STREAM_CLOSED("stream_closed"),
    /** Vigil was stopped, or the camera taken out of its configuration, while the frame was inside. */
    SHUT_DOWN("shut_down");

    /** {@code values()} without its copy. */
    public static final DropCause[] ALL = values();

    private final String label;

    DropCause(String label) {
        this.label = label;
    }

    /** The cause's name in messages and metrics. */
    public String label() {
        return label;
    }
}
