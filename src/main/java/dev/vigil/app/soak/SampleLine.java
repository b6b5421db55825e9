package dev.vigil.app.soak;

import java.util.ArrayList;
import java.util.List;

/**
 * A figure over time, and how it grows: the lowest value of each of a dozen stretches of time, and the straight line that fits
 * them best. The lowest, since garbage that waits for its collection is no growth. Threadsafe.
 */
public final class SampleLine {
    private static final int STRETCHES = 12;
    /** Fewer stretches tell nothing. */
    private static final int STRETCHES_MIN = 4;

    /** Student's t for 95 % on both sides, by degrees of freedom from 2 on. */
    private static final double[] T95 = {4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228};

    private final List<Long> timesNs = new ArrayList<>();
    private final List<Double> values = new ArrayList<>();

    /**
     * @param perHour growth; NaN when there were too few samples
     * @param confidence half the width of its 95 % interval
     * @param hours that it is about
     */
    public record Slope(double perHour, double confidence, double hours) {
        /** What it amounts to over the time that was measured. */
        public double rise() {
            return perHour * hours;
        }

        /** More than noise, and more than {@code allowed} in all. */
        public boolean grows(double allowed) {
            return perHour - confidence > 0 && rise() > allowed;
        }
    }

    public void add(double value) {
        add(System.nanoTime(), value);
    }

    public synchronized void add(long timeNs, double value) {
        timesNs.add(timeNs);
        values.add(value);
    }

    /** Forgets all that was before. */
    synchronized void restart() {
        timesNs.clear();
        values.clear();
    }

    synchronized double first() {
        return values.isEmpty() ? Double.NaN : values.get(0);
    }

    synchronized double last() {
        return values.isEmpty() ? Double.NaN : values.get(values.size() - 1);
    }

    public synchronized Slope slope() {
        int count = values.size();
        int stretches = Math.min(STRETCHES, count / 5);
        if (stretches < STRETCHES_MIN) {
            return new Slope(Double.NaN, Double.NaN, 0);
        }
        double[] hours = new double[stretches];
        double[] lowest = new double[stretches];
        for (int i = 0; i < stretches; i++) {
            int from = i * count / stretches;
            int to = (i + 1) * count / stretches;
            lowest[i] = values.subList(from, to).stream()
                    .mapToDouble(Double::doubleValue)
                    .min()
                    .orElseThrow();
            hours[i] = ((timesNs.get(from) + (timesNs.get(to - 1) - timesNs.get(from)) / 2) - timesNs.get(0)) / 3.6e12;
        }
        return fit(hours, lowest, (timesNs.get(count - 1) - timesNs.get(0)) / 3.6e12);
    }

    /** Least squares. */
    private static Slope fit(double[] x, double[] y, double hours) {
        int n = x.length;
        double meanX = 0;
        double meanY = 0;
        for (int i = 0; i < n; i++) {
            meanX += x[i] / n;
            meanY += y[i] / n;
        }
        double sxx = 0;
        double sxy = 0;
        for (int i = 0; i < n; i++) {
            sxx += (x[i] - meanX) * (x[i] - meanX);
            sxy += (x[i] - meanX) * (y[i] - meanY);
        }
        double slope = sxy / sxx;
        double residuals = 0;
        for (int i = 0; i < n; i++) {
            double off = y[i] - meanY - slope * (x[i] - meanX);
            residuals += off * off;
        }
        double error = Math.sqrt(residuals / (n - 2) / sxx);
        return new Slope(slope, T95[n - 4] * error, hours);
    }
}
