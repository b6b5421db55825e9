package dev.vigil.source.rtsp;

import java.util.Arrays;

/**
 * How another clock runs against a camera's sampling clock: a straight line through the newest {@value #WINDOW} readings. A
 * reading is how far the other clock was ahead (µs) at a time of the sampling clock (s at its nominal rate), so the line's
 * slope is in parts per million. Until readings tell better, the slope is what it was before, or nominal. Not threadsafe.
 */
final class ClockLine {
    /** By what readings are falsified. */
    enum Noise {
        /** Either way: the slope is the median of all pairs' (Theil and Sen), the line lies in the readings' middle. */
        BOTH_WAYS,
        /**
         * They only ever come late, by a network's delays: the line lies below all readings and touches the least late, its
         * slope is that of the lower hull's edge at the mean time (Moon, Skelly and Towsley, 1999).
         */
        LATE
    }

    static final int WINDOW = 64;
    /** What a clock's rate may be off before it was measured. */
    static final double RATE_UNKNOWN_PPM = 300;
    /** No clock is off by so much. */
    static final double RATE_ERROR_MAX_PPM = 1_000;
    /** A crystal's rate changes by so much with temperature, however well it was measured. */
    private static final double RATE_WANDER_PPM = 1;
    /** Before there are enough readings to tell. */
    private static final double NOISE_UNKNOWN_US = 1_000;

    private static final int NOISE_KNOWN_FROM = 4;

    private final Noise side;
    private final double noiseMinUs;
    private final double[] atS = new double[WINDOW];
    private final double[] aheadUs = new double[WINDOW];
    private final double[] work = new double[WINDOW * (WINDOW - 1) / 2];
    private int count;
    private double priorPpm;
    private double priorSdPpm = RATE_UNKNOWN_PPM;

    // the fit
    private double ppm;
    private double sdPpm = RATE_UNKNOWN_PPM;
    private double constantUs;
    private double noiseUs = NOISE_UNKNOWN_US;

    /** @param noiseMinUs what readings are falsified by at the least, such as their quantisation */
    ClockLine(Noise side, double noiseMinUs) {
        this.side = side;
        this.noiseMinUs = noiseMinUs;
    }

    void add(double timeS, double us) {
        if (count == WINDOW) {
            forgetBut(WINDOW - 1);
        }
        atS[count] = timeS;
        aheadUs[count++] = us;
        fit();
    }

    /** Only the newest readings count from here on. */
    private void forgetBut(int newest) {
        System.arraycopy(atS, count - newest, atS, 0, newest);
        System.arraycopy(aheadUs, count - newest, aheadUs, 0, newest);
        count = newest;
    }

    /** Forgets all readings, but neither the rate nor how good they were. */
    void restart() {
        priorPpm = ppm;
        priorSdPpm = Math.min(RATE_UNKNOWN_PPM, Math.max(sdPpm, 20 * RATE_WANDER_PPM));
        count = 0;
    }

    /** The rate has changed since the newest reading. */
    void rateChanged() {
        if (count > 0) {
            forgetBut(1);
            priorPpm = ppm;
            priorSdPpm = RATE_UNKNOWN_PPM;
            fit();
        }
    }

    /** Readings are worse than was thought. */
    void noiseAtLeast(double us) {
        noiseUs = Math.max(noiseUs, us);
    }

    boolean known() {
        return count > 0;
    }

    int readings() {
        return count;
    }

    /** From the oldest reading to the newest. */
    double spanS() {
        return count == 0 ? 0 : atS[count - 1] - atS[0];
    }

    double newestAtS() {
        return atS[count - 1];
    }

    double newestAheadUs() {
        return aheadUs[count - 1];
    }

    /** How far the other clock is ahead; only when {@link #known()}. */
    double aheadUs(double timeS) {
        return constantUs + ppm * timeS;
    }

    double ppm() {
        return ppm;
    }

    /** Standard deviation of {@link #ppm()}. */
    double sdPpm() {
        return sdPpm;
    }

    /** Standard deviation of a reading. */
    double noiseUs() {
        return noiseUs;
    }

    /** How far {@link #aheadUs(double)} may be off, to two standard deviations; only when {@link #known()}. */
    double uncertaintyUs(double timeS) {
        double meanS = Arrays.stream(atS, 0, count).sum() / count;
        double placeUs = side == Noise.LATE ? noiseUs / count : noiseUs;
        return 2 * placeUs + 2 * sdPpm * Math.abs(timeS - meanS);
    }

    private void fit() {
        double spanS = spanS();
        double measured = count < 2 || spanS <= 0 ? priorPpm : side == Noise.LATE ? hullSlope() : medianSlope();
        if (count < 2 || spanS <= 0 || Math.abs(measured - priorPpm) > RATE_ERROR_MAX_PPM) {
            ppm = priorPpm; // one reading, or some that are falsified by more than a rate can be off
            sdPpm = priorSdPpm;
        } else {
            if (count >= NOISE_KNOWN_FROM) {
                noiseUs = Math.max(noiseMinUs, spreadUs(measured));
            }
            double measuredSd = Math.max(RATE_WANDER_PPM, noiseUs * slopeFactor() / spanS);
            double weight = priorSdPpm * priorSdPpm / (priorSdPpm * priorSdPpm + measuredSd * measuredSd);
            ppm = priorPpm + weight * (measured - priorPpm);
            sdPpm = Math.max(RATE_WANDER_PPM, measuredSd * Math.sqrt(weight));
        }
        rests(ppm);
        constantUs = side == Noise.LATE ? Arrays.stream(work, 0, count).min().orElseThrow() : median(count);
    }

    /**
     * A slope's standard deviation, in readings' noise over their span. Spread evenly, that of least squares; the least late of
     * each half lie closer than their noise (for exponential delays: by the number of readings).
     */
    private double slopeFactor() {
        double either = Math.sqrt(12.0 / count);
        return side == Noise.LATE ? Math.min(either, 8.0 / count) : either;
    }

    private double medianSlope() {
        int pairs = 0;
        for (int i = 1; i < count; i++) {
            for (int j = 0; j < i; j++) {
                double apartS = atS[i] - atS[j];
                if (apartS != 0) {
                    work[pairs++] = (aheadUs[i] - aheadUs[j]) / apartS;
                }
            }
        }
        return median(pairs);
    }

    /** Of all lines below all readings the nearest to them on average: it goes through the hull's edge at the mean time. */
    private double hullSlope() {
        double meanS = Arrays.stream(atS, 0, count).sum() / count;
        int from = 0;
        double slope = 0;
        while (from < count - 1) {
            int to = from + 1;
            slope = Double.POSITIVE_INFINITY;
            for (int next = from + 1; next < count; next++) {
                double steepness = (aheadUs[next] - aheadUs[from]) / Math.max(1e-6, atS[next] - atS[from]);
                if (steepness <= slope) {
                    slope = steepness;
                    to = next;
                }
            }
            if (atS[to] >= meanS) {
                break;
            }
            from = to;
        }
        return slope;
    }

    /** How far readings lie apart around a line of this slope. */
    private double spreadUs(double slope) {
        rests(slope);
        double middle = median(count);
        if (side == Noise.LATE) {
            return middle - work[0]; // sorted: how late the median reading is
        }
        for (int i = 0; i < count; i++) {
            work[i] = Math.abs(work[i] - middle);
        }
        // Of a normal distribution; two degrees of freedom went into the line.
        return 1.4826 * median(count) * Math.sqrt(count / (count - 2.0));
    }

    private void rests(double slope) {
        for (int i = 0; i < count; i++) {
            work[i] = aheadUs[i] - slope * atS[i];
        }
    }

    /** Sorts the first values of {@link #work}. */
    private double median(int values) {
        Arrays.sort(work, 0, values);
        return (work[(values - 1) / 2] + work[values / 2]) / 2;
    }
}
