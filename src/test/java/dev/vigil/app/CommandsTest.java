package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.MessageSchema;
import dev.vigil.app.Commander.Answer;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Ledger;
import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.Mosquitto;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.PublishProperties;
import dev.vigil.mqtt.Recorder;
import dev.vigil.mqtt.Recorder.Received;
import dev.vigil.mqtt.TcpProxy;
import dev.vigil.publish.PublishOptions;
import dev.vigil.source.CameraStatus.State;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands to a daemon that runs, over a broker, to cameras that know who is connected to them. */
@Timeout(90)
class CommandsTest {
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.UTF_8);

    private static EmbeddedBroker broker;
    private static URI address;
    private static RtspCameraServer camera1;
    private static RtspCameraServer camera2;

    @TempDir
    private Path folder;

    private TestDaemon daemon;
    private Commander commander;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start(0);
        address = URI.create("mqtt://127.0.0.1:" + broker.port());
        SimulatedCameraOptions clip =
                SimulatedCameraOptions.of(Path.of("media/demo-clip.mp4")).withPort(0);
        camera1 = RtspCameraServer.start(clip);
        camera2 = RtspCameraServer.start(clip);
    }

    @AfterAll
    static void stop() throws IOException {
        camera1.close();
        camera2.close();
        broker.close();
    }

    @BeforeEach
    void connect() throws Exception {
        commander = new Commander(address);
    }

    private void startDaemon() throws Exception {
        daemon = TestDaemon.start(
                address, folder, TestDaemon.impatient(camera1.uri(0)), TestDaemon.impatient(camera2.uri(0)));
        daemon.awaitMessages(1, 1);
        daemon.awaitMessages(2, 1);
    }

    @AfterEach
    void close() throws Exception {
        if (daemon != null) {
            daemon.close(); // sees to it that the ledgers balance
        }
        commander.close();
    }

    private JsonNode retained(String topic, MessageSchema schema) throws Exception {
        Recorder recorder = new Recorder();
        try (MqttClient client = new MqttClient(MqttOptions.of(address), recorder)) {
            client.start();
            client.subscribe(topic, 1);
            Received kept;
            do {
                kept = Await.next("the retained " + topic, recorder.messages);
            } while (!kept.retain()); // one that is published just now may come before
            assertThat(schema.problems(kept.payload())).isEmpty();
            return new ObjectMapper().readTree(kept.payload());
        }
    }

    private void awaitSettings(int camera, String expected) {
        String topic = "vigil/box/cam" + camera + "/settings";
        Await.until("settings " + expected, () -> {
            try {
                return retained(topic, MessageSchema.SETTINGS).toString().contains(expected);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void shouldCloseConnectionAndComeBackWhenDisabledAndEnabled() throws Exception {
        startDaemon();
        assertThat(camera1.clients(0)).isEqualTo(1);
        commander.set("cam1/set/enabled", "OFF");
        Await.until("the connection to be closed", () -> camera1.clients(0) == 0);
        Await.until("the state", () -> daemon.status(1).state() == State.DISABLED);
        Await.until("the state to be told", () -> daemon.statuses(1).stream()
                .anyMatch(status -> status.get("state").textValue().equals("disabled")));
        assertThat(retained("vigil/box/cam1/status", MessageSchema.STATUS)
                        .get("state")
                        .textValue())
                .isEqualTo("disabled");
        awaitSettings(1, "\"enabled\":false");
        Await.until("no frame in flight", () -> daemon.ledger(1).inFlight() == 0);
        Ledger.Snapshot atRest = daemon.ledger(1);
        assertThat(atRest.balances()).isTrue();

        daemon.awaitMessages(2, 10);
        assertThat(daemon.ledger(1).read()).as("frames read while disabled").isEqualTo(atRest.read());
        assertThat(camera1.clients(0)).isZero();

        commander.set("cam1/set/enabled", "1");
        daemon.awaitMessages(1, 5);
        daemon.awaitUp(1);
        awaitSettings(1, "\"enabled\":true");
        assertThat(daemon.status(1).reconnects()).as("a command is no failure").isZero();
    }

    @Test
    void shouldCountOtherBoxesWhenScoreIsSet() throws Exception {
        startDaemon();
        commander.set("cam1/set/score", "0");
        Await.until("boxes", () -> newest(1).get("detections").size() > 0);
        commander.set("cam1/set/score", "1");
        Await.until("no box", () -> newest(1).get("detections").isEmpty());
        int from = daemon.messages(1);
        daemon.awaitMessages(1, 10);
        assertThat(daemon.detections(1).subList(from, from + 10))
                .allMatch(message -> message.get("detections").isEmpty());
        awaitSettings(1, "\"score\":1,");
        awaitSettings(2, "\"score\":0.4,");
    }

    private JsonNode newest(int camera) {
        List<JsonNode> messages = daemon.detections(camera);
        return messages.get(messages.size() - 1);
    }

    @Test
    void shouldPublishFewerFramesWhenFpsIsSet() throws Exception {
        startDaemon();
        commander.set("cam1/set/fps", "0.01");
        Await.until("frames that are not wanted", () -> daemon.dropped(1, DropCause.UNWANTED) >= 5);
        long publishedBefore = daemon.ledger(1).published();
        Await.until("more of them", () -> daemon.dropped(1, DropCause.UNWANTED) >= 40);
        assertThat(daemon.ledger(1).published() - publishedBefore)
                .as("of 35 frames")
                .isLessThanOrEqualTo(2);
        commander.set("cam1/set/fps", "0");
        daemon.awaitMessages(1, 10);
        awaitSettings(1, "\"fps\":0}");
    }

    @Test
    void shouldSetAllCamerasWhenCommandIsForNode() throws Exception {
        startDaemon();
        Answer answer = commander.command("set/enabled", "false");
        assertThat(answer.topic()).isEqualTo("vigil/box/set/result");
        assertThat(answer.json())
                .hasToString("{\"v\":1,\"node\":\"box\",\"camera\":null,\"setting\":\"enabled\",\"ok\":true,"
                        + "\"value\":false,\"error\":null}");
        Await.until("both to be disconnected", () -> camera1.clients(0) == 0 && camera2.clients(0) == 0);
        commander.set("set/enabled", "on");
        daemon.awaitMessages(1, 2);
        daemon.awaitMessages(2, 2);
    }

    @Test
    void shouldAnswerOnResponseTopicWithCorrelationDataWhenCommandHasThem() throws Exception {
        startDaemon();
        byte[] correlation = {0, 1, (byte) 0xFF};
        PublishProperties properties = PublishProperties.builder()
                .responseTopic(Commander.ANSWERS)
                .correlationData(correlation)
                .build();
        commander.send("cam2/set/score", "0.25".getBytes(StandardCharsets.UTF_8), 1, false, properties);
        Answer answer = Await.next("the answer", commander.answers);
        assertThat(answer.topic()).isEqualTo(Commander.ANSWERS);
        assertThat(answer.properties().correlationData()).isEqualTo(correlation);
        assertThat(answer.properties().contentType()).isEqualTo("application/json");
        assertThat(answer.qos()).isEqualTo(1);
        assertThat(answer.retain()).isFalse();
        assertThat(answer.json().get("value").doubleValue()).isEqualTo(0.25);

        commander.send("nowhere/set/score", TRUE, 0, false, properties);
        assertThat(Await.next("the refusal", commander.answers)
                        .json()
                        .get("error")
                        .textValue())
                .isEqualTo("there is no camera \"nowhere\": cam1, cam2 are there");
    }

    @Test
    void shouldSayWhatIsWrongWhenCommandIsRefused() throws Exception {
        startDaemon();
        assertRefused("cam1/set/zoom", TRUE, "there is no setting \"zoom\": enabled, score or fps is allowed");
        assertRefused("set/zoom", TRUE, "there is no setting \"zoom\": enabled, score or fps is allowed");
        assertRefused("cam3/set/fps", TRUE, "there is no camera \"cam3\": cam1, cam2 are there");
        assertRefused(
                "cam1/set/enabled",
                new byte[0],
                "an empty message is not allowed for enabled: true, false, on, off, 1 or 0 is");
        assertRefused("cam1/set/score", TRUE, "\"true\" is not allowed for score: 0 to 1 is");
        assertRefused(
                "cam1/set/fps",
                new byte[] {(byte) 0xFF, 0},
                "the payload is not text (UTF-8); allowed for fps: 0 (all) to 1000");
        assertRefused(
                "cam1/set/fps",
                new byte[70_000],
                "the payload is 70000 bytes long: at most 64 are allowed; allowed for fps: 0 (all) to 1000");
        Answer answer = commander.command("set/score", "2");
        assertThat(answer.json().get("camera").isNull()).isTrue();
        assertThat(answer.json().get("ok").booleanValue()).isFalse();
        awaitSettings(1, "\"enabled\":true,\"score\":0.4,\"fps\":0}");
    }

    private void assertRefused(String where, byte[] payload, String error) throws Exception {
        Answer answer = commander.command(where, payload);
        assertThat(answer.topic()).isEqualTo("vigil/box/" + where.substring(0, where.lastIndexOf('/')) + "/result");
        assertThat(answer.json().get("ok").booleanValue()).isFalse();
        assertThat(answer.json().get("error").textValue()).isEqualTo(error);
    }

    @Test
    void shouldApplyRetainedCommandWhenDaemonStarts() throws Exception {
        commander.send("cam1/set/enabled", "false".getBytes(StandardCharsets.UTF_8), 1, true, PublishProperties.NONE);
        daemon = TestDaemon.start(
                address, folder, TestDaemon.impatient(camera1.uri(0)), TestDaemon.impatient(camera2.uri(0)));
        assertThat(Await.next("the answer", commander.answers).json().get("ok").booleanValue())
                .isTrue();
        Await.until("the state", () -> daemon.status(1).state() == State.DISABLED);
        daemon.awaitMessages(2, 5);
        Await.until("no connection", () -> camera1.clients(0) == 0);
        assertThat(retained("vigil/box/cam1/settings", MessageSchema.SETTINGS)
                        .get("enabled")
                        .booleanValue())
                .isFalse();
        commander.send("cam1/set/enabled", new byte[0], 1, true, PublishProperties.NONE);
        Answer taken = Await.next("the answer to taking it back", commander.answers);
        assertThat(taken.json().get("ok").booleanValue()).isFalse();
        assertThat(daemon.status(1).state()).as("what was set stays").isEqualTo(State.DISABLED);
    }

    /** A broker that leaves none out, as HiveMQ does when more than 1000 wait for a subscriber. */
    @Test
    void shouldApplyTheLastOneAndGoOnWhenFloodedWithCommands() throws Exception {
        try (Mosquitto mosquitto = Mosquitto.start(folder, "allow_anonymous true\nmax_queued_messages 0")) {
            URI patient = URI.create("mqtt://127.0.0.1:" + mosquitto.port());
            commander.close();
            commander = new Commander(patient);
            daemon = TestDaemon.start(
                    patient, folder, TestDaemon.impatient(camera1.uri(0)), TestDaemon.impatient(camera2.uri(0)));
            daemon.awaitMessages(1, 1);
            daemon.awaitMessages(2, 1);
            int sent = 5_000;
            for (int i = 0; i < sent; i++) {
                String where = "cam" + (1 + i % 2) + "/set/" + (i % 10 == 0 ? "enabled" : "score");
                sendSurely(where, i % 10 == 0 ? "true" : String.valueOf(i / 10_000.0));
            }
            sendSurely("nonsense/set/score", "0");
            Stream.of("cam1", "cam2").forEach(camera -> sendSurely(camera + "/set/score", "0.875"));
            Await.until("the last one of cam1", () -> daemon.settings(1).contains("\"score\":0.875"));
            Await.until("the last one of cam2", () -> daemon.settings(2).contains("\"score\":0.875"));
            daemon.awaitMessages(1, 5);
            daemon.awaitMessages(2, 5);
            assertThat(daemon.dropped(1, DropCause.OUTBOX_FULL)).isZero();
            assertThat(commander.answers.size()).as("answers").isLessThanOrEqualTo(sent + 3);
            daemon.close();
        }
    }

    private void sendSurely(String where, String value) {
        Await.until(
                "room in the commander's queue",
                () -> commander.send(where, value.getBytes(StandardCharsets.UTF_8), 1, false, PublishProperties.NONE));
    }

    @Test
    void shouldAnswerAndApplyWhenDaemonSpeaksMqtt311() throws Exception {
        MqttOptions v5 = TestDaemon.impatient(address, null, null);
        daemon = new TestDaemon(
                withProtocol(v5, MqttOptions.Protocol.MQTT_3_1_1),
                folder,
                List.of(TestDaemon.impatient(camera1.uri(0))));
        daemon.subscribe(address);
        daemon.start();
        daemon.awaitMessages(1, 1);
        PublishProperties unseen =
                PublishProperties.builder().responseTopic(Commander.ANSWERS).build();
        commander.send("cam1/set/fps", "5".getBytes(StandardCharsets.UTF_8), 1, false, unseen);
        Answer answer = Await.next("the answer", commander.answers);
        assertThat(answer.topic()).isEqualTo("vigil/box/cam1/set/result");
        assertThat(answer.json().get("value").intValue()).isEqualTo(5);
        awaitSettings(1, "\"fps\":5}");
    }

    private static MqttOptions withProtocol(MqttOptions options, MqttOptions.Protocol protocol) {
        return options.toBuilder().protocol(protocol).build();
    }

    @Test
    void shouldPublishOnceAfterEachConnectionWhenOnlyChangesAreAskedAndNothingChanges() throws Exception {
        try (TcpProxy proxy = new TcpProxy(broker.port())) {
            MqttOptions mqtt = TestDaemon.impatient(URI.create("mqtt://127.0.0.1:" + proxy.port()), null, null);
            PublishOptions changes = new PublishOptions(PublishOptions.When.CHANGES, 0);
            daemon = new TestDaemon(
                    folder, mqtt, List.of(TestDaemon.camera(1, true, TestDaemon.impatient(camera1.uri(0)), changes)));
            daemon.subscribe(address);
            daemon.start();
            daemon.awaitUp(1);
            commander.set("cam1/set/score", "1"); // so that nothing is seen any more
            Await.until(
                    "an empty frame",
                    () -> daemon.messages(1) > 0 && newest(1).get("detections").isEmpty());
            awaitWithheld(20);
            int before = daemon.messages(1);

            commander.set("cam1/set/enabled", "false");
            Await.until("the state", () -> daemon.status(1).state() == State.DISABLED);
            commander.set("cam1/set/enabled", "true");
            Await.until("the first frame of the camera", () -> daemon.messages(1) == before + 1);
            awaitWithheld(20);
            assertThat(daemon.messages(1)).isEqualTo(before + 1);

            proxy.cut();
            Await.until("the first frame after the broker was away", () -> daemon.messages(1) == before + 2);
            awaitWithheld(20);
            assertThat(daemon.messages(1)).isEqualTo(before + 2);
        }
    }

    private void awaitWithheld(int more) {
        long wanted = daemon.dropped(1, DropCause.WITHHELD) + more;
        Await.until(more + " withheld frames", () -> daemon.dropped(1, DropCause.WITHHELD) >= wanted);
    }
}
