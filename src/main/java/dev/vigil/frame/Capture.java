package dev.vigil.frame;

/**
 * When a camera took a picture. Immutable.
 *
 * @param utcUs by {@code clock}, in microseconds since 1970 UTC
 * @param wayUs from there to the arrival of the picture's first byte, both on the box's monotonic clock, so that no clock that
 *     is set falsifies it; at least 0, and 0 where only the arrival is known
 * @param uncertaintyUs how far {@code utcUs} may be off from what {@code clock} showed, to two standard deviations;
 *     {@link #UNKNOWN} by the arrival
 */
public record Capture(long utcUs, CaptureClock clock, long wayUs, long uncertaintyUs) {
    public static final long UNKNOWN = -1;

    /** Nothing is known but when the picture came. */
    public static Capture atArrival(long arrivalUtcUs) {
        return new Capture(arrivalUtcUs, CaptureClock.ARRIVAL, 0, UNKNOWN);
    }
}
