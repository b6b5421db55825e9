package dev.vigil.workshop.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.vigil.infer.Backend;
import org.junit.jupiter.api.Test;

class EvidenceTest {
    private static Tried tried(double... ratios) {
        Tried tried = new Tried(FakeBox.settings("original", Backend.AUTO, 0, 1, 1));
        for (double ratio : ratios) {
            tried.addRound(new Trial(100 * ratio, 1, 10, 20), new Trial(100, 1, 10, 20));
        }
        return tried;
    }

    @Test
    void shouldGiveTheBinomialTailWhenWinsAreCounted() {
        assertThat(Evidence.chance(5, 5)).isEqualTo(1 / 32.0, offset(1e-12));
        assertThat(Evidence.chance(8, 9)).isEqualTo(10 / 512.0, offset(1e-12));
        assertThat(Evidence.chance(0, 7)).isEqualTo(1, offset(1e-12));
        assertThat(Evidence.chance(9, 11)).isEqualTo((55 + 11 + 1) / 2048.0, offset(1e-12));
    }

    @Test
    void shouldWantManyWinsAndAClearMedianWhenItSaysFaster() {
        assertThat(Evidence.isFaster(tried(1.1, 1.2, 1.1, 1.1, 1.1, 1.1)))
                .as("too few rounds")
                .isFalse();
        assertThat(Evidence.isFaster(tried(1.1, 1.2, 1.1, 1.1, 1.1, 1.1, 1.05))).isTrue();
        assertThat(Evidence.isFaster(tried(1.1, 1.2, 0.9, 1.1, 1.1, 1.1, 1.05)))
                .as("a round lost of seven")
                .isFalse();
        assertThat(Evidence.isFaster(tried(1.1, 1.2, 0.9, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1)))
                .as("a round lost of eleven")
                .isTrue();
        assertThat(Evidence.isFaster(tried(1.02, 1.02, 1.02, 1.02, 1.02, 1.02, 1.02)))
                .as("by 2 %")
                .isFalse();
    }

    @Test
    void shouldGoOnWhenRoundsDoNotSayYet() {
        assertThat(Evidence.isSettled(tried(1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1))).isTrue();
        assertThat(Evidence.isSettled(tried(0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9)))
                .as("slower")
                .isTrue();
        assertThat(Evidence.isSettled(tried(0.9, 1.1, 0.9, 1.1, 0.9, 1.1, 0.9))).isFalse();
        assertThat(Evidence.isSettled(tried(0.9, 1.1, 0.9, 1.1, 0.9, 1.1, 0.9, 1.1, 0.9, 1.1, 0.9, 1.1, 0.9)))
                .as("will not come to more")
                .isTrue();
    }
}
