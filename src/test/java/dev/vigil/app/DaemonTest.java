package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.DemoClip;
import dev.vigil.MessageSchema;
import dev.vigil.app.demo.DemoConfig;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.base.Clock;
import dev.vigil.config.ReportConfig;
import dev.vigil.config.Surroundings;
import dev.vigil.config.TopicConfig;
import dev.vigil.config.VigilConfig;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Ledger;
import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.Recorder;
import dev.vigil.mqtt.Recorder.Received;
import dev.vigil.mqtt.TcpProxy;
import dev.vigil.source.SourceOptions;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole way: an RTSP camera, the daemon, a broker and a subscriber, all in this process and all over the network. */
class DaemonTest {
    private static final Path CLIP = Path.of("media/demo-clip.mp4");
    private static final double SCORE_MIN = 0.4;
    /** Half a frame at 25 fps: where the camera's mapping of times to frames changes from one to the next. */
    private static final long HALF_FRAME_US = 20_000;

    private static EmbeddedBroker broker;

    private final ObjectMapper json = new ObjectMapper();
    private final List<MqttClient> clients = new ArrayList<>();
    private RtspCameraServer camera;

    @BeforeAll
    static void startBroker() throws IOException {
        broker = EmbeddedBroker.start(0);
    }

    @AfterAll
    static void stopBroker() throws IOException {
        broker.close();
    }

    @BeforeEach
    void startCamera() throws Exception {
        camera = startCamera(0);
    }

    @AfterEach
    void close() {
        clients.forEach(MqttClient::close);
        camera.close();
    }

    private static RtspCameraServer startCamera(int port) throws Exception {
        return RtspCameraServer.start(SimulatedCameraOptions.of(CLIP).withPort(port));
    }

    /** Each test is a node of its own, so that no test sees what another one left with the broker. */
    private VigilConfig config(String node, int brokerPort) throws Exception {
        VigilConfig demo = DemoConfig.of(
                URI.create("mqtt://127.0.0.1:" + brokerPort),
                List.of(SourceOptions.of(camera.uri(0))),
                Surroundings.ofProcess());
        TopicConfig topics = demo.topics();
        return new VigilConfig(
                node,
                demo.mqtt(),
                topics.withQos(1),
                demo.models(),
                demo.cameras(),
                new ReportConfig(Duration.ofSeconds(1), Duration.ofSeconds(1)),
                demo.cacheDir());
    }

    private Recorder subscriber(String filter) throws InterruptedException {
        Recorder recorder = new Recorder();
        MqttClient client = new MqttClient(MqttOptions.of(URI.create("mqtt://127.0.0.1:" + broker.port())), recorder);
        clients.add(client);
        client.start();
        client.subscribe(filter, 1);
        Await.next("SUBACK for " + filter, recorder.subscribed);
        return recorder;
    }

    private JsonNode read(MessageSchema schema, Received message) throws IOException {
        assertThat(schema.problems(message.payload())).as(message.payload()).isEmpty();
        return json.readTree(message.payload());
    }

    @Test
    void shouldTellAllThatTheClipShowsAndAccountForEveryFrame() throws Exception {
        Recorder detections = subscriber("vigil/whole/+/detections");
        Recorder others = subscriber("vigil/whole/stats");
        Recorder availability = subscriber("vigil/whole/availability");
        List<JsonNode> messages = new ArrayList<>();
        BitSet shown = new BitSet();
        Ledger.Snapshot ledger;
        try (Daemon daemon = new Daemon(config("whole", broker.port()), Clock.SYSTEM)) {
            daemon.start();
            assertThat(Await.next("presence", availability.messages).payload()).isEqualTo("online");
            // Once the whole clip; frames that a busy machine leaves out come again in the next loop.
            Await.until("every frame of the clip", Duration.ofSeconds(150), () -> {
                take(detections, messages, shown);
                return shown.cardinality() == camera.clipFrames();
            });
            daemon.close(); // waits for what is inside
            ledger = daemon.cameras().get(0).feed().ledger().snapshot();
        }
        assertThat(Await.next("goodbye", availability.messages).payload()).isEqualTo("offline");
        assertThat(ledger.inFlight()).isZero();
        assertThat(ledger.read()).isEqualTo(ledger.published() + ledger.droppedTotal());
        Await.until("every message", () -> {
            take(detections, messages, shown);
            return messages.size() == ledger.published();
        });
        assertFramesAddUp(messages, ledger);
        assertCaptureTimes(messages);
        assertThat(recall(messages)).isGreaterThanOrEqualTo(0.95);
        read(MessageSchema.STATS, Await.next("stats", others.messages));
    }

    private void take(Recorder recorder, List<JsonNode> messages, BitSet shown) {
        for (Received received = recorder.messages.poll(); received != null; received = recorder.messages.poll()) {
            try {
                JsonNode message = read(MessageSchema.DETECTIONS, received);
                messages.add(message);
                shown.set((int) camera.frameIndexAt(0, capturedUs(message)));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static long capturedUs(JsonNode message) {
        return ChronoUnit.MICROS.between(
                Instant.EPOCH, Instant.parse(message.get("captured").textValue()));
    }

    /** Frame numbers rise, what lies between two is told as dropped, and the daemon's own account says the same. */
    private static void assertFramesAddUp(List<JsonNode> messages, Ledger.Snapshot ledger) {
        long last = 0;
        Map<String, Long> told = new TreeMap<>();
        for (JsonNode message : messages) {
            long between = 0;
            for (Map.Entry<String, JsonNode> cause : message.get("dropped").properties()) {
                between += cause.getValue().longValue();
                told.merge(cause.getKey(), cause.getValue().longValue(), Long::sum);
            }
            long frame = message.get("frame").longValue();
            assertThat(frame).isGreaterThan(last).isEqualTo(last + between + 1);
            last = frame;
        }
        long untold = 0;
        for (DropCause cause : DropCause.ALL) {
            long count = told.getOrDefault(cause.label(), 0L);
            assertThat(count).as(cause.label()).isLessThanOrEqualTo(ledger.dropped(cause));
            untold += ledger.dropped(cause) - count;
        }
        assertThat(ledger.read()).isEqualTo(last + untold);
    }

    private void assertCaptureTimes(List<JsonNode> messages) {
        for (JsonNode message : messages) {
            assertThat(message.get("clock").textValue()).isEqualTo("rtcp");
            long capturedUs = capturedUs(message);
            assertThat(Math.abs(capturedUs - trueCaptureUs(capturedUs)))
                    .as("error of the capture time in µs, frame " + message.get("frame"))
                    .isLessThanOrEqualTo(5_000);
            assertThat(message.get("age_us").longValue()).isPositive();
        }
    }

    /** When the camera captured the frame that it captured nearest to a moment: half a frame after that frame is the nearest. */
    private long trueCaptureUs(long nearUs) {
        long frame = camera.frameIndexAt(0, nearUs);
        long before = nearUs - 2 * HALF_FRAME_US;
        long within = nearUs;
        while (within - before > 1) {
            long middle = (before + within) / 2;
            if (camera.frameIndexAt(0, middle) == frame) {
                within = middle;
            } else {
                before = middle;
            }
        }
        return within + HALF_FRAME_US;
    }

    private double recall(List<JsonNode> messages) throws IOException {
        BitSet seen = new BitSet();
        List<DemoClip.Found> found = new ArrayList<>();
        for (JsonNode message : messages) {
            int frame = (int) camera.frameIndexAt(0, capturedUs(message));
            if (seen.get(frame)) {
                continue; // of a later loop
            }
            seen.set(frame);
            for (JsonNode detection : message.get("detections")) {
                if (detection.get("score").doubleValue() >= SCORE_MIN) {
                    float x = detection.get("box").get(0).floatValue();
                    float y = detection.get("box").get(1).floatValue();
                    found.add(new DemoClip.Found(
                            frame,
                            detection.get("label").textValue(),
                            x,
                            y,
                            x + detection.get("box").get(2).floatValue(),
                            y + detection.get("box").get(3).floatValue()));
                }
            }
        }
        return DemoClip.recall(found);
    }

    @Test
    void shouldTellThatCameraIsDownAndUpAgainWhenItStopsAndStarts() throws Exception {
        Recorder live = subscriber("vigil/updown/+/status");
        try (Daemon daemon = new Daemon(config("updown", broker.port()), Clock.SYSTEM)) {
            daemon.start();
            awaitState(live, "up");
            Received kept = Await.next("the retained status", subscriber("vigil/updown/cam1/status").messages);
            assertThat(kept.retain()).isTrue();
            assertThat(read(MessageSchema.STATUS, kept).get("state").textValue())
                    .isEqualTo("up");

            int port = camera.port();
            camera.close();
            JsonNode down = awaitState(live, "down");
            assertThat(down.get("cause").textValue()).isIn("ended", "stalled", "refused");
            assertThat(down.get("error").textValue()).contains("127.0.0.1:" + port);

            camera = startCamera(port);
            JsonNode up = awaitState(live, "up");
            assertThat(up.get("reconnects").longValue()).isPositive();
            assertThat(up.get("width").intValue()).isEqualTo(1_280);
        }
        JsonNode last = awaitState(live, "stopped");
        JsonNode ledger = last.get("ledger");
        long dropped = 0;
        for (JsonNode count : ledger.get("dropped")) {
            dropped += count.longValue();
        }
        assertThat(ledger.get("read").longValue())
                .isEqualTo(ledger.get("published").longValue()
                        + dropped
                        + ledger.get("in_flight").longValue());
    }

    private JsonNode awaitState(Recorder recorder, String state) throws Exception {
        while (true) {
            JsonNode status = read(MessageSchema.STATUS, Await.next("the state " + state, recorder.messages));
            if (status.get("state").textValue().equals(state)) {
                return status;
            }
        }
    }

    @Test
    void shouldBeOfflineByLastWillWhenConnectionIsCutAndOnlineAgainAfterIt() throws Exception {
        Recorder live = subscriber("vigil/willed/availability");
        try (TcpProxy proxy = new TcpProxy(broker.port());
                Daemon daemon = new Daemon(config("willed", proxy.port()), Clock.SYSTEM)) {
            daemon.start();
            assertThat(Await.next("presence", live.messages).payload()).isEqualTo("online");
            assertRetained("vigil/willed/availability", "online");
            proxy.refuse(true);
            proxy.cut();
            awaitPresence(live, "offline");
            assertRetained("vigil/willed/availability", "offline");
            proxy.refuse(false);
            awaitPresence(live, "online");
            daemon.close();
            awaitPresence(live, "offline");
        }
        assertRetained("vigil/willed/availability", "offline");
    }

    /** The daemon may say more than once that it is there. */
    private static void awaitPresence(Recorder recorder, String presence) throws InterruptedException {
        String now;
        do {
            now = Await.next(presence, recorder.messages).payload();
            assertThat(now).isIn("online", "offline");
        } while (!now.equals(presence));
    }

    private void assertRetained(String topic, String payload) throws InterruptedException {
        Received kept = Await.next("the retained " + payload, subscriber(topic).messages);
        assertThat(kept.payload()).isEqualTo(payload);
        assertThat(kept.retain()).isTrue();
    }
}
