package dev.vigil.workshop.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class StepTest {
    @Test
    void shouldSpreadTheLevelsOverTheRangeWithZeroAmongThem() {
        // (2.55 - -1.275) / 255 = 0.015; zero lies 1.275 / 0.015 = 85 levels above the lowest.
        Step step = Step.of(new Range(-1.275f, 2.55f));
        assertThat(step.scale()).isCloseTo(0.015f, within(1e-7f));
        assertThat(step.zeroPoint()).isEqualTo(85);
        assertThat(step.quantized(0)).isEqualTo(85);
        assertThat(step.value(85)).isZero();
        assertThat(step.quantized(2.55f)).isEqualTo(255);
        assertThat(step.quantized(-1.275f)).isZero();
        assertThat(step.quantized(100)).isEqualTo(255);
        assertThat(step.quantized(-100)).isZero();
    }

    @Test
    void shouldReachDownOrUpToZeroWhenTheRangeLiesBesideIt() {
        assertThat(Step.of(new Range(3, 5.1f))).isEqualTo(new Step(5.1f / 255, 0));
        assertThat(Step.of(new Range(-5.1f, -3))).isEqualTo(new Step(5.1f / 255, 255));
    }

    @Test
    void shouldBeAStepEvenWhenEverythingIsZero() {
        assertThat(Step.of(new Range(0, 0))).isEqualTo(new Step(1, 0));
    }

    @Test
    void shouldRoundHalvesToTheEvenLevelWhenAtEquallyFar() {
        Step step = new Step(1, 0);
        assertThat(step.quantized(2.5f)).isEqualTo(2);
        assertThat(step.quantized(3.5f)).isEqualTo(4);
    }

    @Test
    void shouldRefuseARangeThatIsNone() {
        assertThatThrownBy(() -> new Range(1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Range(Float.NaN, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Range(0, Float.POSITIVE_INFINITY)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldGiveEachChannelAScaleOfItsOwn() {
        // Two output channels of three weights: (channels, inner).
        ChannelWeights rows = ChannelWeights.of(new float[] {1.27f, -0.5f, 0, 12.7f, -12.7f, 6.3f}, 2, 3, 127);
        assertThat(rows.scales()[0]).isCloseTo(0.01f, within(1e-7f));
        assertThat(rows.scales()[1]).isCloseTo(0.1f, within(1e-6f));
        assertThat(rows.values()).containsExactly(127, -50, 0, 127, -127, 63);
        // The same two as columns: (inner, channels), where neighbours are of different channels.
        ChannelWeights columns = ChannelWeights.of(new float[] {1.27f, 12.7f, -0.5f, -12.7f, 0, 6.3f}, 2, 1, 127);
        assertThat(columns.values()).containsExactly(127, 127, -50, -127, 0, 63);
        assertThat(columns.value(2, 1)).isCloseTo(-0.5f, within(1e-6f));
    }

    @Test
    void shouldTakeHalfTheLevelsWhenTheRangeIsReduced() {
        ChannelWeights reduced =
                ChannelWeights.of(new float[] {6.3f, -6.3f, 0.1f}, 1, 3, ChannelWeights.REDUCED_LEVELS);
        assertThat(reduced.values()).containsExactly(63, -63, 1);
    }

    @Test
    void shouldKeepAChannelOfZerosWhenThereIsOne() {
        ChannelWeights zeros = ChannelWeights.of(new float[] {0, 0, 1, 2}, 2, 2, 127);
        assertThat(zeros.scales()[0]).isEqualTo(1);
        assertThat(zeros.values()).startsWith(0, 0);
    }
}
