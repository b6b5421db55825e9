package dev.vigil.app.repair;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.vigil.base.Clock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class TimeWatchTest {
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(TimeWatch.class);
    private long monotonicNs = 5;
    private long utcUs = 1_000_000_000;
    private final TimeWatch watch = new TimeWatch(new Clock() {
        @Override
        public long monotonicNs() {
            return monotonicNs;
        }

        @Override
        public long utcUs() {
            return utcUs;
        }
    });

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void leave() {
        logger.detachAppender(log);
    }

    private void pass(long ms) {
        monotonicNs += TimeUnit.MILLISECONDS.toNanos(ms);
        utcUs += TimeUnit.MILLISECONDS.toMicros(ms);
        watch.look();
    }

    @Test
    void shouldSayNothingWhenTimePassesAsItDoes() {
        for (int i = 0; i < 100; i++) {
            utcUs += 200; // corrected little by little
            pass(i % 10 == 0 ? 900 : 100);
        }
        assertThat(log.list).isEmpty();
    }

    @Test
    void shouldTellHowLongItStoodStillWhenItIsLate() {
        pass(100);
        pass(3_210);
        pass(100);
        assertThat(log.list).singleElement().satisfies(event -> assertThat(event.getFormattedMessage())
                .isEqualTo("Vigil stood still for 3.2 s: it was stopped, or got no core to run on"));
    }

    @Test
    void shouldTellByHowMuchWhenTheClockIsSet() {
        utcUs += 7_200_500_000L;
        pass(100);
        pass(100);
        utcUs -= 2_000_000;
        pass(100);
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "the system's clock was set forward by 7200.500 s, or the machine slept meanwhile",
                        "the system's clock was set back by 2.000 s, or the machine slept meanwhile");
    }
}
