package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A configuration in which much is wrong, through the command line. */
@Timeout(60)
class BadInputTest {
    private static final String WRONG = """
            node: box 7
            mqtt: {broker: 'http://broker', qos: 3, keepalive: 30s}
            models:
              net: {score: 1.5, iou: high, max_boxes: 5000, wrokers: 2}
            cameras:
              gate: {url: 'rtsp://admin:hunter2@10.0.0.7/main', fps: -3, loop: maybe}
              yard: {url: 'gopher://10.0.0.8/', model: nte}
              gate: {url: 'rtsp://10.0.0.9/main'}
            stats: 10s
            """;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"check", "run"})
    void shouldListEverythingWithExitCode78WhenTheConfigurationIsWrong(String command) throws IOException {
        Path file = Files.writeString(folder.resolve("vigil.yml"), WRONG);

        CommandLineRun run = CommandLineRun.of(command, "--config", file.toString());

        assertThat(run.exitCode()).isEqualTo(78);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).doesNotContain("hunter2");
        assertThat(run.errLines().stream()
                        .filter(line -> line.startsWith(file.toString()))
                        .map(line ->
                                line.substring(file.toString().length() + 1).replaceFirst(";.*", "")))
                .containsExactly(
                        "1:1  node: 'box 7' is not allowed: 1 to 64 letters, digits, -, _ and .",
                        "2:8  mqtt.broker: http://broker is not allowed: mqtt://HOST:PORT, mqtts://HOST:PORT for TLS, ws://HOST:PORT/PATH or wss://HOST:PORT/PATH for WebSocket",
                        "2:33  mqtt.qos: 3 is not allowed: 0 to 2",
                        "2:41  mqtt.keepalive: unknown key (did you mean keep_alive?)",
                        "4:9  models.net.score: 1.5 is not allowed: 0 to 1",
                        "4:21  models.net.iou: high is not a number: 0 to 1 is allowed",
                        "4:32  models.net.max_boxes: 5000 is not allowed: 1 to 1000",
                        "4:49  models.net.wrokers: unknown key (did you mean workers?)",
                        "6:53  cameras.gate.fps: -3 is not allowed: 0 (all) to 1000",
                        "6:62  cameras.gate.loop: maybe is not allowed: true or false",
                        "7:10  cameras.yard.url: gopher://10.0.0.8/ is not allowed: an rtsp, rtsps, http or https address, "
                                + "a file or a device such as /dev/video0",
                        "7:37  cameras.yard.model: there is no model nte (did you mean net?): net is allowed",
                        "8:3  cameras.gate: is there twice: the first is in line 6",
                        "9:1  stats: a single value is not allowed: keys with their values are expected under it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"check", "run"})
    void shouldSayThatThereIsNoFileWhenThereIsNone(String command) {
        Path file = folder.resolve("none.yml");

        CommandLineRun run = CommandLineRun.of(command, "--config", file.toString());

        assertThat(run.exitCode()).isEqualTo(78);
        assertThat(run.err()).startsWith(file + ": there is no such file");
    }

    @Test
    void shouldSayWhatIsAllowedWithExitCode2WhenTheCommandLineIsWrong() {
        CommandLineRun run = CommandLineRun.of("run", "--for", "5 parsecs");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("'5 parsecs' is no duration: allowed is a number");
    }
}
