package dev.vigil.source.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.frame.Capture;
import dev.vigil.frame.CaptureClock;
import dev.vigil.frame.ClockStatus;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A camera, a network and a box, each with its clock, in a time that is known exactly. */
class SenderClockTest {
    private static final double UTC_S = 1_795_305_600; // 2026-11-22T00:00:00Z
    private static final int RATE = 90_000;
    private static final double FRAME_S = 0.04;
    private static final double REPORT_S = 5;
    private static final double WAY_S = 0.030;

    private final SenderClock clock = new SenderClock(RATE, 100_000);
    private final Random random = new Random(4);

    // what is wrong, and may change in between
    private double samplingPpm;
    private double wallPpm;
    private double wallAheadS;
    private double timestampsAheadS = 40_000; // the 32 bits wrap after 7700 s
    private double boxAheadS;
    private double pairNoiseS;
    private double wayS = WAY_S;
    private double reportDelayS = 0.0003;
    private double delayNoiseS;

    // the true time, and the pictures so far
    private double nowS;
    private double nextReportS;
    private double worstUtcUs;
    private double worstWayUs;
    private Capture last;

    private int timestamp(double trueS) {
        return (int) Math.round((trueS * (1 + samplingPpm * 1e-6) + timestampsAheadS) * RATE);
    }

    private double cameraUtcS(double trueS) {
        return trueS * (1 + wallPpm * 1e-6) + wallAheadS;
    }

    private void report() {
        double noisyS = nowS + pairNoiseS * (random.nextDouble() - 0.5);
        double seconds = UTC_S + 2_208_988_800L;
        double utcS = cameraUtcS(noisyS);
        long ntp = ((long) seconds << 32) + Math.round(utcS * 0x1p32);
        double delayS = reportDelayS - delayNoiseS * Math.log(1 - random.nextDouble());
        clock.report(ntp, timestamp(nowS), ns(nowS + delayS), boxUtcUs(nowS + delayS));
    }

    private static long ns(double trueS) {
        return 77_000_000_000L + Math.round(trueS * 1e9);
    }

    private long boxUtcUs(double trueS) {
        return Math.round((UTC_S + boxAheadS) * 1e6) + Math.round(trueS * 1e6);
    }

    /** Pictures and reports until a moment; the worst errors are those from here on. */
    private void runTo(double untilS, boolean reports) {
        worstUtcUs = 0;
        worstWayUs = 0;
        for (; nowS < untilS; nowS += FRAME_S) {
            if (reports && nowS >= nextReportS) {
                report();
                nextReportS = nowS + REPORT_S;
            }
            picture();
        }
    }

    private void picture() {
        double arrivalS = nowS + wayS;
        long ticks = clock.ticks(timestamp(nowS));
        last = clock.capture(ticks, ns(arrivalS), ns(arrivalS), boxUtcUs(arrivalS));
        double trueUs = last.clock() == CaptureClock.RTCP ? cameraUtcS(nowS) * 1e6 : (nowS + boxAheadS) * 1e6;
        worstUtcUs = Math.max(worstUtcUs, Math.abs(last.utcUs() - UTC_S * 1e6 - trueUs));
        worstWayUs = Math.max(worstWayUs, Math.abs(last.wayUs() - WAY_S * 1e6));
    }

    private ClockStatus status() {
        return clock.status();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "500, 0", "-500, 0", "0, 500", "0, -500", "500, 500", "250, -250"})
    void shouldTellCaptureToMillisecondsWhenClocksDrift(double sampling, double wall) {
        samplingPpm = sampling;
        wallPpm = wall;
        runTo(30, true);
        assertThat(worstUtcUs).isLessThan(5_000);
        assertThat(worstWayUs).isLessThan(5_000);
        runTo(120, true);
        assertThat(worstUtcUs).isLessThan(100);
        assertThat(worstWayUs).isLessThan(500);
        assertThat(last.clock()).isEqualTo(CaptureClock.RTCP);
        assertThat(status().driftPpm()).isCloseTo(wall, within(2.0));
        assertThat(status().offsetUs() / 1e6).isCloseTo(wall * 1e-6 * nowS, within(0.001));
    }

    @ParameterizedTest
    @ValueSource(doubles = {500, -500})
    void shouldFollowWhenRateChangesLater(double ppm) {
        runTo(100, true);
        // From here on faster or slower, without a jump.
        samplingPpm = ppm;
        timestampsAheadS -= nowS * ppm * 1e-6;
        runTo(130, true);
        assertThat(worstUtcUs).isLessThan(5_000);
        assertThat(worstWayUs).isLessThan(5_000);
        runTo(160, true);
        assertThat(worstUtcUs).isLessThan(100);
        assertThat(status().steps()).isZero();
    }

    @Test
    void shouldAverageWhenReportsPairTheirTimesBadly() {
        pairNoiseS = 0.010;
        runTo(40, true);
        assertThat(worstUtcUs).isLessThan(12_000);
        runTo(400, true);
        assertThat(worstUtcUs).isLessThan(4_000).isLessThan(last.uncertaintyUs());
        assertThat(status().steps()).isZero();
    }

    @Test
    void shouldMeasureDriftAndOffsetWhenNetworkDelaysReports() {
        wallPpm = 80;
        wallAheadS = 0.020;
        delayNoiseS = 0.020;
        runTo(400, true);
        assertThat(status().driftPpm()).isCloseTo(80, within(Math.min(25, 2 * status().driftUncertaintyPpm())));
        // Half of all reports come more than 14 ms late.
        assertThat(status().offsetUs() / 1e3).isCloseTo(20 + 80e-3 * nowS, within(4.0));
        assertThat(worstUtcUs).isLessThan(5_000);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.15, 0.6})
    void shouldNotTakeLatenessForARateWhenOnlyFirstReportsAreLate(double delayS) {
        reportDelayS = delayS;
        runTo(REPORT_S - FRAME_S, true);
        reportDelayS = 0.0003;
        runTo(2 * REPORT_S, true);
        runTo(3 * REPORT_S, true);
        runTo(60, false);
        assertThat(worstUtcUs).isLessThan(1_000);
        assertThat(worstWayUs).isLessThan(2_000);
        assertThat(last.clock()).isEqualTo(CaptureClock.RTCP);
        assertThat(status().steps()).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {2, -2, 0.06, -10_000})
    void shouldFollowClockThatIsSetWhenSecondReportAgrees(double stepS) {
        runTo(52, true);
        wallAheadS = stepS;
        nextReportS = nowS;
        runTo(nowS + REPORT_S - FRAME_S, true); // one report may be a slip
        assertThat(last.utcUs() - UTC_S * 1e6).isCloseTo(nowS * 1e6, within(50_000.0));
        assertThat(last.uncertaintyUs()).isGreaterThan((long) Math.abs(stepS * 1e6) - 1_000);
        assertThat(status().steps()).isZero();
        runTo(nowS + 2 * FRAME_S, true);
        runTo(nowS + 60, true);
        assertThat(worstUtcUs).isLessThan(1_000);
        assertThat(worstWayUs).isLessThan(1_000);
        assertThat(last.clock()).isEqualTo(Math.abs(stepS) > 0.1 ? CaptureClock.RTCP_ADJUSTED : CaptureClock.RTCP);
        assertThat(status().steps()).isEqualTo(1);
        assertThat(status().lastStepUs() / 1e6).isCloseTo(stepS, within(0.001));
        assertThat(status().offsetUs() / 1e6).isCloseTo(stepS, within(0.001));
    }

    @Test
    void shouldIgnoreReportWhenItIsASlip() {
        runTo(50, true);
        wallAheadS = 3;
        report();
        wallAheadS = 0;
        runTo(70, true);
        assertThat(worstUtcUs).isLessThan(500);
        assertThat(status().steps()).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {3, -3, 600, -600, 20_000, 0.7})
    void shouldGoOnWhenTimestampsJump(double jumpS) {
        runTo(52, true);
        timestampsAheadS += jumpS;
        runTo(nowS + 3 * REPORT_S, true);
        assertThat(worstUtcUs).isLessThan(1_000);
        assertThat(worstWayUs).isLessThan(1_000);
        assertThat(last.clock()).isEqualTo(CaptureClock.RTCP);
        assertThat(status().steps()).isEqualTo(1);
        assertThat(status().lastStep()).contains("RTP timestamps jumped");
        assertThat(status().lastStepUs() / 1e6).isCloseTo(jumpS, within(0.01));
    }

    @Test
    void shouldFindTheUsualWayAgainWhenThePictureThatJumpsComesLate() {
        runTo(52, true);
        timestampsAheadS += 600;
        wayS = 0.090;
        picture();
        assertThat(worstUtcUs).isBetween(59_000.0, 61_000.0);
        wayS = WAY_S;
        nowS += FRAME_S;
        runTo(nowS + 1, false);
        assertThat(worstUtcUs).isLessThan(1_000);
        assertThat(status().steps()).isEqualTo(1);
    }

    @Test
    void shouldGoOnWhenReportTellsOfJumpBeforePicturesDo() {
        runTo(52, true);
        timestampsAheadS -= 500;
        report();
        runTo(nowS + 2 * REPORT_S, true);
        assertThat(worstUtcUs).isLessThan(1_000);
        assertThat(status().steps()).isEqualTo(1);
        assertThat(status().lastStepUs() / 1e6).isCloseTo(-500, within(0.01));
    }

    @Test
    void shouldGoOnWhenTimestampsWrap() {
        timestampsAheadS = 47_690; // 2^32 ticks are 47721.86 s
        runTo(90, true);
        assertThat(worstUtcUs).isLessThan(100);
        assertThat(status().steps()).isZero();
    }

    @Test
    void shouldSaySoAndGoByArrivalWhenReportsAreMissing() {
        samplingPpm = 500;
        runTo(60, true);
        runTo(110, false);
        assertThat(last.clock()).isEqualTo(CaptureClock.RTCP);
        assertThat(worstUtcUs).isLessThan(5_000).isLessThan(last.uncertaintyUs());
        runTo(130, false);
        assertThat(last.clock()).isEqualTo(CaptureClock.ARRIVAL);
        assertThat(last.uncertaintyUs()).isEqualTo(Capture.UNKNOWN);
        assertThat(last.utcUs()).isCloseTo(boxUtcUs(nowS - FRAME_S + WAY_S), within(2L));
        assertThat(status().source()).isEqualTo(CaptureClock.ARRIVAL);
        assertThat(status().offsetUs()).isNull();
        assertThat(status().driftPpm()).isNull();
        nextReportS = nowS;
        runTo(140, true);
        assertThat(last.clock()).isEqualTo(CaptureClock.RTCP);
        assertThat(worstUtcUs).isLessThan(5_000);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-UTC_S, -UTC_S - 2_208_988_000.0, 86_400.0 * 365 * 20, -3 * 3_600})
    void shouldGoByOurClockWhenCamerasIsAbsurd(double aheadS) {
        wallAheadS = aheadS; // 1970; seconds since the camera's start; 2046; another time zone
        clock.roundTrip(1_500);
        runTo(60, true);
        assertThat(last.clock()).isEqualTo(CaptureClock.RTCP_ADJUSTED);
        assertThat(worstUtcUs).isLessThan(1_000);
        assertThat(worstWayUs).isLessThan(1_000);
        assertThat(last.uncertaintyUs()).isBetween(1_500L, 3_000L);
        assertThat(Math.abs(status().offsetUs())).isGreaterThan(3_500_000_000L);
    }

    @Test
    void shouldPassOverReportWhenCameraHasNoClock() {
        clock.report(0, timestamp(0), ns(0), boxUtcUs(0));
        picture();
        assertThat(last.clock()).isEqualTo(CaptureClock.ARRIVAL);
        assertThat(status().reports()).isZero();
    }

    @Test
    void shouldNotTouchAgeOrDriftWhenOurClockIsSet() {
        runTo(60, true);
        boxAheadS = 3_600;
        runTo(90, true);
        assertThat(worstWayUs).isLessThan(500);
        assertThat(last.clock()).isEqualTo(CaptureClock.RTCP_ADJUSTED);
        assertThat(worstUtcUs).isLessThan(1_000);
        assertThat(status().driftPpm()).isCloseTo(0, within(2.0));
        assertThat(status().steps()).isZero();
        boxAheadS = 0;
        runTo(100, true);
        assertThat(last.clock()).isEqualTo(CaptureClock.RTCP);
        assertThat(worstUtcUs).isLessThan(100);
    }

    @Test
    void shouldGoByArrivalWhenReportsTimestampsAreNotThoseOfThePictures() {
        timestampsAheadS += 10_000;
        report();
        timestampsAheadS -= 10_000;
        // Pictures seem to be from hours ago; a first picture can not tell that from a jump.
        picture();
        assertThat(last.clock()).isEqualTo(CaptureClock.ARRIVAL);
    }

    @Test
    void shouldBeHonestWhenThereIsOneReportOnly() {
        samplingPpm = 200;
        report();
        runTo(20, false);
        assertThat(worstUtcUs).isBetween(3_000.0, 5_000.0).isLessThan(last.uncertaintyUs());
        assertThat(status().driftPpm()).isNull();
    }
}
