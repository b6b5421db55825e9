package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.MessageSchema;
import dev.vigil.OnnxFile;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.base.Clock;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.Surroundings;
import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.InboundMessage;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.mqtt.PublishCallback;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A daemon as Home Assistant meets it: it knows only what stands on the discovery topics, and goes by that. */
class HomeAssistantTest implements MqttListener {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONFIGS = "homeassistant/";

    @TempDir
    private Path folder;

    private final Map<String, JsonNode> configs = new ConcurrentHashMap<>();
    private final Map<String, String> messages = new ConcurrentHashMap<>();
    private EmbeddedBroker broker;
    private MqttClient client;

    @BeforeEach
    void connect() throws Exception {
        broker = EmbeddedBroker.start(0);
        client = new MqttClient(MqttOptions.of(URI.create("mqtt://127.0.0.1:" + broker.port())), this);
        client.start();
        client.subscribe(CONFIGS + "#", 1);
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        broker.close();
    }

    @Override
    public void onMessage(InboundMessage message) {
        String payload = message.payload().toString(StandardCharsets.UTF_8);
        if (!message.topic().startsWith(CONFIGS)) {
            messages.put(message.topic(), payload);
        } else if (message.topic().endsWith("/config")) {
            try {
                configs.put(message.topic(), JSON.readTree(payload));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Daemon daemon() throws Exception {
        Files.write(folder.resolve("small.onnx"), OnnxFile.ssd(4, 2));
        Path file = folder.resolve("vigil.yml");
        Files.writeString(file, """
                node: box
                http: false
                mqtt: {broker: "mqtt://127.0.0.1:%d"}
                models: {small: {file: small.onnx, labels: [person, "it's a \\"cat\\""], score: 0}}
                cameras: {gate: {url: "%s", loop: true}}
                homeassistant: {enabled: true, labels: [person, "it's a \\"cat\\""]}
                stats: {interval: 1s}
                status: {interval: 1s}
                """.formatted(
                        broker.port(), Path.of("media/demo-clip.mp4").toAbsolutePath()));
        return new Daemon(new ConfigReader(Surroundings.ofProcess()).read(file), Clock.SYSTEM);
    }

    private JsonNode config(String component, String objectId) {
        String topic = CONFIGS + component + "/vigil_box/" + objectId + "/config";
        Await.until(topic, () -> configs.containsKey(topic));
        return configs.get(topic);
    }

    private JsonNode message(String topic) {
        Await.until("a message on " + topic, () -> messages.containsKey(topic));
        try {
            return JSON.readTree(messages.get(topic));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void send(JsonNode config, String payload) {
        client.publish(
                MqttTopic.of(config.get("command_topic").textValue()),
                Unpooled.copiedBuffer(payload, StandardCharsets.UTF_8),
                config.get("qos").intValue(),
                false,
                PublishCallback.NONE);
    }

    @Test
    void shouldTellOnEveryTopicThatAnEntityReads() throws Exception {
        try (Daemon daemon = daemon()) {
            daemon.start();
            Await.until("every entity", () -> configs.size() == 19);
            Set<String> topics = new TreeSet<>();
            for (JsonNode config : configs.values()) {
                topics.add(config.get("state_topic").textValue());
                topics.add(config.path("json_attributes_topic")
                        .asText(topics.iterator().next()));
                config.path("availability")
                        .forEach(each -> topics.add(each.get("topic").textValue()));
            }
            topics.forEach(topic -> client.subscribe(topic, 1));
            Await.until(
                    "a message on each of " + topics, () -> messages.keySet().containsAll(topics));
            assertThat(messages.get("vigil/box/availability")).isEqualTo("online");
            assertThat(MessageSchema.STATUS.problems(messages.get("vigil/box/gate/status")))
                    .isEmpty();
            assertThat(MessageSchema.OBJECTS.problems(messages.get("vigil/box/gate/objects")))
                    .isEmpty();
            assertThat(MessageSchema.SETTINGS.problems(messages.get("vigil/box/gate/settings")))
                    .isEmpty();
        }
    }

    @Test
    void shouldDoWhatControlsSayAndShowWhatIsInForce() throws Exception {
        try (Daemon daemon = daemon()) {
            daemon.start();
            JsonNode enabled = config("switch", "gate_set_enabled");
            JsonNode score = config("number", "gate_set_score");
            JsonNode fps = config("number", "gate_set_fps");
            String settings = enabled.get("state_topic").textValue();
            JsonNode objects = config("sensor", "gate_objects");
            String objectsTopic = objects.get("state_topic").textValue();
            String statusTopic = objects.get("availability").get(1).get("topic").textValue();
            Set.of(settings, objectsTopic, statusTopic).forEach(topic -> client.subscribe(topic, 1));

            send(score, "0.35");
            Await.until("the score", () -> message(settings).get("score").doubleValue() == 0.35);
            send(fps, fps.get("max").asText());
            Await.until("the rate", () -> message(settings).get("fps").doubleValue() == 1_000);
            send(fps, fps.get("min").asText());
            Await.until("all frames", () -> message(settings).get("fps").doubleValue() == 0);
            Await.until("objects", () -> message(objectsTopic).get("counts").has("person"));

            send(enabled, enabled.get("payload_off").textValue());
            Await.until("it to be off", () -> !message(settings).get("enabled").booleanValue());
            Await.until(
                    "it to be unavailable",
                    () -> !message(statusTopic).get("state").textValue().equals("up"));
            Await.until(
                    "nothing to be known",
                    () -> message(objectsTopic).get("counts").isEmpty());
            assertThat(enabled.get("availability"))
                    .as("what enables it again must not need its pictures")
                    .hasSize(1);

            send(enabled, enabled.get("payload_on").textValue());
            Await.until(
                    "it to be up",
                    () -> message(statusTopic).get("state").textValue().equals("up"));
            Await.until("objects", () -> message(objectsTopic).get("counts").has("person"));
        }
    }
}
