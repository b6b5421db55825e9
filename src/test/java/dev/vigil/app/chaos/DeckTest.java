package dev.vigil.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DeckTest {
    private static final int ENOUGH = 200;

    private static List<String> first(long seed, Set<String> only) {
        Deck deck = new Deck(seed, 4, true, only);
        return Stream.generate(deck::next)
                .limit(ENOUGH)
                .map(fault -> fault.kind() + " for " + fault.lasts())
                .toList();
    }

    @Test
    void shouldThrowTheSameFaultsWhenTheSeedIsTheSame() {
        assertThat(first(7, Set.of())).isEqualTo(first(7, Set.of())).isNotEqualTo(first(8, Set.of()));
    }

    @Test
    void shouldKnowEveryKindWhenAllAreWanted() {
        assertThat(first(1, Set.of()).stream().map(kind -> kind.split(" ", 2)[0]))
                .containsAll(Deck.KINDS);
    }

    @Test
    void shouldThrowNoOtherWhenOnlySomeAreWanted() {
        for (String kind : Deck.KINDS) {
            assertThat(first(3, Set.of(kind))).allMatch(fault -> fault.startsWith(kind + " "));
        }
    }

    @Test
    void shouldNotStepTheClockTwiceInARow() {
        for (long seed = 0; seed < 20; seed++) {
            List<String> kinds = first(seed, Set.of());
            for (int i = 1; i < kinds.size(); i++) {
                assertThat(kinds.get(i - 1).startsWith("clock") && kinds.get(i).startsWith("clock"))
                        .as("seed %d, card %d", seed, i)
                        .isFalse();
            }
        }
    }
}
