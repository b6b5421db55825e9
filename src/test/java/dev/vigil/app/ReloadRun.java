package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.OnnxFile;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.base.Clock;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.ConfigReader.Loaded;
import dev.vigil.config.Surroundings;
import dev.vigil.frame.Ledger;
import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.Recorder;
import dev.vigil.mqtt.Recorder.Received;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A daemon whose configuration is written anew while it runs, with cameras, a broker and a subscriber. */
abstract class ReloadRun {
    static final ObjectMapper JSON = new ObjectMapper();

    private static RtspCameraServer cameras;
    EmbeddedBroker broker;

    @TempDir
    Path folder;

    /** Each a line under {@code cameras}, by name. */
    final Map<String, String> configured = new TreeMap<>();

    final List<MqttClient> clients = new ArrayList<>();
    String node = "box";
    String models = "small: {file: small.onnx}, other: {file: other.onnx}";
    String rest = "";
    String http = "false";
    Recorder seen;
    Daemon daemon;

    @BeforeAll
    static void startCameras() throws Exception {
        cameras = RtspCameraServer.start(SimulatedCameraOptions.of(Path.of("media/demo-clip.mp4"))
                .withPort(0)
                .withCameras(3));
    }

    @AfterAll
    static void stopCameras() {
        cameras.close();
    }

    @BeforeEach
    void prepare() throws Exception {
        broker = EmbeddedBroker.start(0);
        Files.write(folder.resolve("small.onnx"), OnnxFile.ssd(4, 2));
        Files.write(folder.resolve("other.onnx"), OnnxFile.ssd(4, 3));
        configured.put("cam1", camera(0));
        configured.put("cam2", camera(1));
        seen = subscriber();
    }

    @AfterEach
    void close() throws IOException {
        if (daemon != null) {
            daemon.close();
            for (Camera camera : daemon.cameras()) {
                assertAtRest(camera);
            }
        }
        clients.forEach(MqttClient::close);
        broker.close();
    }

    static void assertAtRest(Camera camera) {
        Ledger.Snapshot ledger = camera.feed().ledger().snapshot();
        assertThat(ledger.balances()).as(camera.name()).isTrue();
        assertThat(ledger.inFlight()).as(camera.name()).isZero();
    }

    static String camera(int number) {
        return "url: \"" + cameras.uri(number) + "\", hardware: none, retry: {min: 100ms, max: 300ms}";
    }

    Recorder subscriber() throws InterruptedException {
        Recorder recorder = new Recorder();
        MqttClient client = new MqttClient(
                TestDaemon.impatient(URI.create("mqtt://127.0.0.1:" + broker.port()), null, null), recorder);
        clients.add(client);
        client.start();
        client.subscribe("#", 1);
        Await.next("SUBACK", recorder.subscribed);
        return recorder;
    }

    Loaded read() throws IOException {
        StringBuilder text = new StringBuilder("node: " + node + "\n");
        text.append("mqtt: {broker: \"mqtt://127.0.0.1:")
                .append(broker.port())
                .append("\", qos: 1, outbox: {on_disk: false}}\n");
        text.append("models: {").append(models).append("}\nstatus: {interval: 1s}\n");
        text.append("homeassistant: true\nhttp: ")
                .append(http)
                .append('\n')
                .append(rest)
                .append("cameras:\n");
        configured.forEach((name, keys) ->
                text.append("  ").append(name).append(": {").append(keys).append("}\n"));
        Path file = Files.writeString(folder.resolve("vigil.yml"), text);
        return new ConfigReader(Surroundings.ofProcess()).load(file);
    }

    void start() throws Exception {
        daemon = new Daemon(read().config().orElseThrow(), Clock.SYSTEM);
        daemon.start();
    }

    /** Has what is configured now taken. */
    String reload() throws IOException {
        Loaded loaded = read();
        String changed =
                daemon.reload(loaded.config().orElseThrow(), loaded.problems()).orElse("");
        assertThat(loaded.problems().sorted()).isEmpty();
        return changed;
    }

    Camera camera(String name) {
        return daemon.cameras().stream()
                .filter(camera -> camera.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    List<JsonNode> detections(String camera) throws IOException {
        List<JsonNode> all = new ArrayList<>();
        for (Received message : seen.messages) {
            if (message.topic().equals("vigil/box/" + camera + "/detections")) {
                all.add(JSON.readTree(message.payload()));
            }
        }
        return all;
    }

    void awaitMore(String camera) throws IOException {
        long before = published(camera);
        Await.until("detections of " + camera, () -> published(camera) > before + 2);
    }

    long published(String camera) {
        return camera(camera).feed().ledger().snapshot().published();
    }

    /** What the broker keeps, by topic. */
    Map<String, String> retained() throws InterruptedException {
        Recorder fresh = subscriber();
        Map<String, String> kept = new TreeMap<>();
        Await.until("what the broker keeps", () -> {
            fresh.messages.forEach(message -> {
                if (message.retain()) {
                    kept.put(message.topic(), message.payload());
                }
            });
            return kept.containsKey("vigil/box/availability") && kept.containsKey("vigil/box/cam1/status");
        });
        return kept;
    }

    /** As a subscriber checks it: no number is missing that is not told as dropped, and none comes twice. */
    void assertNoneIsMissing(String camera) throws IOException {
        List<JsonNode> messages = detections(camera);
        assertThat(messages).hasSizeGreaterThan(5);
        long last = 0;
        for (JsonNode message : messages) {
            long dropped = 0;
            for (JsonNode cause : message.get("dropped")) {
                dropped += cause.longValue();
            }
            assertThat(message.get("frame").longValue()).isEqualTo(last + 1 + dropped);
            last = message.get("frame").longValue();
        }
    }

    long count(String camera) {
        return seen.messages.stream()
                .filter(message -> message.topic().equals("vigil/box/" + camera + "/detections"))
                .count();
    }
}
