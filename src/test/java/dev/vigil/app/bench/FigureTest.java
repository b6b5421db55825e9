package dev.vigil.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.vigil.app.bench.Figure.Change;
import dev.vigil.app.bench.Figure.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** When a difference of two runs counts. */
class FigureTest {
    private static Figure figure(Unit unit, Double... rounds) {
        return new Figure("one run, p50", unit, List.of(rounds));
    }

    @Test
    void shouldMarkADifferenceWhenRoundsLieApartAndMediansDiffer() {
        Figure before = figure(Unit.MS, 10.0, 10.2, 10.4);
        assertThat(figure(Unit.MS, 11.0, 11.1, 11.2).against(before)).isEqualTo(Change.WORSE);
        assertThat(figure(Unit.MS, 9.0, 9.1, 9.2).against(before)).isEqualTo(Change.BETTER);
        assertThat(figure(Unit.MS, 9.0, 9.1, 9.2).ratio(before)).isEqualTo(9.1 / 10.2 - 1, offset(1e-9));
    }

    @Test
    void shouldTakeMoreForBetterWhenItIsARate() {
        Figure before = figure(Unit.FRAMES_PER_SECOND, 60.0, 62.0, 61.0);
        assertThat(figure(Unit.FRAMES_PER_SECOND, 80.0, 82.0, 81.0).against(before))
                .isEqualTo(Change.BETTER);
        assertThat(figure(Unit.FRAMES_PER_SECOND, 40.0, 42.0, 41.0).against(before))
                .isEqualTo(Change.WORSE);
    }

    @Test
    void shouldNotMarkADifferenceWhenItIsWithinTheSpread() {
        Figure before = figure(Unit.MS, 10.0, 10.2, 12.0);
        assertThat(figure(Unit.MS, 11.9, 13.0, 14.0).against(before))
                .as("one round of before was as slow")
                .isEqualTo(Change.NONE);
        assertThat(figure(Unit.MS, 10.30, 10.31, 10.32).against(figure(Unit.MS, 10.1, 10.11, 10.12)))
                .as("apart, but by 2 %")
                .isEqualTo(Change.NONE);
    }

    @Test
    void shouldWantMoreWhenAFigureWasMeasuredOnce() {
        Figure before = figure(Unit.MIB, 100.0);
        assertThat(figure(Unit.MIB, 109.0).against(before)).isEqualTo(Change.NONE);
        assertThat(figure(Unit.MIB, 111.0).against(before)).isEqualTo(Change.WORSE);
    }

    @Test
    void shouldSeldomMarkWhenNothingButNoiseDiffers() {
        Random random = new Random(6);
        int marked = 0;
        for (int trial = 0; trial < 10_000; trial++) {
            if (noisy(random).against(noisy(random)) != Change.NONE) {
                marked++;
            }
        }
        assertThat(marked).as("of 10000; two of C(10, 5) orders lie apart").isBetween(20, 120);
    }

    /** Five rounds, with more noise than the least difference. */
    private static Figure noisy(Random random) {
        List<Double> rounds = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            rounds.add(10 * (1 + 0.1 * random.nextGaussian()));
        }
        return new Figure("noise", Unit.MS, rounds);
    }
}
