package dev.vigil.workshop.quantize;

/** The values that bytes are to tell apart; those beyond are cut off. */
public record Range(float min, float max) {
    public Range {
        if (!(min <= max) || !Float.isFinite(min) || !Float.isFinite(max)) {
            throw new IllegalArgumentException("no range: " + min + " to " + max);
        }
    }

    /** Both. */
    Range with(Range other) {
        return new Range(Math.min(min, other.min), Math.max(max, other.max));
    }
}
