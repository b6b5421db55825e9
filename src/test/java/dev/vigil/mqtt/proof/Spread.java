package dev.vigil.mqtt.proof;

import java.util.List;
import java.util.Locale;

/** A figure as it came out of several rounds. */
record Spread(double median, double min, double max) {
    static Spread of(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** {@code 24.3 (23.9..25.0)}, without decimals from a thousand on. */
    @Override
    public String toString() {
        String format = median >= 1_000 ? "%.0f (%.0f..%.0f)" : "%.2f (%.2f..%.2f)";
        return String.format(Locale.ROOT, format, median, min, max);
    }
}
