package dev.vigil.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameTimesTest {
    private static long sumUs(FrameTimes times) {
        long sum = 0;
        for (Step step : Step.ALL) {
            sum += times.stepUs(step);
        }
        return sum;
    }

    /** The monotonic clock's origin is arbitrary: it may be below zero, and pass through it. */
    @ParameterizedTest
    @ValueSource(longs = {0, 999, 123_456_789_012_345L, -9_000, -123_456_789_012_345L})
    void shouldSumToTheTotalExactlyWhateverTheMarks(long originNs) {
        Random random = new Random(originNs);
        FrameTimes times = new FrameTimes();
        for (int frame = 0; frame < 1_000; frame++) {
            long nowNs = originNs;
            times.begin(nowNs, new Capture(frame, CaptureClock.RTCP, 0, 100));
            for (int mark = 0; mark < 20; mark++) {
                nowNs += random.nextInt(3_000_000);
                times.mark(Step.ALL[random.nextInt(Step.ALL.length)], nowNs);
            }
            assertThat(sumUs(times)).isEqualTo(times.totalUs());
            assertThat(times.totalUs()).isBetween((nowNs - originNs) / 1_000 - 1, (nowNs - originNs) / 1_000 + 1);
            assertThat(times.capture().utcUs()).isEqualTo(frame);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1_000_000})
    void shouldBeIndependentWhenCopied(long startNs) {
        FrameTimes original = new FrameTimes();
        original.begin(startNs, new Capture(77, CaptureClock.RTCP, 12_000, 100));
        original.mark(Step.DECODE, startNs + 5_000_000);
        FrameTimes copy = new FrameTimes();
        copy.begin(1, Capture.atArrival(1));
        copy.mark(Step.POST, 9_000_000);
        copy.set(original);
        original.begin(0, Capture.atArrival(0));

        copy.mark(Step.WAIT, startNs + 7_000_000);
        assertThat(copy.stepUs(Step.DECODE)).isEqualTo(5_000);
        assertThat(copy.stepUs(Step.WAIT)).isEqualTo(2_000);
        assertThat(copy.stepUs(Step.POST)).isZero();
        assertThat(copy.totalUs()).isEqualTo(7_000);
        assertThat(copy.arrivalUs()).isEqualTo(startNs / 1_000);
        assertThat(copy.capture()).isEqualTo(new Capture(77, CaptureClock.RTCP, 12_000, 100));
        assertThat(copy.ageUs()).isEqualTo(12_000 + 7_000);
        assertThat(original.totalUs()).isZero();
    }
}
