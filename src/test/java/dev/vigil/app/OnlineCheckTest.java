package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.ConfigReader.Loaded;
import dev.vigil.config.Problem;
import dev.vigil.config.Surroundings;
import dev.vigil.mqtt.Mosquitto;
import dev.vigil.source.rtsp.ScriptedCamera;
import dev.vigil.source.sim.FaultScript;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code vigil check --online} against peers that are well, refuse, or never say a word. */
@Timeout(60)
class OnlineCheckTest {
    /** CONNACK of MQTT 5: bad user name or password. */
    private static final byte[] WRONG_PASSWORD = {0x20, 3, 0, (byte) 0x86, 0};
    /** CONNACK of MQTT 5: banned. */
    private static final byte[] BANNED = {0x20, 3, 0, (byte) 0x8a, 0};

    @TempDir
    private Path folder;

    private Path write(String yaml) throws IOException {
        return Files.writeString(folder.resolve("vigil.yml"), yaml);
    }

    private static List<String> problems(Loaded loaded) {
        return loaded.problems().sorted().stream()
                .map(Problem::toString)
                .map(line -> line.substring(line.indexOf("vigil.yml:") + "vigil.yml:".length()))
                .toList();
    }

    /** What one check finds. */
    private List<String> find(ConfigCheck check, String yaml, List<String> good) throws Exception {
        Loaded loaded =
                new ConfigReader(new Surroundings(Path.of("").toAbsolutePath(), Map.of(), "box")).load(write(yaml));
        assertThat(problems(loaded)).isEmpty();
        check.check(loaded.config().orElseThrow(), loaded.problems(), good::add);
        return problems(loaded);
    }

    @Test
    void shouldTellWhatItSawWhenAllIsWell() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(0);
                RtspCameraServer server =
                        RtspCameraServer.start(SimulatedCameraOptions.of(Path.of("media/demo-clip.mp4"))
                                .withPort(0))) {
            Path file = write("mqtt: {broker: 'mqtt://127.0.0.1:" + broker.port() + "'}\ncameras:\n  gate: {url: '"
                    + server.uri(0) + "'}\n");

            CommandLineRun check = CommandLineRun.of("check", "--online", "--config", file.toString());

            assertThat(check.err()).isEmpty();
            assertThat(check.exitCode()).isZero();
            assertThat(check.out().lines().limit(5).toList())
                    .satisfiesExactly(
                            line -> assertThat(line).matches("memory: \\d+ MiB planned of \\d+ MiB .*"),
                            line -> assertThat(line)
                                    .matches(
                                            "models.default: ssd, input 300x300, 90 classes \\(labels file .*\\), on .*,"
                                                    + " loaded in \\d+\\.\\d s"),
                            line -> assertThat(line)
                                    .matches(
                                            "cameras.gate.url: 1280x720 h264, (software|cuda|vaapi), first picture after"
                                                    + " \\d+\\.\\d s"),
                            line -> assertThat(line)
                                    .isEqualTo("mqtt.broker: 127.0.0.1:" + broker.port()
                                            + " takes connections with MQTT 5"),
                            line -> assertThat(line).isEqualTo(file + " is fine"));
        }
    }

    @Test
    void shouldTryBothStreamsWhenACameraHasOneForDetection() throws Exception {
        try (RtspCameraServer server = RtspCameraServer.start(
                SimulatedCameraOptions.of(Path.of("media/demo-clip.mp4")).withPort(0))) {
            String yaml = "cameras:\n  gate: {url: '" + server.uri(0) + "', hardware: none,\n    detect_stream: '"
                    + server.uri(0) + "-small'}\n";
            List<String> good = new ArrayList<>();

            assertThat(find(CameraCheck.ofCameras(), yaml, good))
                    .singleElement()
                    .asString()
                    .startsWith("3:5  cameras.gate.detect_stream: " + server.uri(0) + "-small: ")
                    .contains("404");
            assertThat(good).singleElement().asString().startsWith("cameras.gate.url: 1280x720 h264, software");
        }
    }

    @Test
    void shouldEndAndNameThemAllWhenNoPeerEverAnswers() throws Exception {
        try (ServerSocket silent = new ServerSocket(0);
                ScriptedCamera mute = ScriptedCamera.playing(ScriptedCamera.Conversation::untilClosed)) {
            int port = silent.getLocalPort();
            String quick = ", open_timeout: 500ms, read_timeout: 300ms}\n";
            Path file = write("mqtt: {broker: 'mqtt://127.0.0.1:" + port + "', connect_timeout: 500ms}\ncameras:\n"
                    + "  gate: {url: 'rtsp://admin:hunter2@127.0.0.1:" + port + "/cam'" + quick
                    + "  yard: {url: 'http://127.0.0.1:" + port + "/stream'" + quick
                    + "  door: {url: '" + mute.uri() + "'" + quick);

            CommandLineRun check = CommandLineRun.of("check", "--online", "--config", file.toString());

            assertThat(check.exitCode()).isEqualTo(78);
            assertThat(check.err()).doesNotContain("hunter2").doesNotContain("trying again");
            assertThat(check.errLines().stream().map(line -> line.replaceFirst("^.*vigil.yml:", "")))
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .isEqualTo(
                                            "1:8  mqtt.broker: 127.0.0.1:" + port + " gave no connection within 500 ms,"
                                                    + " still waiting for its answer to CONNECT"),
                            line -> assertThat(line)
                                    .isEqualTo("3:10  cameras.gate.url: rtsp://127.0.0.1:" + port
                                            + "/cam: no answer to OPTIONS in time"),
                            line -> assertThat(line)
                                    .isEqualTo("4:10  cameras.yard.url: http://127.0.0.1:" + port
                                            + "/stream did not answer within 500 ms"),
                            line -> assertThat(line)
                                    .isEqualTo("5:10  cameras.door.url: " + mute.uri() + ": sends no picture any more"),
                            line -> assertThat(line).isEqualTo("4 problems"));
        }
    }

    @Test
    void shouldGiveUpWhenPacketsComeButNeverAPicture() throws Exception {
        SimulatedCameraOptions clip = SimulatedCameraOptions.of(Path.of("media/demo-clip.mp4"))
                .withPort(0)
                .withJoin(SimulatedCameraOptions.Join.NOW)
                .withFaults(FaultScript.parse(List.of("no-keyframes"), 1));
        try (RtspCameraServer server = RtspCameraServer.start(clip)) {
            String yaml = "cameras:\n  gate: {url: '" + server.uri(0) + "', open_timeout: 1s, read_timeout: 1s}\n";

            List<String> found = find(CameraCheck.ofCameras(Duration.ofSeconds(1)), yaml, new ArrayList<>());

            assertThat(found)
                    .singleElement()
                    .asString()
                    .isEqualTo("2:10  cameras.gate.url: " + server.uri(0) + " gave no whole picture within 3 s");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "username: vigil, password: hunter2 | 1:70  mqtt.password: BROKER refused the login with the configured username and password: bad user name or password (0x86)",
                "keep_alive: 30s | 1:1  mqtt.username: BROKER refused the login without a user name: bad user name or password (0x86)",
            })
    void shouldNameUserOrPasswordWhenTheBrokerRefusesTheLogin(String keys, String expected) throws Exception {
        try (ScriptedCamera broker = ScriptedCamera.start(with -> {
            with.send(WRONG_PASSWORD);
            with.untilClosed();
        })) {
            String name = "127.0.0.1:" + broker.uri().getPort();
            String yaml = "mqtt: {broker: 'mqtt://" + name + "', " + keys + "}\ncameras: {gate: {url: a.mp4}}\n";

            List<String> found = find(new BrokerCheck(), yaml, new ArrayList<>());

            assertThat(found).hasSize(1);
            assertThat(found.get(0).replace(name, "BROKER").replaceFirst("^1:\\d+", "1:"))
                    .isEqualTo(expected.replaceFirst("^1:\\d+", "1:"));
        }
    }

    @Test
    void shouldNameTheBrokerWhenItRefusesOtherwise() throws Exception {
        try (ScriptedCamera broker = ScriptedCamera.start(with -> {
                    with.send(BANNED);
                    with.untilClosed();
                });
                ScriptedCamera garbage = ScriptedCamera.start(with -> with.send("HTTP/1.1 400 Bad Request\r\n\r\n"))) {
            String cameras = "'}\ncameras: {gate: {url: a.mp4}}\n";
            String refusing = "mqtt: {broker: 'mqtt://127.0.0.1:" + broker.uri().getPort() + cameras;
            assertThat(find(new BrokerCheck(), refusing, new ArrayList<>()))
                    .containsExactly("1:8  mqtt.broker: 127.0.0.1:"
                            + broker.uri().getPort() + " refused the connection: banned (0x8a)");
            String other = "mqtt: {broker: 'mqtt://127.0.0.1:" + garbage.uri().getPort() + cameras;
            assertThat(find(new BrokerCheck(), other, new ArrayList<>()))
                    .singleElement()
                    .asString()
                    .startsWith("1:8  mqtt.broker: 127.0.0.1:" + garbage.uri().getPort());
            String tls = "mqtt: {broker: 'mqtts://127.0.0.1:" + garbage.uri().getPort() + cameras;
            assertThat(find(new BrokerCheck(), tls, new ArrayList<>()))
                    .singleElement()
                    .asString()
                    .contains("TLS");
        }
    }

    @Test
    void shouldTellOfEachBrokerWhenThereAreSeveral() throws Exception {
        int nobody = Mosquitto.freePort();
        int webSocket = Mosquitto.freePort();
        try (Mosquitto broker = Mosquitto.start(
                        folder,
                        "allow_anonymous true\nlistener " + webSocket + " 127.0.0.1\nprotocol websockets",
                        webSocket);
                ScriptedCamera elder = ScriptedCamera.start(
                        // CONNACK of MQTT 3.1.1: unacceptable protocol version.
                        with -> {
                            with.send(new byte[] {0x20, 2, 0, 1});
                            with.untilClosed();
                        },
                        with -> {
                            with.send(new byte[] {0x20, 2, 0, 0});
                            with.untilClosed();
                        })) {
            String yaml = "mqtt: {broker: ['mqtt://127.0.0.1:" + nobody + "', 'ws://127.0.0.1:" + webSocket
                    + "/mqtt', 'mqtt://127.0.0.1:" + elder.uri().getPort() + "']}\ncameras: {gate: {url: a.mp4}}\n";
            List<String> good = new ArrayList<>();

            assertThat(find(new BrokerCheck(), yaml, good))
                    .containsExactly(
                            "1:8  mqtt.broker: 127.0.0.1:" + nobody + " can not be reached: Connection refused");

            assertThat(good)
                    .containsExactly(
                            "mqtt.broker: 127.0.0.1:" + webSocket + " takes connections with MQTT 5",
                            "mqtt.broker: 127.0.0.1:" + elder.uri().getPort() + " takes connections with MQTT 3.1.1");
        }
    }

    @Test
    void shouldNotDisturbADaemonThatRunsWhenItUsesTheSameClientId() throws Exception {
        try (Mosquitto broker = Mosquitto.start(folder, "allow_anonymous true")) {
            String yaml = "mqtt: {broker: 'mqtt://127.0.0.1:" + broker.port()
                    + "', client_id: vigil-box-7}\ncameras: {gate: {url: a.mp4}}\n";
            List<String> good = new ArrayList<>();

            assertThat(find(new BrokerCheck(), yaml, good)).isEmpty();

            assertThat(good)
                    .containsExactly("mqtt.broker: 127.0.0.1:" + broker.port() + " takes connections with MQTT 5");
            assertThat(broker.log()).contains(" as vigil").doesNotContain("vigil-box-7");
        }
    }
}
