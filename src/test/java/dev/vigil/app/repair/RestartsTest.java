package dev.vigil.app.repair;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.app.repair.Restarts.Verdict;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestartsTest {
    private final Restarts restarts = new Restarts();

    private Verdict askAt(Duration at) {
        Verdict verdict = restarts.ask(at.toNanos());
        if (verdict == Verdict.RESTART) {
            restarts.restarted(at.toNanos());
        }
        return verdict;
    }

    @Test
    void shouldPauseForLongerEachTimeAndGiveUpAtLastWhenItDoesNotHelp() {
        assertThat(askAt(Duration.ofSeconds(10))).isEqualTo(Verdict.RESTART);
        assertThat(askAt(Duration.ofSeconds(12))).isEqualTo(Verdict.RESTART);
        assertThat(askAt(Duration.ofMillis(12_900))).isEqualTo(Verdict.WAIT);
        assertThat(askAt(Duration.ofSeconds(13))).isEqualTo(Verdict.RESTART);
        assertThat(askAt(Duration.ofMillis(14_900))).isEqualTo(Verdict.WAIT);
        assertThat(askAt(Duration.ofSeconds(15))).isEqualTo(Verdict.RESTART);
        assertThat(askAt(Duration.ofMillis(18_900))).isEqualTo(Verdict.WAIT);
        assertThat(askAt(Duration.ofSeconds(19))).isEqualTo(Verdict.RESTART);
        assertThat(restarts.count()).isEqualTo(Restarts.MAX);
        assertThat(askAt(Duration.ofSeconds(20))).isEqualTo(Verdict.GIVE_UP);
    }

    @Test
    void shouldNotCountWhatFailedForWantOfMemoryUnlessThatLasts() {
        int second = 0;
        for (int times = 0; times < Restarts.EXCUSED_MAX; times++) {
            assertThat(askAt(Duration.ofSeconds(++second))).isEqualTo(Verdict.RESTART);
            restarts.excuse(Duration.ofSeconds(second).toNanos());
            assertThat(askAt(Duration.ofMillis(1_000L * second + 900))).isEqualTo(Verdict.WAIT);
            assertThat(restarts.count()).isZero();
        }
        for (int times = 0; times < Restarts.MAX; times++) {
            second += 10;
            assertThat(askAt(Duration.ofSeconds(second))).isEqualTo(Verdict.RESTART);
            restarts.excuse(Duration.ofSeconds(second).toNanos());
        }
        assertThat(askAt(Duration.ofSeconds(second + 10))).isEqualTo(Verdict.GIVE_UP);
    }

    @Test
    void shouldForgetWhatIsLongPastWhenItFailsNowAndThen() {
        for (int i = 0; i < 20; i++) {
            assertThat(askAt(Restarts.SPAN.dividedBy(3).multipliedBy(i))).isEqualTo(Verdict.RESTART);
        }
    }
}
