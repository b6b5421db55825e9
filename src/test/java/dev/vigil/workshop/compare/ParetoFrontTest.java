package dev.vigil.workshop.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.workshop.compare.ParetoFront.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParetoFrontTest {
    @Test
    void shouldHoldThoseThatNoOtherBeatsWhenPointsAreMixed() {
        assertThat(ParetoFront.of(List.of(
                        new Point(10, 0.5), // the most accurate
                        new Point(20, 0.4),
                        new Point(15, 0.4), // as accurate as the one before, and slower
                        new Point(20, 0.3), // as fast, and less accurate
                        new Point(40, 0.1), // the fastest
                        new Point(5, 0.05))))
                .containsExactly(true, true, false, false, true, false);
    }

    @Test
    void shouldHoldAllWhenPointsAreEqual() {
        assertThat(ParetoFront.of(List.of(new Point(10, 0.5), new Point(10, 0.5))))
                .containsExactly(true, true);
        assertThat(ParetoFront.of(List.of())).isEmpty();
    }

    @Test
    void shouldNotCountAPointWhenItIsNotKnown() {
        assertThat(ParetoFront.of(List.of(new Point(10, Double.NaN), new Point(Double.NaN, 0.5), new Point(5, 0.1))))
                .containsExactly(false, false, true);
    }

    @Test
    void shouldTakeTheMiddleWhenThereAreRounds() {
        assertThat(Figure.of(List.of(3.0, 1.0, Double.NaN, 2.0))).isEqualTo(new Figure(2, 1, 3));
        assertThat(Figure.of(List.of(4.0, 1.0))).isEqualTo(new Figure(2.5, 1, 4));
        assertThat(Figure.of(List.of(Double.NaN)).isKnown()).isFalse();
    }
}
