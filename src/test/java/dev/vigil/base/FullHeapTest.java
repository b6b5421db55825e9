package dev.vigil.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

@Isolated("what is counted, and the last handler, are the process's")
class FullHeapTest {
    private final UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(FaultLog.class);

    @BeforeEach
    void listen() {
        FaultLog.tellUnmet(); // what other tests have left
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void leave() {
        logger.detachAppender(log);
        Thread.setDefaultUncaughtExceptionHandler(before);
    }

    private static OutOfMemoryError unmet() {
        return new OutOfMemoryError("Java heap space");
    }

    @Test
    void shouldTellOnceHowOftenMemoryWasWantedInVain() {
        FaultLog faults = new FaultLog(LoggerFactory.getLogger(FullHeapTest.class), Clock.SYSTEM);
        long count = FullHeap.count();
        faults.error("this failed", unmet());
        faults.error("this failed", new IllegalStateException("for another reason"));
        FullHeap.unmet();
        assertThat(FullHeap.count()).isEqualTo(count + 2);
        FaultLog.tellUnmet();
        FaultLog.tellUnmet();
        List<String> told =
                log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
        assertThat(told).singleElement().asString().startsWith("memory was wanted in vain 2 times: of Java's heap (");
    }

    @Test
    void shouldGoOnWhereverMemoryWasMissing() {
        AtomicInteger turns = new AtomicInteger();
        FullHeap.repeat(
                () -> {
                    if (turns.incrementAndGet() < 3) {
                        throw unmet();
                    }
                },
                () -> turns.get() == 5);
        assertThat(turns).hasValue(5);
        assertThatThrownBy(() -> FullHeap.repeat(
                        () -> {
                            throw new IllegalStateException("nobody's fault but ours");
                        },
                        () -> false))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldHandOverToTheLastHandlerWhatCanNotBeLeftOff() {
        List<Throwable> ended = new CopyOnWriteArrayList<>();
        OutOfMemoryError error = unmet();
        Runnable task = FullHeap.orEnd(() -> {
            throw error;
        });
        Thread.setDefaultUncaughtExceptionHandler(null);
        assertThatThrownBy(task::run).isSameAs(error);
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> ended.add(thrown));
        task.run();
        assertThat(ended).containsExactly(error);
    }

    @Test
    void shouldTryWhetherThereIsRoomWhereSomebodyFoundNone() {
        FullHeap.unmet();
        assertThat(FullHeap.hasRoom()).isTrue();
    }
}
