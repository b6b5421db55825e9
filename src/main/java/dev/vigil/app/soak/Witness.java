package dev.vigil.app.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.base.Clock;
import dev.vigil.mqtt.InboundMessage;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.mqtt.PublishCallback;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Subscribes to all that the daemon says, in a session that outlives its connections, and hands it on. Messages are read on the
 * client's thread, a few dozen a second, and none is kept.
 */
public final class Witness implements MqttListener, AutoCloseable {
    /** The daemon's. */
    public static final String NODE = "soak";

    private static final long SUBSCRIBED_S = 10;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PREFIX = "vigil/" + NODE + "/";

    private final Heard heard;
    private final MqttClient client;
    private final AtomicReference<String> unreadable = new AtomicReference<>();
    private final CountDownLatch subscribed = new CountDownLatch(1);
    /** The broker knows what this one wants to hear, on the connection that there is. */
    private volatile boolean listening;

    /**
     * Takes what was said, on the client's thread. Cameras are told by their number: 1 is {@code cam1}. Times are microseconds since
     * 1970 UTC, of this machine's clock.
     */
    public interface Heard {
        void detection(int camera, JsonNode message, long nowUs);

        void status(int camera, JsonNode message, long nowUs);

        /** @param text {@code online} or {@code offline} */
        default void availability(String text, long nowUs) {}
    }

    public Witness(URI broker, Heard heard) {
        this.heard = heard;
        MqttOptions options = MqttOptions.builder(broker)
                .clientId("vigil-soak-witness")
                .sessionExpiry(Duration.ofHours(1))
                .retry(Duration.ofMillis(50), Duration.ofMillis(200))
                .build();
        client = new MqttClient(options, this);
        client.start();
        client.subscribe(PREFIX + "#", 1);
    }

    @Override
    public void onConnected(boolean sessionPresent) {
        listening = sessionPresent;
    }

    @Override
    public void onAway(String reason) {
        listening = false;
    }

    @Override
    public void onSubscribed(String filter, int grantedQos) {
        listening = true;
        subscribed.countDown();
    }

    boolean isListening() {
        return listening;
    }

    public void awaitSubscribed() throws IOException, InterruptedException {
        if (!subscribed.await(SUBSCRIBED_S, TimeUnit.SECONDS)) {
            throw new IOException("the broker took no subscription within " + SUBSCRIBED_S + " s");
        }
    }

    @Override
    public void onMessage(InboundMessage message) {
        long nowUs = Clock.SYSTEM.utcUs();
        String topic = message.topic().substring(PREFIX.length());
        try {
            if (topic.endsWith("/detections")) {
                heard.detection(camera(topic), read(message), nowUs);
            } else if (topic.endsWith("/status") && !message.retain()) {
                heard.status(camera(topic), read(message), nowUs);
            } else if (topic.equals("availability") && !message.retain()) {
                heard.availability(message.payload().toString(StandardCharsets.UTF_8), nowUs);
            }
        } catch (IOException | RuntimeException e) {
            unreadable.compareAndSet(null, message.topic() + ": " + e);
        }
    }

    private static JsonNode read(InboundMessage message) throws IOException {
        return JSON.readTree(ByteBufUtil.getBytes(message.payload()));
    }

    /** When the camera took the frame that a detection message is about. */
    public static long capturedUs(JsonNode json) {
        Instant captured = Instant.parse(json.required("captured").textValue());
        return captured.getEpochSecond() * 1_000_000L + captured.getNano() / 1_000;
    }

    /** {@code cam3/status} is of the third. */
    private static int camera(String topic) {
        return Integer.parseInt(topic.substring(3, topic.indexOf('/')));
    }

    /** The first message that could not be understood; null when there is none. */
    public String unreadable() {
        return unreadable.get();
    }

    /** Ends reading of all cameras, so that their accounts can be closed. */
    public void disableAll() {
        client.publish(
                MqttTopic.of(PREFIX + "set/enabled"),
                Unpooled.copiedBuffer("off", StandardCharsets.UTF_8),
                1,
                false,
                PublishCallback.NONE);
    }

    @Override
    public void close() {
        client.close();
    }
}
