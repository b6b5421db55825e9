package dev.vigil.source;

import dev.vigil.frame.Capture;

/** What is known of the packet read last. Not threadsafe: it belongs to the stream's owner, which passes it in again and again. */
public final class PacketInfo {
    public static final long NONE = Long.MIN_VALUE;

    /** When the packet's first byte came, on the monotonic clock. */
    public long arrivalNs;
    /** When the camera took the picture. */
    public Capture capture = Capture.atArrival(0);
    /** Where the packet lies in a file's own time, counted on over its loop; {@link #NONE} for what is live. */
    public long mediaNs = NONE;
    /** True when parts of the picture are known to be missing or damaged. */
    public boolean damaged;
}
