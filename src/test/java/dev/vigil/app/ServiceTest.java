package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.OnnxFile;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.app.service.NotifyReceiver;
import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.Recorder;
import dev.vigil.mqtt.Recorder.Received;
import dev.vigil.mqtt.TcpProxy;
import dev.vigil.source.sim.Fault;
import dev.vigil.source.sim.FaultKind;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon in a process of its own, started as a service, with a socket that stands for systemd's. */
@Timeout(120)
class ServiceTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void prepare() throws IOException {
        Files.write(folder.resolve("small.onnx"), OnnxFile.ssd(4, 2));
        environment.put("NOTIFY_SOCKET", folder.resolve("notify").toString());
        environment.put("CACHE_DIRECTORY", TestDaemon.cache().toString());
        environment.put("STATE_DIRECTORY", folder.resolve("state").toString());
        environment.put("RUNTIME_DIRECTORY", folder.resolve("run").toString());
        environment.put("WATCHDOG_USEC", "1000000");
    }

    private NotifyReceiver systemd() {
        return new NotifyReceiver(environment.get("NOTIFY_SOCKET"));
    }

    private Path configure(String camera, int brokerPort, String more) throws IOException {
        return Files.writeString(folder.resolve("vigil.yml"), """
                node: box
                mqtt: {broker: "mqtt://127.0.0.1:%d", qos: 1, retry: {min: 100ms, max: 300ms}}
                models: {small: {file: small.onnx}}
                cameras:
                  gate: {url: "%s", hardware: none, retry: {min: 100ms, max: 300ms}}
                %s""".formatted(brokerPort, camera, more));
    }

    private static Recorder subscribe(MqttClient[] client, int port) throws InterruptedException {
        Recorder recorder = new Recorder();
        client[0] = new MqttClient(TestDaemon.impatient(URI.create("mqtt://127.0.0.1:" + port), null, null), recorder);
        client[0].start();
        client[0].subscribe("vigil/#", 1);
        Await.next("SUBACK", recorder.subscribed);
        return recorder;
    }

    @Test
    void shouldTellSystemdAllItsLifeWhenItRunsAsAService() throws Exception {
        try (RtspCameraServer camera = RtspCameraServer.start(SimulatedCameraOptions.of(Path.of("media/demo-clip.mp4"))
                        .withPort(0));
                EmbeddedBroker broker = EmbeddedBroker.start(0);
                TcpProxy proxy = new TcpProxy(broker.port());
                NotifyReceiver systemd = systemd()) {
            String url = camera.uri(0).toString();
            Path file = configure(url, proxy.port(), "");
            try (ServiceProcess service = new ServiceProcess(folder, file, environment)) {
                Await.until("READY", () -> systemd.count("READY=1") == 1);
                assertThat(systemd.statuses().get(0)).startsWith("starting").contains("; 1 camera, ");
                Await.until("a status with figures", () -> systemd.lastStatus()
                        .matches("1 camera, 1 up; \\d.* fps; age p99 \\d+ ms"));
                systemd.awaitOneMore("WATCHDOG=1", systemd.count("WATCHDOG=1") + 2);

                service.signal("HUP");
                Await.until("a reload", () -> systemd.count("READY=1") == 2);
                configure(url, proxy.port(), "no_such_key: 1\n");
                service.signal("HUP");
                Await.until("a reload that is refused", () -> systemd.count("READY=1") == 3);
                assertThat(systemd.lastStatus()).endsWith("; the last reload was refused: 1 problem");
                configure(url, proxy.port(), "");
                service.signal("HUP");
                Await.until("a reload that is not", () -> systemd.count("READY=1") == 4);

                camera.begin(0, Fault.of(FaultKind.REFUSE));
                Await.until("the camera to be away", () -> systemd.lastStatus().contains("; gate is down"));
                proxy.close();
                Await.until("the broker to be away", () -> systemd.lastStatus().contains("; the broker is away"));
                systemd.awaitOneMore("WATCHDOG=1", systemd.count("WATCHDOG=1") + 4);
                assertThat(systemd.lastStatus()).doesNotContain("stuck");
                assertStops(service, systemd);
            }
        }
    }

    private static void assertStops(ServiceProcess service, NotifyReceiver systemd) throws Exception {
        service.signal("TERM");
        assertThat(service.await()).as(service.log()).isEqualTo(143);
        List<String> states = systemd.states().stream()
                .filter(state -> !state.startsWith("MONOTONIC_USEC="))
                .toList();
        assertThat(states)
                .containsExactly(
                        "READY=1",
                        "RELOADING=1",
                        "READY=1",
                        "RELOADING=1",
                        "READY=1",
                        "RELOADING=1",
                        "READY=1",
                        "STOPPING=1");
        assertThat(systemd.datagrams())
                .filteredOn(line -> line.contains("WATCHDOG=1"))
                .as("fed after it was ready, not before")
                .hasSizeGreaterThan(5);
    }

    @Test
    void shouldSendAllItHasAndSayGoodbyeWhenItIsStopped() throws Exception {
        MqttClient[] subscriber = new MqttClient[1];
        try (RtspCameraServer camera = RtspCameraServer.start(SimulatedCameraOptions.of(Path.of("media/demo-clip.mp4"))
                        .withPort(0));
                EmbeddedBroker broker = EmbeddedBroker.start(0);
                NotifyReceiver systemd = systemd()) {
            Recorder seen = subscribe(subscriber, broker.port());
            Path file = configure(camera.uri(0).toString(), broker.port(), "");
            try (ServiceProcess service = new ServiceProcess(folder, file, environment)) {
                Await.until(
                        "detections", () -> payloads(seen, "gate/detections").size() > 20);
                service.signal("TERM");
                assertThat(service.await()).as(service.log()).isEqualTo(143);
                Await.until("its goodbye", () -> payloads(seen, "availability").contains("offline"));
                assertThat(payloads(seen, "availability"))
                        .as("told once, and not by the will")
                        .containsExactly("online", "offline");
                List<String> statuses = payloads(seen, "gate/status");
                JsonNode ledger =
                        JSON.readTree(statuses.get(statuses.size() - 1)).get("ledger");
                assertThat(ledger.get("in_flight").asLong()).as("%s", ledger).isZero();
                long published = ledger.get("published").asLong();
                Await.until(
                        "all that was published",
                        () -> payloads(seen, "gate/detections").size() >= published);
                assertThat(payloads(seen, "gate/detections")).hasSize((int) published);
            }
        } finally {
            subscriber[0].close();
        }
    }

    private static List<String> payloads(Recorder seen, String topic) {
        return seen.messages.stream()
                .filter(message -> message.topic().equals("vigil/box/" + topic))
                .map(Received::payload)
                .toList();
    }

    @Test
    void shouldSayWhyAndEndForGoodWhenTheConfigurationIsWrong() throws Exception {
        Path file = configure("rtsp://user:hunter2@127.0.0.1:9/x", 9, "no_such_key: 1\n");
        try (NotifyReceiver systemd = systemd();
                ServiceProcess service = new ServiceProcess(folder, file, environment)) {
            assertThat(service.await()).isEqualTo(CheckCommand.EXIT_CONFIG);
            systemd.awaitOneMore("EXIT_STATUS=78", 0);
            assertThat(systemd.states()).containsExactly("ERRNO=22", "EXIT_STATUS=78");
            assertThat(systemd.lastStatus())
                    .contains("vigil.yml:6:1  no_such_key: unknown key")
                    .doesNotContain("hunter2");
        }
    }

    @Test
    void shouldSayWhyWhenAModelCanNotBeLoaded() throws Exception {
        Files.writeString(folder.resolve("small.onnx"), "no model");
        Path file = configure("rtsp://127.0.0.1:9/x", 9, "");
        try (NotifyReceiver systemd = systemd();
                ServiceProcess service = new ServiceProcess(folder, file, environment)) {
            assertThat(service.await()).isEqualTo(CheckCommand.EXIT_CONFIG);
            systemd.awaitOneMore("EXIT_STATUS=78", 0);
            assertThat(systemd.states()).doesNotContain("READY=1");
            assertThat(systemd.statuses()).anyMatch(line -> line.contains("small.onnx"));
        }
    }
}
