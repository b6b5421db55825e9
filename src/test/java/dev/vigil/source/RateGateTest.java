package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateGateTest {
    private static final long MS_NS = 1_000_000;
    private static final long FRAME_NS = 40 * MS_NS;
    private static final int FRAMES = 2_500; // 100 s at 25 frames/s

    private static int admitted(RateGate gate, LongUnaryOperator arrivalNs) {
        int admitted = 0;
        for (int i = 0; i < FRAMES; i++) {
            admitted += gate.admits(0, arrivalNs.applyAsLong(i)) ? 1 : 0;
        }
        return admitted;
    }

    @Test
    void shouldAdmitEverythingWhenThereIsNoLimit() {
        assertThat(admitted(new RateGate(0), i -> i)).isEqualTo(FRAMES);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1, 5, 10, 12.5, 15, 24})
    void shouldHoldTheWantedRateWhenMoreComes(double fpsMax) {
        int admitted = admitted(new RateGate(fpsMax), i -> i * FRAME_NS);
        assertThat(admitted).isBetween((int) (fpsMax * 100) - 1, (int) (fpsMax * 100) + 2);
    }

    @Test
    void shouldSpaceFramesEvenlyWhenTenOfTwentyFiveAreWanted() {
        RateGate gate = new RateGate(10);
        long last = -1;
        for (int i = 0; i < FRAMES; i++) {
            if (gate.admits(0, i * FRAME_NS)) {
                if (last >= 0) {
                    assertThat(i - last).isBetween(2L, 3L);
                }
                last = i;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3, 8})
    void shouldLoseNothingWhenCameraRunsAtTheWantedRateWithJitter(long jitterMs) {
        Random random = new Random(jitterMs);
        int admitted = admitted(
                new RateGate(25),
                i -> i * FRAME_NS + (jitterMs == 0 ? 0 : random.nextLong(-jitterMs, jitterMs + 1) * MS_NS));
        assertThat(admitted).isGreaterThanOrEqualTo((int) (0.99 * FRAMES));
    }

    @Test
    void shouldMakeUpForOneFrameOnlyWhenCameraComesBackAfterPause() {
        RateGate gate = new RateGate(10);
        assertThat(admitted(gate, i -> i * FRAME_NS)).isPositive();
        long resumedNs = FRAMES * FRAME_NS + 3_600_000 * MS_NS;
        int inOneSecond = 0;
        for (int i = 0; i < 25; i++) {
            inOneSecond += gate.admits(0, resumedNs + i * FRAME_NS) ? 1 : 0;
        }
        assertThat(inOneSecond).isBetween(10, 11);
    }

    @Test
    void shouldAdmitTheFirstFrameWhenMonotonicClockIsNegative() {
        RateGate gate = new RateGate(1);
        long startNs = Long.MIN_VALUE / 2;
        assertThat(gate.admits(0, startNs)).isTrue();
        assertThat(gate.admits(0, startNs + 500 * MS_NS)).isFalse();
        assertThat(gate.admits(0, startNs + 1_000 * MS_NS)).isTrue();
    }

    @Test
    void shouldHoldTheNewRateFromTheNextFrameOnWhenItIsChanged() {
        double[] fps = {0.001};
        RateGate gate = new RateGate(() -> fps[0]);
        assertThat(admitted(gate, i -> i * FRAME_NS)).isEqualTo(1);
        long fromNs = FRAMES * FRAME_NS;
        fps[0] = 5;
        assertThat(gate.admits(0, fromNs)).as("the next frame").isTrue();
        assertThat(admitted(gate, i -> fromNs + (i + 1) * FRAME_NS)).isBetween(499, 501);
        fps[0] = 0;
        assertThat(admitted(gate, i -> 2 * fromNs + (i + 1) * FRAME_NS)).isEqualTo(FRAMES);
    }
}
