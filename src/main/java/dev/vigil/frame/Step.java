package dev.vigil.frame;

/** The steps that a frame's time is spent on, in the order in which messages list them. */
public enum Step {
    /** From the packet's first byte to the decoded picture. */
    DECODE("decode"),
    /** In the mailbox, until the camera's turn comes. */
    WAIT("wait"),
    /** Pixels into the input tensor. */
    CONVERT("convert"),
    /** In the ring, between stages. */
    QUEUE("queue"),
    /** The backbone on its device, the wait for a batch to fill included. */
    INFER("infer"),
    /** Raw outputs into boxes, NMS, mapping back to the frame. */
    POST("post"),
    /** Models after the first, on crops of what it found. */
    CASCADE("cascade"),
    /** Boxes into identities. */
    TRACK("track"),
    /** The message's encoding and handing over to the network. */
    ENCODE("encode");

    /** {@code values()} without its copy. */
    public static final Step[] ALL = values();

    private final String label;

    Step(String label) {
        this.label = label;
    }

    /** The step's name in messages. */
    public String label() {
        return label;
    }
}
