package dev.vigil.workshop.quantize;

/** The values that bytes are to tell apart; those beyond are cut off. */
public record Range(float min, float max) {
    public Range {
        if (!(min <= max) || !Float.isFinite(min) || !Float.isFinite(max)) {
            throw new IllegalArgumentException("no range: " + min + " to " + max);
        }
    }

    /** Where SiLU, {@code x·sigmoid(x)}, has its lowest value. */
    private static final double SILU_LOWEST = -1.2785;

    /**
     * The part that makes a difference to what SiLU gives: far below zero that is zero, so that steps there are lost. What is cut
     * off changes the result by less than half of its step.
     */
    Range beforeSilu(Step result) {
        double low = min;
        for (double at = SILU_LOWEST; at > min; at -= 0.125) {
            if (-at / (1 + Math.exp(-at)) < result.scale() / 2) {
                low = at;
                break;
            }
        }
        return new Range((float) Math.min(low, max), max);
    }

    /** Both. */
    Range with(Range other) {
        return new Range(Math.min(min, other.min), Math.max(max, other.max));
    }
}
