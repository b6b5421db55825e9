package dev.vigil.publish;

/**
 * Which of a camera's frames are published.
 *
 * @param when what a frame must show
 * @param rateMax most messages per second; 0 for no limit, and less than 1 for one in several seconds
 */
public record PublishOptions(When when, double rateMax) {
    /** Every frame. */
    public static final PublishOptions DEFAULT = new PublishOptions(When.ALWAYS, 0);

    public enum When {
        /** Every frame. */
        ALWAYS,
        /** Frames with an object in them. */
        DETECTIONS,
        /** Frames in which other objects are, or another number of them, than in the one published before. */
        CHANGES
    }

    public PublishOptions {
        // Written so that NaN is refused too.
        if (!(rateMax >= 0)) {
            throw new IllegalArgumentException("rateMax is " + rateMax + ", allowed is 0 or more");
        }
    }
}
