package dev.vigil.app.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SampleLineTest {
    private static SampleLine minutes(int minutes, double perHour) {
        Random random = new Random(1);
        SampleLine line = new SampleLine();
        for (int second = 0; second < 60 * minutes; second++) {
            // Garbage comes on top and goes again; what is below it is what counts.
            double garbage = 8 * (second % 20) / 20.0 + random.nextDouble();
            line.add(TimeUnit.SECONDS.toNanos(second), 300 + perHour * second / 3_600.0 + garbage);
        }
        return line;
    }

    @Test
    void shouldTellTheSlopeWhenGarbageComesAndGoes() {
        SampleLine.Slope slope = minutes(30, 40).slope();
        assertThat(slope.perHour()).isCloseTo(40, within(3.0));
        assertThat(slope.rise()).isCloseTo(20, within(2.0));
        assertThat(slope.grows(4)).isTrue();
        assertThat(slope.grows(30)).as("beyond what is allowed").isFalse();
    }

    @Test
    void shouldNotGrowWhenThereIsOnlyNoise() {
        SampleLine.Slope slope = minutes(30, 0).slope();
        assertThat(slope.perHour()).isCloseTo(0, within(3.0));
        assertThat(slope.grows(4)).isFalse();
    }

    @Test
    void shouldTellNothingWhenThereIsTooLittle() {
        SampleLine line = new SampleLine();
        line.add(0, 1);
        assertThat(line.slope().perHour()).isNaN();
        assertThat(line.slope().grows(0)).isFalse();
    }
}
