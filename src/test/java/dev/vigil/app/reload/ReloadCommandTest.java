package dev.vigil.app.reload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.OnnxFile;
import dev.vigil.app.Daemon;
import dev.vigil.base.Clock;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.Surroundings;
import dev.vigil.mqtt.Await;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code vigil reload}, to daemons in this process whose sockets lie in a folder of the test. */
@Timeout(60)
class ReloadCommandTest {
    @TempDir
    private Path folder;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private Surroundings surroundings;
    private String err;
    private String out;

    @BeforeEach
    void prepare() throws IOException {
        surroundings = new Surroundings(
                Path.of("").toAbsolutePath(), Map.of("XDG_RUNTIME_DIR", folder.toString(), "HOME", "/none"), "box");
        Files.write(folder.resolve("small.onnx"), OnnxFile.ssd(4, 2));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    /** A camera that nobody answers, and a broker that is not there. */
    private Path configure(String file, String cameras) throws IOException {
        return Files.writeString(folder.resolve(file), """
                mqtt: {broker: "mqtt://127.0.0.1:9"}
                models: {small: {file: small.onnx}}
                cameras: {%s}
                """.formatted(cameras));
    }

    private Reloader daemon(String node, Path file) throws Exception {
        ConfigReader reader = new ConfigReader(new Surroundings(surroundings.home(), surroundings.environment(), node));
        Daemon daemon = new Daemon(reader.read(file), Clock.SYSTEM);
        open.push(daemon);
        daemon.start();
        Reloader reloader = new Reloader(daemon, reader, file);
        ControlServer server = ControlServer.open(reloader, surroundings);
        if (server != null) {
            open.push(server);
        }
        return reloader;
    }

    private int reload(String... arguments) {
        StringWriter outText = new StringWriter();
        StringWriter errText = new StringWriter();
        int exitCode = new CommandLine(new ReloadCommand(surroundings))
                .setOut(new PrintWriter(outText))
                .setErr(new PrintWriter(errText))
                .execute(arguments);
        out = outText.toString();
        err = errText.toString();
        return exitCode;
    }

    private Path socket(String node) {
        return folder.resolve("vigil/vigil-" + node + ".sock");
    }

    @Test
    void shouldTellWhatHasChangedWhenItWasTaken() throws Exception {
        Path file = configure("a.yml", "gate: {url: \"rtsp://127.0.0.1:9/a\"}");
        daemon("one", file);
        configure("a.yml", "yard: {url: \"rtsp://127.0.0.1:9/a\"}");
        assertThat(reload("--config", file.toString())).as(err).isZero();
        assertThat(out).isEqualTo(file + " was taken: added yard; removed gate\n");
        assertThat(err).isEmpty();
    }

    @Test
    void shouldTellAllThatIsWrongWhenItWasRefused() throws Exception {
        Path file = configure("a.yml", "gate: {url: \"rtsp://127.0.0.1:9/a\"}");
        daemon("one", file);
        configure("a.yml", "gate: {fps: -1, url: \"rtsp://127.0.0.1:9/a\"}, yard: {urk: x}");
        assertThat(reload("--config", file.toString())).isEqualTo(78);
        assertThat(err)
                .startsWith(file + " was refused, and what ran before runs on:\n" + file + ":3:")
                .contains("cameras.gate.fps: -1 is not allowed", "cameras.yard.urk: unknown key (did you mean url?)")
                .endsWith("problems\n");
        assertThat(reload("--json", "--config", file.toString())).isEqualTo(78);
        assertThat(out.lines().toList()).hasSizeGreaterThan(1).allSatisfy(line -> assertThat(line)
                .startsWith("{\"file\":"));
    }

    @Test
    void shouldFindTheDaemonThatRunsTheFileWhenThereAreSeveral() throws Exception {
        Path a = configure("a.yml", "gate: {url: \"rtsp://127.0.0.1:9/a\"}");
        Path b = configure("b.yml", "gate: {url: \"rtsp://127.0.0.1:9/a\"}");
        daemon("one", a);
        daemon("two", b);
        daemon("three", b);
        assertThat(reload("--config", a.toString())).as(err).isZero();
        assertThat(reload("--config", b.toString())).isEqualTo(1);
        assertThat(err).contains("several daemons run", "--node", socket("two") + " does", socket("three") + " does");
        assertThat(reload("--config", b.toString(), "--node", "three")).as(err).isZero();
        assertThat(reload("--config", folder.resolve("c.yml").toString())).isEqualTo(1);
        assertThat(err).contains("no daemon runs " + folder.resolve("c.yml"), socket("one") + " runs " + a);
    }

    @Test
    void shouldTakeThePlaceOfADaemonThatWasKilledWhenItsSocketIsThere() throws Exception {
        Files.createDirectories(socket("one").getParent());
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(socket("one")));
        }
        Path file = configure("a.yml", "gate: {url: \"rtsp://127.0.0.1:9/a\"}");
        assertThat(reload("--config", file.toString())).isEqualTo(1);
        assertThat(err).contains(socket("one") + ": ");
        daemon("one", file);
        assertThat(Files.getPosixFilePermissions(socket("one")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(reload("--config", file.toString())).as(err).isZero();
        daemon("one", file); // a second one of the same node leaves the first its socket
        assertThat(reload("--config", file.toString())).as(err).isZero();
    }

    @Test
    void shouldAnswerTheNextWhenOneSaysNothingOrNonsense() throws Exception {
        Path file = configure("a.yml", "gate: {url: \"rtsp://127.0.0.1:9/a\"}");
        daemon("one", file);
        try (Lines nonsense = new Lines(SocketChannel.open(UnixDomainSocketAddress.of(socket("one"))), 10_000)) {
            nonsense.write("x".repeat(50), Duration.ofSeconds(1));
            assertThat(nonsense.read(Duration.ofSeconds(10))).contains("which or reload is allowed");
            nonsense.write("x".repeat(5_000), Duration.ofSeconds(1));
            Await.until("to be cut off", () -> isCutOff(nonsense));
        }
        assertThat(reload("--config", file.toString())).as(err).isZero();
    }

    private static boolean isCutOff(Lines lines) {
        try {
            lines.read(Duration.ofMillis(10));
            return false;
        } catch (java.net.SocketTimeoutException notYet) {
            return false;
        } catch (IOException closed) {
            return true;
        }
    }
}
