package dev.vigil.workshop.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    @Test
    void shouldCountEverythingWhenValuesOutgrowTheBins() {
        Histogram histogram = new Histogram();
        histogram.add(FloatBuffer.wrap(new float[] {0, 0.001f, -0.001f}));
        for (int i = 0; i < 1000; i++) {
            histogram.add(i);
        }
        histogram.add(-5000);
        assertThat(histogram.min()).isEqualTo(-5000);
        assertThat(histogram.max()).isEqualTo(999);
        long[] counts = histogram.counts();
        long sum = 0;
        for (int bin = 0; bin < counts.length; bin++) {
            sum += counts[bin];
            double low = histogram.low(bin);
            double high = low + histogram.width();
            long inside = 0;
            for (int i = 1; i < 1000; i++) {
                inside += i >= low && i < high ? 1 : 0;
            }
            inside += 0.001f >= low && 0.001f < high ? 1 : 0;
            inside += -0.001f >= low && -0.001f < high ? 1 : 0;
            inside += -5000 >= low && -5000 < high ? 1 : 0;
            inside += 0 >= low && 0 < high ? 2 : 0;
            assertThat(counts[bin]).as("bin from %s to %s", low, high).isEqualTo(inside);
        }
        assertThat(sum).isEqualTo(histogram.total()).isEqualTo(1004);
    }

    @Test
    void shouldRefuseValuesThatAreNoNumbers() {
        Histogram histogram = new Histogram();
        assertThatThrownBy(() -> histogram.add(Float.NaN)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> histogram.add(Float.POSITIVE_INFINITY)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void shouldTakeAllThatWasSeenWhenByMinAndMax() {
        assertThat(Calibration.MINMAX.range(of(-3, 1, 7))).isEqualTo(new Range(-3, 7));
    }

    @Test
    void shouldCutOffTheGivenPartOnBothSidesWhenByPercentile() {
        Histogram histogram = new Histogram();
        for (int i = 0; i < 10_000; i++) {
            histogram.add(i / 10_000f); // evenly from 0 to 1
        }
        histogram.add(50);
        histogram.add(-50);
        Range range = Calibration.percentile(histogram, 0.001);
        // A thousandth of 10 002 are ten values: the outlier and nine more, or the bin that they lie in.
        assertThat(range.max()).isCloseTo(0.9991f, within((float) histogram.width() + 1e-4f));
        assertThat(range.min()).isCloseTo(0.0009f, within((float) histogram.width() + 1e-4f));
    }

    @Test
    void shouldCutOffNothingWhenFewerValuesThanThePartAllowsLieOutside() {
        assertThat(Calibration.PERCENTILE.range(of(-3, 1, 7))).isEqualTo(new Range(-3, 7));
        assertThat(Calibration.ENTROPY.range(of(2, 2, 2))).isEqualTo(new Range(2, 2));
    }

    @Test
    void shouldCutOffLonelyOutliersWhenByEntropy() {
        Histogram histogram = new Histogram();
        Random random = new Random(3);
        for (int i = 0; i < 200_000; i++) {
            histogram.add((float) random.nextGaussian());
        }
        histogram.add(40);
        histogram.add(-40);
        Range range = Calibration.ENTROPY.range(histogram);
        assertThat(range.max()).isBetween(2.5f, 12f);
        assertThat(range.min()).isBetween(-12f, -2.5f);
    }

    @Test
    void shouldCutOffNothingByEntropyWhenValuesAreSpreadEvenly() {
        Histogram histogram = new Histogram();
        for (int i = 0; i < 100_000; i++) {
            histogram.add(6 * i / 100_000f);
        }
        Range range = Calibration.ENTROPY.range(histogram);
        assertThat(range.min()).isZero();
        assertThat(range.max()).isGreaterThan(5.8f);
    }

    @Test
    void shouldComputeTheDivergenceAsWrittenOut() {
        // P of the bins 0..3, with the last value at the border: 2, 2, 1, 1+2. To two levels: 2, 2 and 1, 1.
        long[] counts = {2, 2, 1, 1, 0, 2};
        double[] p = {2 / 8., 2 / 8., 1 / 8., 3 / 8.};
        double[] q = {2 / 6., 2 / 6., 1 / 6., 1 / 6.};
        double expected = 0;
        for (int i = 0; i < p.length; i++) {
            expected += p[i] * Math.log(p[i] / q[i]);
        }
        assertThat(Entropy.divergence(counts, 0, 4, 2)).isCloseTo(expected, within(1e-12));
    }

    @Test
    void shouldLeaveEmptyBinsEmptyWhenRoundingForTheDivergence() {
        // One level over four bins: 6 values over the two that are not empty, 3 and 3, against 5 and 1.
        double expected = 5 / 6. * Math.log((5 / 6.) / 0.5) + 1 / 6. * Math.log((1 / 6.) / 0.5);
        assertThat(Entropy.divergence(new long[] {5, 0, 0, 1}, 0, 4, 1)).isCloseTo(expected, within(1e-12));
    }

    private static Histogram of(float... values) {
        Histogram histogram = new Histogram();
        histogram.add(FloatBuffer.wrap(values));
        return histogram;
    }
}
