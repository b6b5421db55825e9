package dev.vigil.workshop.quantize;

import java.nio.FloatBuffer;

/**
 * How often a value of the graph is how large, counted while it is read. Bins lie evenly around zero; when a value lies beyond
 * them, each two become one. Takes 32 KiB, however much it sees. Not threadsafe.
 */
final class Histogram {
    static final int BINS = 4_096;
    private static final int ZERO = BINS / 2;

    private final long[] counts = new long[BINS];
    /** Of a bin; 0 while nothing but zeros was seen. */
    private double width;

    private long zeros;
    private long total;
    private float min = Float.POSITIVE_INFINITY;
    private float max = Float.NEGATIVE_INFINITY;

    /**
     * Counts all values up to the buffer's limit.
     *
     * @throws ArithmeticException when one of them is no finite number
     */
    void add(FloatBuffer values) {
        for (int i = 0; i < values.limit(); i++) {
            add(values.get(i));
        }
    }

    void add(float value) {
        if (!Float.isFinite(value)) {
            throw new ArithmeticException("is " + value);
        }
        min = Math.min(min, value);
        max = Math.max(max, value);
        total++;
        if (value == 0) {
            zeros++;
            return;
        }
        if (width == 0) {
            width = Math.max(Float.MIN_NORMAL, 2.0 * Math.abs(value) / ZERO);
        }
        int bin = bin(value);
        while (bin < 0 || bin >= BINS) {
            widen();
            bin = bin(value);
        }
        counts[bin]++;
    }

    private int bin(float value) {
        double at = Math.floor(value / width) + ZERO;
        return at < 0 ? -1 : at >= BINS ? BINS : (int) at;
    }

    private void widen() {
        long[] wide = new long[BINS];
        for (int i = 0; i < BINS; i++) {
            wide[Math.floorDiv(i - ZERO, 2) + ZERO] += counts[i];
        }
        System.arraycopy(wide, 0, counts, 0, BINS);
        width *= 2;
    }

    /** Values that were counted. */
    long total() {
        return total;
    }

    float min() {
        return min;
    }

    float max() {
        return max;
    }

    /** The counts of all bins, zeros in the first one above zero; {@link #low} tells where each begins. */
    long[] counts() {
        long[] all = counts.clone();
        all[ZERO] += zeros;
        return all;
    }

    double low(int bin) {
        return (bin - ZERO) * width;
    }

    double width() {
        return width;
    }
}
