package dev.vigil.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.frame.Capture;
import dev.vigil.frame.FrameTimes;
import dev.vigil.frame.Step;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class StepTimesTest {
    private static final Percentage RESOLUTION = Percentage.withPercentage(1);

    private static FrameTimes frame(long decodeUs, long inferUs) {
        FrameTimes times = new FrameTimes();
        times.begin(0, Capture.atArrival(0));
        times.mark(Step.DECODE, decodeUs * 1_000);
        times.mark(Step.INFER, (decodeUs + inferUs) * 1_000);
        return times;
    }

    @Test
    void shouldTellQuantilesOfEachStepTheTotalAndTheAge() {
        StepTimes times = new StepTimes();
        for (int i = 1; i <= 1_000; i++) {
            times.record(frame(10L * i, 20_000), 50L * i);
        }
        StepTimes copy = times.copy();
        assertThat(copy.step(Step.DECODE).getTotalCount()).isEqualTo(1_000);
        assertThat(copy.step(Step.DECODE).getValueAtPercentile(50)).isCloseTo(5_000, RESOLUTION);
        assertThat(copy.step(Step.DECODE).getValueAtPercentile(99)).isCloseTo(9_900, RESOLUTION);
        assertThat(copy.step(Step.DECODE).getMaxValue()).isCloseTo(10_000, RESOLUTION);
        assertThat(copy.step(Step.INFER).getValueAtPercentile(50)).isCloseTo(20_000, RESOLUTION);
        assertThat(copy.step(Step.POST).getMaxValue()).isZero();
        assertThat(copy.total().getValueAtPercentile(50)).isCloseTo(25_000, RESOLUTION);
        assertThat(copy.age().getMaxValue()).isCloseTo(50_000, RESOLUTION);
    }

    @Test
    void shouldHoldWhatIsOutOfBounds() {
        StepTimes times = new StepTimes();
        times.record(frame(3_600_000_000L, 0), -5_000_000); // an hour in the decoder, a camera whose clock is ahead
        assertThat(times.copy().step(Step.DECODE).getMaxValue()).isCloseTo(60_000_000, RESOLUTION);
        assertThat(times.copy().total().getMaxValue()).isCloseTo(60_000_000, RESOLUTION);
        assertThat(times.copy().age().getMaxValue()).isZero();
        times.record(frame(0, 0), Long.MAX_VALUE);
        times.record(frame(0, 0), Long.MIN_VALUE);
        assertThat(times.copy().age().getTotalCount()).isEqualTo(3);
    }

    @Test
    void shouldKeepCopyWhenOriginalGoesOnAndIsReset() {
        StepTimes times = new StepTimes();
        times.record(frame(100, 200), 300);
        StepTimes copy = times.copy();
        times.record(frame(1, 1), 1);
        times.reset();
        assertThat(copy.total().getTotalCount()).isEqualTo(1);
        assertThat(times.copy().total().getTotalCount()).isZero();
        assertThat(times.copy().age().getMaxValue()).isZero();
    }

    @Test
    void shouldAddUpWhenCamerasAreSummed() {
        StepTimes sum = new StepTimes();
        for (int camera = 1; camera <= 3; camera++) {
            StepTimes times = new StepTimes();
            times.record(frame(1_000L * camera, 0), 0);
            sum.add(times);
        }
        assertThat(sum.copy().total().getTotalCount()).isEqualTo(3);
        assertThat(sum.copy().step(Step.DECODE).getMean()).isCloseTo(2_000, within(20.0));
    }

    @Test
    void shouldLoseNothingWhenRecordedWhileCopied() throws Exception {
        StepTimes times = new StepTimes();
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Thread writer = new Thread(() -> {
                FrameTimes frame = frame(500, 1_500);
                for (int n = 0; n < 20_000; n++) {
                    times.record(frame, n);
                }
            });
            writers.add(writer);
            writer.start();
        }
        while (writers.stream().anyMatch(Thread::isAlive)) {
            StepTimes copy = times.copy();
            assertThat(copy.total().getTotalCount())
                    .isEqualTo(copy.age().getTotalCount())
                    .isEqualTo(copy.step(Step.ALL[0]).getTotalCount());
        }
        assertThat(times.copy().total().getTotalCount()).isEqualTo(40_000);
    }
}
