package dev.vigil.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalvesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0000",
        "-0.0, 8000",
        "1, 3c00",
        "-2, c000",
        "65504, 7bff",
        "65519.99, 7bff",
        "65520, 7c00",
        "-Infinity, fc00",
        "NaN, 7e00",
        "0.33333334, 3555",
        "6.1035156E-5, 0400", // the smallest normal one
        "5.9604645E-8, 0001", // the smallest of all
        "2.9802322E-8, 0000", // half of it: a tie, to even
        "8.940697E-8, 0002", // one and a half of it: a tie, to even
        "2049, 6800", // ties, to even
        "2051, 6802",
    })
    void shouldRoundToTheNearestHalfWhenAFloatIsGiven(float value, String half) {
        assertThat(Halves.of(value)).isEqualTo((short) Integer.parseInt(half, 16));
    }

    @Test
    void shouldComeBackAsItWasWhenAHalfBecomesAFloat() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            short half = (short) bits;
            float value = Halves.toFloat(half);
            if (Float.isNaN(value)) {
                assertThat(bits & 0x7c00).isEqualTo(0x7c00);
                assertThat(Halves.of(value) & 0x7c00).isEqualTo(0x7c00);
            } else {
                assertThat(Halves.of(value)).as("%04x", bits).isEqualTo(half);
            }
        }
    }

    @Test
    void shouldBeNearestOfAllWhenComparedWithItsNeighbours() {
        for (int bits = 0; bits < 0x7bff; bits++) {
            float low = Halves.toFloat((short) bits);
            float high = Halves.toFloat((short) (bits + 1));
            float middle = low + (high - low) / 2;
            assertThat(Halves.of(Math.nextDown(middle))).isEqualTo((short) bits);
            assertThat(Halves.of(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
        }
    }
}
