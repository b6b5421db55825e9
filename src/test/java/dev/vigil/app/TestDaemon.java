package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.OnnxFile;
import dev.vigil.base.Clock;
import dev.vigil.base.Secret;
import dev.vigil.config.CameraConfig;
import dev.vigil.config.ModelConfig;
import dev.vigil.config.ReportConfig;
import dev.vigil.config.Surroundings;
import dev.vigil.config.TopicConfig;
import dev.vigil.config.VigilConfig;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.ModelDescription;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Ledger;
import dev.vigil.infer.InferOptions;
import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.InboundMessage;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.publish.PublishOptions;
import dev.vigil.source.CameraStatus;
import dev.vigil.source.CameraStatus.State;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions;
import io.netty.buffer.ByteBufInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A whole daemon in this process, with a model that costs nothing, and a subscriber that sees what it publishes. */
final class TestDaemon implements AutoCloseable {
    static final String NODE = "box";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long CLOSE_S = 15;

    private final VigilConfig config;
    private final Daemon daemon;
    private final Seen seen = new Seen();
    private MqttClient subscriber;
    private boolean closed;

    /** What came for the subscriber. */
    private static final class Seen implements MqttListener {
        private final Map<String, List<JsonNode>> byTopic = new ConcurrentHashMap<>();

        @Override
        public void onMessage(InboundMessage message) {
            try {
                boolean text = message.topic().endsWith("availability")
                        || message.topic().contains("/set/") && !message.topic().endsWith("/result");
                JsonNode content = text
                        ? JSON.getNodeFactory().textNode(message.payload().toString(StandardCharsets.UTF_8))
                        : JSON.readTree(new ByteBufInputStream(message.payload()));
                byTopic.merge(message.topic(), List.of(content), TestDaemon::joined);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static List<JsonNode> joined(List<JsonNode> before, List<JsonNode> after) {
        List<JsonNode> all = new ArrayList<>(before);
        all.addAll(after);
        return all;
    }

    /**
     * @param folder for the model and what is unpacked
     * @param sources of cameras {@code cam1}, {@code cam2}, …
     */
    TestDaemon(MqttOptions mqtt, Path folder, List<SourceOptions> sources) throws IOException {
        this(
                folder,
                mqtt,
                IntStream.range(0, sources.size())
                        .mapToObj(i -> camera(i + 1, true, sources.get(i), PublishOptions.DEFAULT))
                        .toList());
    }

    /** A camera of the daemon's model, named {@code cam1} and so on. */
    static CameraConfig camera(int number, boolean enabled, SourceOptions source, PublishOptions publish) {
        return new CameraConfig("cam" + number, "small", enabled, source, DetectOptions.DEFAULT, publish, List.of());
    }

    TestDaemon(Path folder, MqttOptions mqtt, List<CameraConfig> cameras) throws IOException {
        Path model = folder.resolve("small.onnx");
        Files.write(model, OnnxFile.ssd(4, 2));
        ModelConfig small =
                new ModelConfig("small", model, ModelDescription.EMPTY, InferOptions.DEFAULT, DetectOptions.DEFAULT);
        ReportConfig reports = new ReportConfig(Duration.ofSeconds(1), Duration.ofSeconds(1));
        config = new VigilConfig(NODE, mqtt, TopicConfig.DEFAULT, Map.of("small", small), cameras, reports, cache());
        daemon = new Daemon(config, Clock.SYSTEM);
    }

    /** The user's, so that the tests share what is unpacked. */
    static Path cache() {
        return Surroundings.ofProcess().cacheDir();
    }

    static TestDaemon start(URI broker, Path folder, SourceOptions... sources) throws Exception {
        TestDaemon started = new TestDaemon(impatient(broker, null, null), folder, List.of(sources));
        started.subscribe(broker);
        started.start();
        return started;
    }

    void start() throws Exception {
        daemon.start();
    }

    void subscribe(URI broker) {
        subscriber = new MqttClient(impatient(broker, null, null), seen);
        subscriber.start();
        subscriber.subscribe("vigil/#", 0);
    }

    /** Short deadlines, so that faults are noticed soon and over soon. */
    static SourceOptions impatient(URI camera) {
        return SourceOptions.builder(camera)
                .hardware(SourceOptions.Hardware.NONE)
                .loop(true)
                .openTimeout(Duration.ofSeconds(3)) // the clip has a keyframe every two seconds
                .readTimeout(Duration.ofMillis(700))
                .retry(Duration.ofMillis(100), Duration.ofMillis(300))
                .build();
    }

    static MqttOptions impatient(URI broker, String user, String password) {
        return MqttOptions.builder(broker)
                .login(user, password == null ? null : new Secret(password))
                .connectTimeout(Duration.ofSeconds(2))
                .retry(Duration.ofMillis(100), Duration.ofMillis(300))
                .sessionExpiry(Duration.ZERO)
                .build();
    }

    Daemon daemon() {
        return daemon;
    }

    CameraStatus status(int camera) {
        return daemon.cameras().get(camera - 1).reader().status();
    }

    Ledger.Snapshot ledger(int camera) {
        return daemon.cameras().get(camera - 1).feed().ledger().snapshot();
    }

    long dropped(int camera, DropCause cause) {
        return ledger(camera).dropped(cause);
    }

    private List<JsonNode> on(String topic) {
        return seen.byTopic.getOrDefault(topic, List.of());
    }

    /** The detection messages of a camera that have come. */
    List<JsonNode> detections(int camera) {
        return on(config.topics().detections(NODE, "cam" + camera));
    }

    /** How many of them. */
    int messages(int camera) {
        return detections(camera).size();
    }

    /** The statuses of a camera that were told the broker. */
    List<JsonNode> statuses(int camera) {
        return on(config.topics().status(NODE, "cam" + camera));
    }

    /** What the subscriber was told last that is set for a camera, as text; empty before. */
    String settings(int camera) {
        List<JsonNode> told = on(config.topics().settings(NODE, "cam" + camera));
        return told.isEmpty() ? "" : told.get(told.size() - 1).toString();
    }

    /** Waits for {@code more} further messages of a camera. */
    void awaitMessages(int camera, int more) {
        int wanted = messages(camera) + more;
        Await.until(more + " messages of cam" + camera, () -> messages(camera) >= wanted);
    }

    void awaitUp(int camera) {
        Await.until("cam" + camera + " to be up", () -> status(camera).state() == State.UP);
    }

    void awaitDown(int camera, Cause cause) {
        Await.until(
                "cam" + camera + " to be down: " + cause, () -> status(camera).cause() == cause);
    }

    /** Stops it, which must not hang, and leaves no frame unaccounted for. */
    @Override
    public void close() throws Exception {
        if (closed) {
            return;
        }
        closed = true;
        Thread closing = new Thread(daemon::close, "closing");
        closing.setDaemon(true);
        closing.start();
        closing.join(TimeUnit.SECONDS.toMillis(CLOSE_S));
        assertThat(closing.isAlive()).as("the daemon hangs on close").isFalse();
        if (subscriber != null) {
            subscriber.close();
        }
        for (Camera camera : daemon.cameras()) {
            Ledger.Snapshot ledger = camera.feed().ledger().snapshot();
            assertThat(ledger.balances()).as(camera.name()).isTrue();
            assertThat(ledger.inFlight()).as(camera.name()).isZero();
            assertThat(camera.reader().join(Duration.ofMillis(1)))
                    .as(camera.name() + "'s thread is gone")
                    .isTrue();
        }
    }
}
