package dev.vigil.workshop.compare;

import java.util.List;

/** One figure of several rounds; all NaN where there is none. */
public record Figure(double median, double min, double max) {
    public static final Figure NONE = new Figure(Double.NaN, Double.NaN, Double.NaN);

    /** Of rounds in any order; those that are NaN do not count. */
    public static Figure of(List<Double> rounds) {
        double[] sorted = rounds.stream()
                .mapToDouble(Double::doubleValue)
                .filter(value -> !Double.isNaN(value))
                .sorted()
                .toArray();
        return sorted.length == 0
                ? NONE
                : new Figure(
                        (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2,
                        sorted[0],
                        sorted[sorted.length - 1]);
    }

    public boolean isKnown() {
        return !Double.isNaN(median);
    }
}
