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

    /** The log counts what comes again within half a minute, and does not tell it at once. */
    @Test
    void shouldNotThrowAtAPlaceAgainOrStepTheClockAgainWithinEightFaults() {
        for (long seed = 0; seed < 20; seed++) {
            List<String> tales = first(seed, Set.of()).stream()
                    .map(kind -> kind.split(" ", -1))
                    .map(words -> words[0].matches("throw|starve") ? words[1] : words[0])
                    .toList();
            for (int i = 0; i < tales.size(); i++) {
                if (tales.get(i).matches("clock|reader|convert|infer|post|publish|mqtt|reporter")) {
                    assertThat(tales.subList(Math.max(0, i - 8), i))
                            .as("seed %d, card %d", seed, i)
                            .doesNotContain(tales.get(i));
                }
            }
        }
    }
}
