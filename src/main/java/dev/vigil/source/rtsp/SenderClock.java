package dev.vigil.source.rtsp;

import dev.vigil.frame.Capture;
import dev.vigil.frame.CaptureClock;
import dev.vigil.frame.ClockStatus;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Makes times of RTP timestamps. The camera's sampling clock, which they count, is the axis; each sender report (RFC 3550,
 * section 6.4.1) is a reading of two other clocks on it: of the camera's wall clock, which it states, and of this box's
 * monotonic clock, by its arrival. So a wall clock that is set, here or there, does not touch what is known of the picture's
 * way, and a rate is measured and not assumed. Not threadsafe.
 *
 * <pre>
 *   RTP timestamp ──► time of the sampling clock ──┬─► {@code wall}: when by the camera's clock
 *      32 bits          goes on over wraps         └─► {@code box}:  when by the box's, less the shortest way
 *                       and jumps
 * </pre>
 */
final class SenderClock {
    private static final long NTP_TO_UNIX_S = 2_208_988_800L;
    private static final long NTP_ERA_S = 1L << 32;
    /** Reports come every few seconds (section 6.2); after so long without one, what they said has grown too old. */
    static final long SILENT_NS = TimeUnit.SECONDS.toNanos(60);
    /** A picture can not arrive before it was taken; as long as reports came late it may seem so, but not by so much. */
    private static final double EARLY_MAX_US = 200_000;
    /** One that seems so by this much came by a shorter way than any report. */
    private static final double EARLIER_THAN_REPORTS_US = 1_000;
    /** In a stream with a deadline no picture is under way for so long. */
    private static final double WAY_MAX_US = 30e6;
    /** Pictures with B-frames come out of order, but by less than this. */
    private static final double BACK_MAX_S = 1;
    /** Without several reports, the network may have delayed those that came by so much. */
    private static final double DELAY_UNKNOWN_US = 1e6;

    private static final int DELAY_KNOWN_FROM = 3;
    /** Shown is a drift that is known to so much, from readings over so long: a burst of delays is none. */
    private static final double DRIFT_UNCERTAIN_MAX_PPM = 50;

    private static final double DRIFT_SPAN_MIN_S = 20;

    private final int clockRate;
    private final double offsetMaxUs;
    private final WallReadings wall = new WallReadings();
    private final ClockLine box = new ClockLine(ClockLine.Noise.LATE, 50);

    // the axis
    private boolean begun;
    private long lastTicks;
    /** Added to ticks for a time that goes on over jumps. */
    private long shiftTicks;

    /** Times and clocks are counted from those of the first report. */
    private long originTicks;

    private long originUtcUs;
    private long originNs;

    private boolean reported;
    private long reportNs;
    private long reports;
    private long roundTripUs = Capture.UNKNOWN;

    // the pictures' way
    private double lastAtS = Double.NEGATIVE_INFINITY;
    /** Of the newest pictures, in turns. */
    private final double[] waysUs = new double[16];

    private long ways;
    /** The shortest of those: what comes later was held up. */
    private double usualWayUs;

    private double usualDeviationUs;
    /** Since a jump no report has come; the time goes on by the usual way. */
    private boolean bridged;

    // what was told last
    private boolean adjusted;
    private long steps;
    private String lastStep;
    private long lastStepUs;
    private Capture lastCapture;
    private Long offsetUs;

    /** @param offsetMaxUs a camera's clock that is further from the box's is not used for capture times */
    SenderClock(int clockRate, double offsetMaxUs) {
        this.clockRate = clockRate;
        this.offsetMaxUs = offsetMaxUs;
    }

    /** How long a request to the camera and its answer took at least: no way is longer. */
    void roundTrip(long us) {
        roundTripUs = roundTripUs < 0 ? us : Math.min(us, roundTripUs);
    }

    /** The timestamp on an axis that does not wrap; follows small steps back as well. */
    long ticks(int timestamp) {
        lastTicks = near(timestamp);
        return lastTicks;
    }

    private long near(int timestamp) {
        if (!begun) {
            begun = true;
            lastTicks = timestamp & 0xffff_ffffL;
        }
        return lastTicks + (timestamp - (int) lastTicks);
    }

    private double timeS(long ticks) {
        return (double) (ticks + shiftTicks - originTicks) / clockRate;
    }

    /**
     * Takes a sender report. One that says that the camera has no clock (0) is passed over.
     *
     * @param ntp seconds since 1900 in the upper 32 bits, fractions below
     * @param arrivalNs when it came, on the monotonic clock
     * @param nowUtcUs this box's time, which tells the NTP era
     */
    void report(long ntp, int timestamp, long arrivalNs, long nowUtcUs) {
        if (ntp == 0) {
            return;
        }
        long ticks = near(timestamp);
        long utcUs = utcUs(ntp, nowUtcUs);
        if (!reported) {
            reported = true;
            originTicks = ticks + shiftTicks;
            originUtcUs = utcUs;
            originNs = arrivalNs;
        }
        reports++;
        reportNs = arrivalNs;
        double boxUs = (arrivalNs - originNs) / 1e3;
        if (bridged) {
            bridged = false;
            wall.restart();
            box.restart();
        }
        double timeS = timeS(ticks);
        double wallAheadUs = utcUs - originUtcUs - timeS * 1e6;
        if (wall.known() && timestampsJumped(timeS, wallAheadUs, boxUs)) {
            double jumpUs = wall.offUs(timeS, wallAheadUs);
            shiftTicks += Math.round(jumpUs * clockRate / 1e6);
            noteStep("RTP timestamps jumped", -jumpUs);
            timeS = timeS(ticks);
            wallAheadUs = utcUs - originUtcUs - timeS * 1e6;
        }
        switch (wall.take(timeS, wallAheadUs)) {
            case FITS -> {}
            case RATE_CHANGED -> box.rateChanged();
            case STEPPED -> noteStep("clock was set", wall.stepUs());
        }
        box.add(timeS, boxUs - timeS * 1e6);
    }

    /** Microseconds since 1970, in the NTP era that is nearest to now. */
    private static long utcUs(long ntp, long nowUtcUs) {
        long seconds = (ntp >>> 32) - NTP_TO_UNIX_S;
        long eras = Math.round((nowUtcUs / 1e6 - seconds) / NTP_ERA_S);
        return (seconds + eras * NTP_ERA_S) * 1_000_000 + ((ntp & 0xffff_ffffL) * 1_000_000 >>> 32);
    }

    /** Wall clock and timestamp of a report do not belong together as before: the one that goes on with our clock is right. */
    private boolean timestampsJumped(double timeS, double wallAheadUs, double boxUs) {
        double offUs = wall.offUs(timeS, wallAheadUs);
        double lateUs = boxUs - timeS * 1e6 - box.aheadUs(timeS);
        return Math.abs(offUs) > wall.toleranceUs(timeS) + 50_000 && Math.abs(lateUs - offUs) < Math.abs(lateUs);
    }

    private void noteStep(String what, double us) {
        steps++;
        lastStepUs = Math.round(us);
        lastStep = String.format(Locale.ROOT, "its %s by %+.3f s", what, us / 1e6);
    }

    /** The sender began anew: its timestamps and reports from before mean nothing any more. */
    void restart() {
        reported = false;
        bridged = false;
        lastAtS = Double.NEGATIVE_INFINITY;
        wall.restart();
        box.restart();
    }

    /**
     * When a picture was taken.
     *
     * @param ticks as {@link #ticks} gave them
     * @param nowNs this moment on the monotonic clock, as {@code arrivalNs}
     * @param nowUtcUs this moment by this box's clock
     */
    Capture capture(long ticks, long arrivalNs, long nowNs, long nowUtcUs) {
        lastCapture = known(ticks, arrivalNs, nowNs, nowUtcUs);
        if (lastCapture == null) {
            lastCapture = Capture.atArrival(nowUtcUs - (nowNs - arrivalNs) / 1_000);
        }
        return lastCapture;
    }

    private Capture known(long ticks, long arrivalNs, long nowNs, long nowUtcUs) {
        offsetUs = null;
        if (!reported || arrivalNs - reportNs > SILENT_NS) {
            return null;
        }
        followJump(ticks, arrivalNs);
        double timeS = timeS(ticks);
        lastAtS = timeS;
        double wayUs = wayUs(timeS, arrivalNs);
        if (wayUs > WAY_MAX_US) {
            return null; // the reports' timestamps are not those of the pictures
        }
        followWay(wayUs, timeS, arrivalNs);
        wayUs = Math.max(0, wayUs(timeS, arrivalNs));
        double tookUs = (arrivalNs - originNs) / 1e3 - wayUs;
        double boxUtcUs = nowUtcUs - (nowNs - originNs) / 1e3 + tookUs;
        double wallUtcUs = originUtcUs + timeS * 1e6 + wall.aheadUs(timeS);
        offsetUs = Math.round(wallUtcUs - boxUtcUs);
        double boundUs = delayKnown() ? offsetMaxUs : Math.max(offsetMaxUs, DELAY_UNKNOWN_US);
        adjusted = Math.abs(offsetUs) > (adjusted ? 0.75 : 1) * boundUs;
        double bridgeUs = bridged ? 3 * usualDeviationUs : 0;
        if (adjusted) {
            double unknownWayUs = roundTripUs < 0 ? DELAY_UNKNOWN_US : roundTripUs;
            double uncertaintyUs = box.uncertaintyUs(timeS) + unknownWayUs + bridgeUs;
            return new Capture(
                    Math.round(boxUtcUs), CaptureClock.RTCP_ADJUSTED, Math.round(wayUs), Math.round(uncertaintyUs));
        }
        double uncertaintyUs = wall.uncertaintyUs(timeS) + bridgeUs;
        return new Capture(Math.round(wallUtcUs), CaptureClock.RTCP, Math.round(wayUs), Math.round(uncertaintyUs));
    }

    private boolean delayKnown() {
        return box.readings() >= DELAY_KNOWN_FROM;
    }

    /** Timestamps that went back, or that lie ahead of time, have jumped. */
    private void followJump(long ticks, long arrivalNs) {
        double timeS = timeS(ticks);
        double wayUs = wayUs(timeS, arrivalNs);
        double earlyMaxUs = (delayKnown() ? EARLY_MAX_US : DELAY_UNKNOWN_US) + box.uncertaintyUs(timeS);
        if (wayUs < -earlyMaxUs || timeS < lastAtS - BACK_MAX_S) {
            long before = shiftTicks;
            shiftToUsualWay(ticks, arrivalNs);
            bridged = true;
            noteStep("RTP timestamps jumped", (before - shiftTicks) * 1e6 / clockRate);
        } else if (bridged && wayUs < usualWayUs) {
            shiftToUsualWay(ticks, arrivalNs); // so the picture that showed the jump came later than usual
        }
    }

    private void followWay(double wayUs, double timeS, long arrivalNs) {
        if (wayUs < -EARLIER_THAN_REPORTS_US) {
            box.add(timeS, (arrivalNs - originNs) / 1e3 - timeS * 1e6); // so all reports came late
        }
        waysUs[(int) (ways++ % waysUs.length)] = wayUs;
        usualWayUs = wayUs;
        for (int i = 0; i < Math.min(ways, waysUs.length); i++) {
            usualWayUs = Math.min(usualWayUs, waysUs[i]);
        }
        usualDeviationUs += (wayUs - usualWayUs - usualDeviationUs) / 8;
    }

    /** From the capture to the arrival, less the shortest way of a report. */
    private double wayUs(double timeS, long arrivalNs) {
        return (arrivalNs - originNs) / 1e3 - timeS * 1e6 - box.aheadUs(timeS);
    }

    /** From here on timestamps mean what lets this picture have come the usual way. */
    private void shiftToUsualWay(long ticks, long arrivalNs) {
        // Each round leaves of the error what the clock's rate is off, some parts per million.
        for (int round = 0; round < 4; round++) {
            double offUs = wayUs(timeS(ticks), arrivalNs) - usualWayUs;
            shiftTicks += Math.round(offUs * clockRate / 1e6);
        }
    }

    /** As of the picture of the last {@link #capture}. */
    ClockStatus status() {
        if (lastCapture == null) {
            return ClockStatus.ARRIVAL;
        }
        Double driftPpm = null;
        Double uncertainPpm = null;
        double sdPpm = Math.hypot(wall.sdPpm(), box.sdPpm());
        if (offsetUs != null && box.spanS() >= DRIFT_SPAN_MIN_S && 2 * sdPpm <= DRIFT_UNCERTAIN_MAX_PPM) {
            driftPpm = Math.round((wall.ppm() - box.ppm()) * 10) / 10.0;
            uncertainPpm = Math.round(2 * sdPpm * 10) / 10.0;
        }
        Long uncertaintyUs = lastCapture.uncertaintyUs() == Capture.UNKNOWN ? null : lastCapture.uncertaintyUs();
        return new ClockStatus(
                lastCapture.clock(),
                uncertaintyUs,
                offsetUs,
                driftPpm,
                uncertainPpm,
                reports,
                steps,
                lastStep,
                lastStepUs);
    }
}
