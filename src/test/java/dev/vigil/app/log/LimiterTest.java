package dev.vigil.app.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.vigil.base.ManualClock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LimiterTest {
    private final ManualClock clock = new ManualClock();
    private final Limiter limiter = new Limiter(clock);
    private final LoggerContext context = new LoggerContext();

    private String pass(Level level, String pattern, Object... values) {
        return limiter.pass(new LoggingEvent("", context.getLogger("dev.vigil.x.Y"), level, pattern, null, values));
    }

    @Test
    void shouldTellCountWhenAWarningComesAgainAfterAWhile() {
        assertThat(pass(Level.WARN, "{}: refused", "gate")).isEmpty();
        for (int i = 0; i < 41; i++) {
            assertThat(pass(Level.WARN, "{}: refused", "gate")).isNull();
        }
        assertThat(pass(Level.WARN, "{}: refused", "yard")).as("another camera").isEmpty();
        clock.advanceMs(6_000);
        assertThat(pass(Level.WARN, "{}: refused", "gate")).isEqualTo(" (and 41 times more in 6 s)");
    }

    @Test
    void shouldTellWhatIsLeftWhenAWarningComesNoMore() {
        pass(Level.ERROR, "{} failed", "it");
        pass(Level.ERROR, "{} failed", "it");
        assertThat(limiter.left()).isEmpty();
        clock.advanceMs(5_000);
        assertThat(limiter.left())
                .containsExactly(new Limiter.Told(Level.ERROR, "dev.vigil.x.Y", "it failed (1 time more in 5 s)"));
        assertThat(limiter.left()).isEmpty();
    }

    @Test
    void shouldTellHowManyWereLeftOutWhenAPlaceFloods() {
        for (int i = 0; i < Limiter.BURST + 400; i++) {
            pass(Level.INFO, "it is called n{}", "a" + i);
        }
        assertThat(limiter.left()).isEmpty();
        clock.advanceMs(10_000);
        assertThat(limiter.left())
                .containsExactly(new Limiter.Told(
                        Level.INFO, "dev.vigil.x.Y", "400 more lines like \"it is called n{}\" were left out in 10 s"));
        assertThat(pass(Level.INFO, "it is called n{}", "z"))
                .as("it has come to rest")
                .isEmpty();
    }

    @Test
    void shouldTellEveryLineWhenTheyAreNoWarningsAndFew() {
        for (int i = 0; i < 100; i++) {
            assertThat(pass(Level.INFO, "reloaded")).isEmpty();
            clock.advanceNs(TimeUnit.SECONDS.toNanos(3));
        }
    }

    @Test
    void shouldLimitNothingWhenDebuggingIsAskedFor() {
        for (int i = 0; i < 1000; i++) {
            assertThat(pass(Level.DEBUG, "the same")).isEmpty();
        }
    }
}
