package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import dev.vigil.app.log.Log;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;

class LoggingTest {
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private final LoggerContext context = new LoggerContext();

    private Log log;

    private Logger log(Level level, boolean journal) {
        context.setMDCAdapter(new LogbackMDCAdapter());
        log = Log.open(context, stderr, journal);
        log.show(level, Map.of(), false);
        return context.getLogger("dev.vigil.source.CameraReader");
    }

    private List<String> lines() {
        assertThat(log.flush(Duration.ofSeconds(10))).isTrue();
        return stderr.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void shouldBeginWithPriorityAndNoTimeWhenJournalReads() {
        Logger log = log(Level.TRACE, true);
        log.error("a");
        log.warn("b");
        log.info("c {}", "gate");
        log.debug("d");
        log.trace("e");
        assertThat(lines())
                .containsExactly(
                        "<3>CameraReader: a",
                        "<4>CameraReader: b",
                        "<6>CameraReader: c gate",
                        "<7>CameraReader: d",
                        "<7>CameraReader: e");
    }

    @Test
    void shouldBeginWithTimeAndLevelWhenNoJournalReads() {
        log(Level.INFO, false).warn("gate is back");
        assertThat(lines())
                .singleElement()
                .asString()
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ WARN  CameraReader: gate is back");
    }

    @Test
    void shouldStayInOneLineWhenMessageHasBreaksAndCauses() {
        IOException cause = new IOException("line\r\nbreak", new IllegalStateException("the \u001b[31mroot"));
        log(Level.INFO, true).warn("gate\nfails", cause);
        assertThat(lines())
                .singleElement()
                .asString()
                .startsWith("<4>CameraReader: gate\\nfails <- IOException: line\\u000d\\nbreak "
                        + "<- IllegalStateException: the \\u001b[31mroot at dev.vigil.app.LoggingTest.should");
    }

    @Test
    void shouldShowSeveralFramesWhenErrorWasNotExpected() {
        log(Level.INFO, true).error("the pipeline ended", new NullPointerException());
        assertThat(lines())
                .singleElement()
                .asString()
                .startsWith("<3>CameraReader: the pipeline ended <- NullPointerException at dev.vigil.app.LoggingTest.")
                .matches(line -> line.split("\\.java:\\d+\\)").length > 3, "has several frames");
    }

    @Test
    void shouldKeepLibrariesQuietWhenLevelIsFine() {
        log(Level.DEBUG, true).debug("ours");
        context.getLogger("io.netty.channel.Channel").info("theirs");
        context.getLogger("com.hivemq.Broker").warn("theirs, but a warning");
        assertThat(lines()).containsExactly("<7>CameraReader: ours", "<4>Broker: theirs, but a warning");
    }

    @Test
    void shouldKeepLibrariesAtLevelWhenOnlyErrorsAreWanted() {
        log(Level.ERROR, true).warn("ours");
        context.getLogger("com.hivemq.Broker").warn("theirs");
        assertThat(lines()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"error, ERROR", "WARN, WARN", "info, INFO", "debug, DEBUG", "trace, TRACE", "'', INFO", "loud,"})
    void shouldTakeLevelOfEnvironmentWhenItIsOne(String value, String level) {
        assertThat(Logging.levelOf(Map.of("VIGIL_LOG", value))
                        .map(Level::toString)
                        .orElse(null))
                .isEqualTo(level);
    }
}
