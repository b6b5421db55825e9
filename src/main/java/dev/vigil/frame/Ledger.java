package dev.vigil.frame;

import dev.vigil.base.trace.Recording;
import dev.vigil.base.trace.Tracing;
import java.util.Arrays;

/**
 * One camera's account of its frames: at any moment, read = published + dropped by cause + in flight. Frames in flight are
 * counted by themselves, so that an account that does not balance can be seen.
 *
 * <p>Threadsafe: the camera's reader, the stages and the MQTT event loop all write to it, a few hundred times a second.
 */
public final class Ledger {
    private static final int PUBLISHED = Tracing.name("published");

    private final int camera;
    private final long[] dropped = new long[DropCause.ALL.length];
    private long read;
    private long published;
    private long inFlight;

    /** Of nobody. */
    public Ledger() {
        this("");
    }

    Ledger(String camera) {
        this.camera = Tracing.name(camera);
    }

    /** The camera's name, as {@link Tracing#name(String)} has it. */
    int camera() {
        return camera;
    }

    /** Counts a frame that came from the camera and returns its number: 1 for the first. */
    public synchronized long read() {
        inFlight++;
        return ++read;
    }

    /** Counts a frame whose message was handed to the network. */
    public synchronized void published() {
        published++;
        inFlight--;
        Recording recording = Tracing.current();
        if (recording != null) {
            recording.instant(PUBLISHED, camera, published);
        }
    }

    public synchronized void dropped(DropCause cause) {
        dropped[cause.ordinal()]++;
        inFlight--;
        Recording recording = Tracing.current();
        if (recording != null) {
            recording.drop(cause.ordinal(), camera);
        }
    }

    /** The account at this moment. */
    public synchronized Snapshot snapshot() {
        return new Snapshot(read, published, dropped.clone(), inFlight);
    }

    /**
     * Fills {@code into} with what was dropped by cause so far, by the ordinal of {@link DropCause}; allocates nothing.
     */
    public synchronized void droppedInto(long[] into) {
        System.arraycopy(dropped, 0, into, 0, dropped.length);
    }

    /**
     * A moment's account.
     *
     * @param dropped by the ordinal of {@link DropCause}
     */
    public record Snapshot(long read, long published, long[] dropped, long inFlight) {
        public long dropped(DropCause cause) {
            return dropped[cause.ordinal()];
        }

        public long droppedTotal() {
            return Arrays.stream(dropped).sum();
        }

        public boolean balances() {
            return inFlight >= 0 && read == published + droppedTotal() + inFlight;
        }
    }
}
