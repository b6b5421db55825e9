package dev.vigil.metrics.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Who is told to be silent, by a clock that the test owns. */
class PulsesTest {
    private static final long LOOK_MS = Pulses.LOOK_EVERY.toMillis();

    private final ManualClock clock = new ManualClock();
    private final Pulses pulses = new Pulses(clock);
    private final Pulse pulse = pulses.of("ssd convert", Duration.ofMillis(1_500));

    @Test
    void shouldBlameNobodyWhenAllRest() {
        watchFor(60_000);
        assertThat(pulses.silent(clock.monotonicNs())).isEmpty();
        pulse.beat();
        pulse.rest();
        watchFor(60_000);
        assertThat(pulses.silent(clock.monotonicNs())).isEmpty();
        assertThat(pulse.silentNs(clock.monotonicNs())).isZero();
    }

    @Test
    void shouldNameThePartWhenItWorksForLongerThanItsLimit() {
        Pulse other = pulses.of("ssd publish", Duration.ofSeconds(10));
        pulse.beat();
        other.beat();
        watchFor(1_500);
        assertThat(pulses.silent(clock.monotonicNs())).isEmpty();
        watchFor(100);
        assertThat(pulses.silent(clock.monotonicNs()))
                .containsExactly(new Silence("ssd convert", Duration.ofMillis(1_600), Duration.ofMillis(1_500)));
        assertThat(pulses.silent(clock.monotonicNs())).hasToString("[ssd convert silent for 1600 ms, limit 1500 ms]");
        assertThat(pulses.silence(pulse, clock.monotonicNs())).isNotNull();
        assertThat(pulses.silence(other, clock.monotonicNs())).isNull();
        pulse.beat();
        assertThat(pulses.silent(clock.monotonicNs())).isEmpty();
    }

    @Test
    void shouldCountFromTheDeadlineWhenWhatBlocksHasOne() {
        pulse.beatUntil(clock.monotonicNs() + Duration.ofSeconds(20).toNanos());
        watchFor(21_500);
        assertThat(pulses.silent(clock.monotonicNs())).isEmpty();
        watchFor(LOOK_MS);
        assertThat(pulses.silent(clock.monotonicNs())).hasSize(1);
    }

    @Test
    void shouldForgetItWhenItIsGone() {
        pulse.beat();
        watchFor(2_000);
        pulses.gone(pulse);
        assertThat(pulses.silent(clock.monotonicNs())).isEmpty();
    }

    /** A minute of SIGSTOP, of a suspended machine, of a long collection: all the same, the watch comes late. */
    @Test
    void shouldLeaveOutTheTimeWhenTheWholeProcessStoodStill() {
        pulse.beat();
        watchFor(1_000);
        clock.advanceMs(60_000);
        assertThat(pulses.silent(clock.monotonicNs()))
                .as("asked before the watch has looked again")
                .isEmpty();
        watchFor(200);
        assertThat(pulses.silent(clock.monotonicNs())).as("asked after it").isEmpty();
        watchFor(300);
        assertThat(pulses.silent(clock.monotonicNs())).singleElement().satisfies(silence -> assertThat(silence.lasts())
                .isBetween(Duration.ofMillis(1_500), Duration.ofMillis(2_000)));
    }

    @Test
    void shouldStillBlameWhenTheProcessStandsStillAgainAndAgain() {
        pulse.beat();
        for (int i = 0; i < 10; i++) {
            clock.advanceMs(5_000);
            watchFor(LOOK_MS);
        }
        assertThat(pulses.silent(clock.monotonicNs()))
                .as("it may move in between, and did not for 10 times 400 ms")
                .hasSize(1);
    }

    @Test
    void shouldNotExcuseAnybodyWhenOnlyTheWatchIsGone() {
        watchFor(1_000);
        pulse.beat();
        clock.advanceMs(2_000);
        assertThat(pulses.silent(clock.monotonicNs()))
                .as("it may be the whole process")
                .isEmpty();
        clock.advanceMs(1_100);
        assertThat(pulses.silent(clock.monotonicNs()))
                .as("it is not: somebody has asked before")
                .hasSize(1);
    }

    @Test
    void shouldCountAllTimeWhenNobodyWatches() {
        pulse.beat();
        clock.advanceMs(2_000);
        assertThat(pulses.silent(clock.monotonicNs())).hasSize(1);
    }

    private void watchFor(long ms) {
        pulses.look(clock.monotonicNs());
        for (long at = 0; at < ms; at += LOOK_MS) {
            clock.advanceMs(LOOK_MS);
            pulses.look(clock.monotonicNs());
        }
    }
}
