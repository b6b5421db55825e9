package dev.vigil.source.rtsp;

/**
 * A camera's wall clock as its sender reports tell it, against its sampling clock. A report that contradicts those before it is
 * believed when the next one agrees with it: one alone may be a slip. Not threadsafe.
 */
final class WallReadings {
    /** What a reading was, seen from those before it. */
    enum Verdict {
        FITS,
        /** One of the two clocks runs faster or slower than it did. */
        RATE_CHANGED,
        /** The wall clock was set. */
        STEPPED
    }

    /** Standard deviations that a reading may be off. */
    private static final double NOISE_FACTOR = 6;
    /** Worse reports are of no use. */
    private static final double NOISE_MAX_US = 50_000;
    /** So many contradictions one after the other, and none agrees with another: the reports are that bad. */
    private static final int CONTRADICTIONS_MAX = 3;
    /** A timestamp's tick is 11 µs. */
    private static final double NOISE_MIN_US = 20;

    private final ClockLine line = new ClockLine(ClockLine.Noise.BOTH_WAYS, NOISE_MIN_US);
    private int contradictions;
    private double contradictionAtS;
    private double contradictionAheadUs;
    private double contradictionOffUs;
    private double stepUs;

    boolean known() {
        return line.known();
    }

    void restart() {
        contradictions = 0;
        line.restart();
    }

    /** How far a reading is off from what those before it let expect. */
    double offUs(double timeS, double aheadUs) {
        return aheadUs - line.aheadUs(timeS);
    }

    /** How far a reading may be off. */
    double toleranceUs(double timeS) {
        return NOISE_FACTOR * line.noiseUs() + 2 * line.sdPpm() * Math.abs(timeS - line.newestAtS());
    }

    Verdict take(double timeS, double aheadUs) {
        if (!line.known()) {
            line.add(timeS, aheadUs);
            return Verdict.FITS;
        }
        double offUs = offUs(timeS, aheadUs);
        if (Math.abs(offUs) <= toleranceUs(timeS)) {
            contradictions = 0;
            line.add(timeS, aheadUs);
            return Verdict.FITS;
        }
        double sinceS = timeS - line.newestAtS();
        double ratePpm = (aheadUs - line.newestAheadUs()) / sinceS;
        if (contradictions == 0 && sinceS > 0 && Math.abs(ratePpm - line.ppm()) <= ClockLine.RATE_ERROR_MAX_PPM) {
            line.noiseAtLeast(Math.abs(offUs) / 10);
            line.rateChanged();
            line.add(timeS, aheadUs);
            return Verdict.RATE_CHANGED;
        }
        return contradict(timeS, aheadUs, offUs);
    }

    private Verdict contradict(double timeS, double aheadUs, double offUs) {
        double apartS = timeS - contradictionAtS;
        double agreeUs = aheadUs - contradictionAheadUs - line.ppm() * apartS;
        boolean agrees = contradictions > 0
                && Math.abs(agreeUs) <= NOISE_FACTOR * line.noiseUs() + ClockLine.RATE_ERROR_MAX_PPM * Math.abs(apartS);
        if (agrees) {
            stepUs = contradictionOffUs;
            restart();
            line.add(contradictionAtS, contradictionAheadUs);
            line.add(timeS, aheadUs);
            return Verdict.STEPPED;
        }
        if (++contradictions > CONTRADICTIONS_MAX) {
            line.noiseAtLeast(Math.min(NOISE_MAX_US, 4 * line.noiseUs()));
            restart();
            line.add(timeS, aheadUs);
            return Verdict.FITS;
        }
        contradictionAtS = timeS;
        contradictionAheadUs = aheadUs;
        contradictionOffUs = offUs;
        return Verdict.FITS;
    }

    /** By how much the clock was set when it was last found to have been. */
    double stepUs() {
        return stepUs;
    }

    double aheadUs(double timeS) {
        return line.aheadUs(timeS);
    }

    /** How far {@link #aheadUs} may be off, a contradiction included that nothing has confirmed yet. */
    double uncertaintyUs(double timeS) {
        return line.uncertaintyUs(timeS) + (contradictions > 0 ? Math.abs(contradictionOffUs) : 0);
    }

    double ppm() {
        return line.ppm();
    }

    double sdPpm() {
        return line.sdPpm();
    }
}
