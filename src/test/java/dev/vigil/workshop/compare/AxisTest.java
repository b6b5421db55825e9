package dev.vigil.workshop.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.workshop.compare.Axis.Tick;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AxisTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            17.8 | 215    | 1e9 | 8 | 0, 50, 100, 150, 200, 250
            21.4 | 24.6   | 100 | 6 | 21, 22, 23, 24, 25
            95   | 100    | 100 | 6 | 94, 95, 96, 97, 98, 99, 100
            50   | 50     | 100 | 6 | 35, 40, 45, 50, 55, 60, 65
            0    | 0      | 100 | 6 | 0.0, 0.2, 0.4, 0.6, 0.8, 1.0
            0.42 | 0.4311 | 1e9 | 5 | 0.415, 0.420, 0.425, 0.430, 0.435
            1.5  | 300    | 1e9 | 8 | 1, 3, 10, 30, 100, 300
            0.04 | 9000   | 1e9 | 8 | 0.01, 0.1, 1, 10, 100, 1000, 10000
            """)
    void shouldHaveRoundTicksWhenValuesAreAny(double min, double max, double most, int ticksMax, String ticks) {
        Axis axis = Axis.of(min, max, most, ticksMax);
        assertThat(axis.ticks().stream().map(Tick::text)).containsExactly(ticks.split(", "));
    }

    @Test
    void shouldHoldAllValuesWhenTheyAreRandom() {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            double max = Math.pow(10, random.nextDouble() * 8 - 3);
            double min = random.nextInt(5) == 0 ? max : max * random.nextDouble();
            Axis axis = Axis.of(min, max, random.nextBoolean() ? max : Double.MAX_VALUE, 2 + random.nextInt(9));
            assertThat(axis.part(min)).as("%s in %s", min, axis).isBetween(-1e-9, 1 + 1e-9);
            assertThat(axis.part(max)).as("%s in %s", max, axis).isBetween(-1e-9, 1 + 1e-9);
            assertThat(axis.ticks()).as("%s to %s: %s", min, max, axis).hasSizeBetween(1, 16);
            assertThat(axis.ticks().stream().map(Tick::text)).doesNotHaveDuplicates();
        }
    }
}
