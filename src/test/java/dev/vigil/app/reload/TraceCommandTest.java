package dev.vigil.app.reload;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.OnnxFile;
import dev.vigil.app.Daemon;
import dev.vigil.base.Clock;
import dev.vigil.base.trace.Tracing;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.Surroundings;
import dev.vigil.metrics.trace.Parsed;
import dev.vigil.mqtt.Await;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code vigil trace}, to a daemon in this process whose socket lies in a folder of the test. */
@Timeout(60)
class TraceCommandTest {
    @TempDir
    private Path folder;

    private Surroundings surroundings;
    private Path config;
    private Path trace;
    private Daemon daemon;
    private ControlServer server;
    private String out;
    private String err;

    @BeforeEach
    void start() throws Exception {
        surroundings = new Surroundings(
                Path.of("").toAbsolutePath(), Map.of("XDG_RUNTIME_DIR", folder.toString(), "HOME", "/none"), "box");
        Files.write(folder.resolve("small.onnx"), OnnxFile.ssd(4, 2));
        config = Files.writeString(folder.resolve("a.yml"), """
                mqtt: {broker: "mqtt://127.0.0.1:9"}
                models: {small: {file: small.onnx}}
                cameras: {gate: {url: "rtsp://127.0.0.1:9/a"}}
                """);
        trace = folder.resolve("t.json");
        ConfigReader reader = new ConfigReader(surroundings);
        daemon = new Daemon(reader.read(config), Clock.SYSTEM);
        daemon.start();
        server = ControlServer.open(new Reloader(daemon, reader, config), surroundings);
    }

    @AfterEach
    void stop() {
        server.close();
        daemon.close();
        Await.until("the recording to be over", () -> Tracing.current() == null);
    }

    private int run(String... arguments) {
        StringWriter outText = new StringWriter();
        StringWriter errText = new StringWriter();
        int exitCode = new CommandLine(new TraceCommand(surroundings))
                .setOut(new PrintWriter(outText))
                .setErr(new PrintWriter(errText))
                .execute(arguments);
        out = outText.toString();
        err = errText.toString();
        return exitCode;
    }

    private Path socket() {
        return folder.resolve("vigil/vigil-box.sock");
    }

    private Lines ask(String request) throws Exception {
        Lines lines = new Lines(SocketChannel.open(UnixDomainSocketAddress.of(socket())), 1 << 20);
        lines.write(request, Duration.ofSeconds(5));
        return lines;
    }

    @Test
    void shouldWriteOneFileWhenItsTimeIsOver() throws Exception {
        assertThat(run("--for", "300ms", "-o", trace.toString(), "--config", config.toString()))
                .as(err)
                .isZero();
        assertThat(out).startsWith(trace + ": 0.").contains(" s of box, 0 whole frames, ", "chrome://tracing");
        assertThat(err).isEmpty();
        JsonNode json = new ObjectMapper().readTree(Files.readAllBytes(trace));
        new Parsed(json.path("traceEvents")).check();
        assertThat(json.path("otherData").path("events lost").asInt(-1)).isZero();
        assertThat(json.path("otherData").path("node").asText()).isEqualTo("box");
    }

    @Test
    void shouldKnowNoSabotageWhenTheProcessWasNotStartedForIt() throws Exception {
        try (Lines lines = ask("sabotage infer throw")) {
            assertThat(lines.read(Duration.ofSeconds(10))).contains("there is no request of that name");
        }
    }

    @Test
    void shouldRefuseAnotherAndGoOnAnsweringWhenOneIsOn() throws Exception {
        Files.writeString(trace, "what was there");
        try (Lines first = ask("trace 60000")) {
            assertThat(first.read(Duration.ofSeconds(10))).contains("recording");
            assertThat(run("-o", trace.toString(), "--config", config.toString()))
                    .isEqualTo(1);
            assertThat(err).isEqualTo("vigil trace: another recording is on\n");
            assertThat(trace).hasContent("what was there");
            try (Lines reload = ask("reload")) {
                assertThat(reload.read(Duration.ofSeconds(20))).contains("no camera and no model has changed");
            }
            first.write("end", Duration.ofSeconds(5));
            String line = first.read(Duration.ofSeconds(20));
            while (line.startsWith("[")) {
                line = first.read(Duration.ofSeconds(20));
            }
            assertThat(TraceServer.Recorded.parse(line).seconds()).isBetween(0.0, 59.0);
        }
    }

    @Test
    void shouldEndTheRecordingWhenWhoAskedHasGone() throws Exception {
        try (Lines first = ask("trace 60000")) {
            assertThat(first.read(Duration.ofSeconds(10))).contains("recording");
            assertThat(Tracing.current()).isNotNull();
        }
        Await.until("the recording to be over", () -> Tracing.current() == null);
    }

    @Test
    void shouldSayInOneLineWhyWhenNothingComesOfIt() throws Exception {
        assertThat(run("--for", "6m", "--config", config.toString())).isEqualTo(2);
        assertThat(err).contains("--for: 1ms to 5m are allowed");
        Path nowhere = folder.resolve("absent/t.json");
        assertThat(run("--config", config.toString(), "--for", "10ms", "-o", nowhere.toString()))
                .isEqualTo(1);
        assertThat(err)
                .startsWith("vigil trace: " + nowhere + " can not be written: ")
                .endsWith("\n");
        try (Lines nonsense = ask("trace soon")) {
            assertThat(nonsense.read(Duration.ofSeconds(5))).contains("1 to 300000 milliseconds");
        }
        server.close();
        assertThat(run("--config", config.toString())).isEqualTo(1);
        assertThat(err).startsWith("vigil trace: no daemon runs " + config);
    }

    @Test
    void shouldAskForARestartWhenTheDaemonIsOlder() throws Exception {
        server.close();
        try (ServerSocketChannel older = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            older.bind(UnixDomainSocketAddress.of(socket()));
            Thread thread = new Thread(() -> answerAsBefore(older), "older");
            thread.setDaemon(true);
            thread.start();
            assertThat(run("-o", trace.toString(), "--config", config.toString()))
                    .isEqualTo(1);
            assertThat(err)
                    .isEqualTo("vigil trace: the daemon is of a version that can not record: restart it first\n");
            assertThat(trace).doesNotExist();
        }
    }

    private void answerAsBefore(ServerSocketChannel older) {
        try {
            while (true) {
                try (Lines lines = new Lines(older.accept(), 64)) {
                    Answer answer = lines.read(Duration.ofSeconds(5)).equals("which")
                            ? Answer.taken(config.toString())
                            : Answer.failed("there is no request of that name: which or reload is allowed");
                    lines.write(answer.line(), Duration.ofSeconds(5));
                }
            }
        } catch (java.io.IOException closed) {
            assertThat(older.isOpen()).isFalse();
        }
    }
}
