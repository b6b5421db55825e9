package dev.vigil.source;

import java.util.function.DoubleSupplier;

/** Lets at most so many frames per second through, evenly spaced. Not threadsafe, but the rate may come from elsewhere. */
final class RateGate implements FrameGate {
    private final DoubleSupplier fpsMax;
    /** The rate that {@link #periodNs} is of. */
    private double fps = Double.NaN;

    private long periodNs;
    private long dueNs = Long.MIN_VALUE;

    /**
     * @param fpsMax 0 for no limit
     */
    RateGate(double fpsMax) {
        this(() -> fpsMax);
    }

    /**
     * @param fpsMax asked for each frame; 0 for no limit
     */
    RateGate(DoubleSupplier fpsMax) {
        this.fpsMax = fpsMax;
    }

    /**
     * Whether the frame that came at {@code pacedNs} is wanted. A frame may be a quarter of a period early: cameras jitter, and a
     * gate that is strict about it would halve the rate of a camera that runs at just the wanted one.
     */
    @Override
    public boolean admits(long number, long pacedNs) {
        double wanted = fpsMax.getAsDouble();
        if (wanted != fps) {
            fps = wanted;
            periodNs = wanted > 0 ? (long) (1e9 / wanted) : 0;
            dueNs = Long.MIN_VALUE; // the next frame may be due long after the new rate's
        }
        if (periodNs == 0) {
            return true;
        }
        if (dueNs == Long.MIN_VALUE) {
            dueNs = pacedNs;
        }
        if (pacedNs - dueNs < -periodNs / 4) {
            return false;
        }
        // Counted on from when it was due, so that the rate holds over time; after a pause one frame is made up for.
        dueNs = Math.max(dueNs, pacedNs - periodNs) + periodNs;
        return true;
    }
}
