package dev.vigil.frame;

import dev.vigil.base.trace.Recording;
import dev.vigil.base.trace.Tracing;
import java.util.Arrays;

/**
 * When a frame was captured and where its time went. Time passes from step to step without a gap: each {@link #mark} gives all
 * the time since the last one to a step, so the steps always sum to the total.
 *
 * <p>Not threadsafe: it travels with its frame, and whoever holds the frame owns it.
 */
public final class FrameTimes {
    private final long[] stepUs = new long[Step.ALL.length];
    private Capture capture = Capture.atArrival(0);
    private long arrivalUs;
    private long lastUs;

    // of whom, for recordings
    private int camera = Tracing.NAMELESS;
    private long number;

    /**
     * Starts a new frame.
     *
     * @param arrivalNs when its first byte came, on the monotonic clock
     * @param taken when the camera took it
     */
    public void begin(long arrivalNs, Capture taken) {
        Arrays.fill(stepUs, 0);
        this.arrivalUs = arrivalNs / 1_000;
        this.lastUs = arrivalUs;
        this.capture = taken;
    }

    /** Gives the time since the last mark to {@code step}; {@code nowNs} is on the monotonic clock. */
    public void mark(Step step, long nowNs) {
        long nowUs = nowNs / 1_000;
        stepUs[step.ordinal()] += nowUs - lastUs;
        Recording recording = Tracing.current();
        if (recording != null && camera != Tracing.NAMELESS) {
            recording.step(camera, number, step.ordinal(), lastUs * 1_000, nowUs * 1_000);
        }
        lastUs = nowUs;
    }

    /**
     * Says whose times they are, so that recordings have them too.
     *
     * @param newCamera its name, as {@link Tracing#name(String)} has it
     */
    void of(int newCamera, long newNumber) {
        camera = newCamera;
        number = newNumber;
    }

    /** Becomes a copy of {@code other}. */
    public void set(FrameTimes other) {
        System.arraycopy(other.stepUs, 0, stepUs, 0, stepUs.length);
        arrivalUs = other.arrivalUs;
        lastUs = other.lastUs;
        capture = other.capture;
        camera = other.camera;
        number = other.number;
    }

    public long stepUs(Step step) {
        return stepUs[step.ordinal()];
    }

    /** Microseconds from the first byte to the last mark: the sum of all steps. */
    public long totalUs() {
        return lastUs - arrivalUs;
    }

    /** When the first byte came, in microseconds on the monotonic clock. */
    public long arrivalUs() {
        return arrivalUs;
    }

    /** Microseconds from the capture, as far as it is known, to the last mark. */
    public long ageUs() {
        return capture.wayUs() + totalUs();
    }

    public Capture capture() {
        return capture;
    }
}
