package dev.vigil.app.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;

class LogQueueTest {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    /** Takes nothing until it is told to. */
    private static final class Pipe extends OutputStream {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final CountDownLatch open = new CountDownLatch(1);
        private final AtomicBoolean broken = new AtomicBoolean();

        @Override
        public void write(int b) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            try {
                open.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (broken.get()) {
                throw new IOException("Broken pipe");
            }
            taken.write(bytes);
        }

        List<String> lines() {
            return taken.toString(StandardCharsets.UTF_8).lines().toList();
        }
    }

    private final LoggerContext context = new LoggerContext();
    private final Pipe pipe = new Pipe();
    private Log log;

    @BeforeEach
    void open() {
        context.setMDCAdapter(new LogbackMDCAdapter());
        log = Log.open(context, pipe, true);
        log.show(Level.DEBUG, Map.of(), false);
    }

    @AfterEach
    void close() {
        pipe.open.countDown();
        context.stop();
    }

    @Test
    @Timeout(60)
    void shouldCountAndGoOnWhenNobodyReads() {
        Logger logger = context.getLogger("dev.vigil.source.CameraReader");
        int more = 500;
        for (int i = 0; i < LogQueue.LINES_MAX + 1 + more; i++) {
            logger.debug("line {}", i);
        }
        assertThat(log.flush(Duration.ofMillis(10))).as("nobody has read").isFalse();
        pipe.open.countDown();
        assertThat(log.flush(DEADLINE)).isTrue();
        logger.info("and on it goes");
        assertThat(log.flush(DEADLINE)).isTrue();
        assertThat(pipe.lines()).contains("<7>CameraReader: line 0", "<6>CameraReader: and on it goes");
        long told = pipe.lines().stream()
                .filter(line -> line.contains("CameraReader: line"))
                .count();
        long lost = pipe.lines().stream()
                .filter(line -> line.matches("<4>LogQueue: \\d+ lines of the log were lost: .*"))
                .mapToLong(line -> Long.parseLong(line.split(" ", 3)[1]))
                .sum();
        assertThat(told + lost).isEqualTo(LogQueue.LINES_MAX + 1 + more);
        assertThat(lost).isBetween((long) more, (long) more + 1);
    }

    @Test
    void shouldGoOnWhenReaderHasGoneAndComesBack() {
        Logger logger = context.getLogger("dev.vigil.mqtt.MqttClient");
        pipe.broken.set(true);
        pipe.open.countDown();
        logger.info("to nobody");
        assertThat(log.flush(DEADLINE)).isTrue();
        pipe.broken.set(false);
        logger.info("to somebody");
        assertThat(log.flush(DEADLINE)).isTrue();
        assertThat(pipe.lines()).contains("<6>MqttClient: to somebody").doesNotContain("<6>MqttClient: to nobody");
        logger.info("once more");
        assertThat(log.flush(DEADLINE)).isTrue();
        assertThat(pipe.lines()).anyMatch(line -> line.contains("lines of the log were lost"));
    }

    @Test
    void shouldTellTheSameWarningOnceWhenItComesWithEveryFrame() {
        pipe.open.countDown();
        Logger logger = context.getLogger("dev.vigil.pipeline.FrameStep");
        for (int i = 0; i < 10_000; i++) {
            logger.warn("frame {} failed", i);
        }
        logger.warn("something else");
        assertThat(log.flush(DEADLINE)).isTrue();
        assertThat(pipe.lines()).containsExactly("<4>FrameStep: frame 0 failed", "<4>FrameStep: something else");
    }

    @Test
    void shouldBoundAFloodWhenEachLineIsAnother() {
        pipe.open.countDown();
        Logger logger = context.getLogger("dev.vigil.source.CameraReader");
        for (int i = 0; i < 10_000; i++) {
            logger.warn("a camera that calls itself name{}", i);
            logger.info("a camera that calls itself name{}", i);
        }
        assertThat(log.flush(DEADLINE)).isTrue();
        assertThat(pipe.lines()).hasSizeBetween(2 * Limiter.BURST, 3 * Limiter.BURST);
    }
}
