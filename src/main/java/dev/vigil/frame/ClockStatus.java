package dev.vigil.frame;

/**
 * What is known of a camera's clock at a moment; null where something is unknown. Immutable.
 *
 * @param source where capture times come from
 * @param uncertaintyUs of capture times, see {@link Capture#uncertaintyUs()}
 * @param offsetUs how far the camera's clock is ahead of the box's, less the shortest way of a report
 * @param driftPpm how much faster the camera's clock runs than the box's, in parts per million
 * @param driftUncertaintyPpm of {@code driftPpm}, to two standard deviations
 * @param reports sender reports of this connection that could be used
 * @param steps how often its clock was set or its timestamps jumped during this connection
 * @param lastStep the newest of those, for people; null before the first
 * @param lastStepUs its size, forwards where positive
 */
public record ClockStatus(
        CaptureClock source,
        Long uncertaintyUs,
        Long offsetUs,
        Double driftPpm,
        Double driftUncertaintyPpm,
        long reports,
        long steps,
        String lastStep,
        long lastStepUs) {
    /** No report has come, or the source knows none. */
    public static final ClockStatus ARRIVAL =
            new ClockStatus(CaptureClock.ARRIVAL, null, null, null, null, 0, 0, null, 0);
}
