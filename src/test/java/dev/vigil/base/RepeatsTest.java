package dev.vigil.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepeatsTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    @Test
    void shouldTellAtGrowingIntervalsWithCountsWhenACauseComesAgainAndAgain() {
        Repeats<String> repeats = new Repeats<>(8);
        List<String> told = new ArrayList<>();
        for (int s = 0; s < 1000; s++) {
            Repeats.Untold untold = repeats.note("a", s * SECOND_NS);
            if (untold != null) {
                told.add(s + ": " + untold.words());
            }
        }
        assertThat(told)
                .containsExactly(
                        "0: ",
                        "5: 4 times more in 5 s",
                        "35: 29 times more in 30 s",
                        "155: 119 times more in 2 min",
                        "755: 599 times more in 10 min");
    }

    @Test
    void shouldTellAtOnceWhenCauseIsAnotherOrHasStayedAway() {
        Repeats<String> repeats = new Repeats<>(8);
        assertThat(repeats.note("a", 0)).isNotNull();
        assertThat(repeats.note("a", SECOND_NS)).isNull();
        assertThat(repeats.note("b", SECOND_NS).count()).isZero();
        assertThat(repeats.note("b", 7 * SECOND_NS).words()).isEmpty();
        assertThat(repeats.note("b", 8 * SECOND_NS)).as("as at first").isNull();
        assertThat(repeats.note("b", 12 * SECOND_NS).words()).isEqualTo("1 time more in 5 s");
    }

    @Test
    void shouldTellWhatIsLeftWhenCauseComesNoMore() {
        Repeats<String> repeats = new Repeats<>(8);
        repeats.note("a", 0);
        repeats.note("a", SECOND_NS);
        repeats.note("a", 2 * SECOND_NS);
        repeats.note("b", 2 * SECOND_NS);
        assertThat(repeats.left(3 * SECOND_NS)).as("too early").isEmpty();
        assertThat(repeats.left(6 * SECOND_NS)).singleElement().satisfies(left -> {
            assertThat(left.cause()).isEqualTo("a");
            assertThat(left.untold().words()).isEqualTo("2 times more in 6 s");
        });
        assertThat(repeats.left(7 * SECOND_NS)).isEmpty();
    }

    @Test
    void shouldKeepNoMoreCausesThanItMayWhenEachIsAnother() {
        Repeats<Integer> repeats = new Repeats<>(8);
        for (int i = 0; i < 100; i++) {
            repeats.note(i, 0);
            repeats.note(i, 1);
        }
        assertThat(repeats.left(60 * SECOND_NS)).hasSize(8);
        assertThat(repeats.forgotten()).isEqualTo(92);
        assertThat(repeats.forgotten()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "gate: frame 8 is damaged, gate: frame # is damaged",
        "trying again in 0.5 s, trying again in # s",
        "cam1: 12, cam1: #",
        "'a limit of 12.', 'a limit of #.'",
        "'gone (12)', 'gone (#)'",
        "127.0.0.1:1883: gone, 127.0.0.1:1883: gone",
        "no h264 at 10.0.0.1, no h264 at 10.0.0.1"
    })
    void shouldTakeForTheSameWhatDiffersInNumbersThatStandAlone(String text, String bare) {
        assertThat(Repeats.Text.of(text).bare()).isEqualTo(bare);
    }
}
