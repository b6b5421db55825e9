package dev.vigil.frame;

/** Where a frame's capture time comes from. */
public enum CaptureClock {
    /** The camera's own clock, from its RTCP sender reports. */
    RTCP("rtcp"),
    /** This box's clock, to which the camera's sender reports were related, because the camera's own is too far off. */
    RTCP_ADJUSTED("rtcp_adjusted"),
    /** This box's clock when the frame's first byte came. */
    ARRIVAL("arrival");

    private final String label;

    CaptureClock(String label) {
        this.label = label;
    }

    /** The clock's name in messages. */
    public String label() {
        return label;
    }
}
