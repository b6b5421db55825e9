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
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Subscribes to all that the daemon says, in a session that outlives its connections, and tells each camera's watch. Messages
 * are read on the client's thread, a few dozen a second, and none is kept.
 */
final class Witness implements MqttListener, AutoCloseable {
    static final String NODE = "soak";
    private static final long SUBSCRIBED_S = 10;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PREFIX = "vigil/" + NODE + "/";

    private final List<CameraWatch> cameras;
    private final MqttClient client;
    private final AtomicReference<String> unreadable = new AtomicReference<>();
    private final CountDownLatch subscribed = new CountDownLatch(1);

    /** @param cameras in the order of their names, {@code cam1} first */
    Witness(URI broker, List<CameraWatch> cameras) {
        this.cameras = cameras;
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
    public void onSubscribed(String filter, int grantedQos) {
        subscribed.countDown();
    }

    void awaitSubscribed() throws IOException, InterruptedException {
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
                JsonNode json = read(message);
                watch(topic).detection(json.required("frame").intValue(), capturedUs(json), nowUs);
            } else if (topic.endsWith("/status") && !message.retain()) {
                watch(topic).status(read(message), nowUs);
            }
        } catch (IOException | RuntimeException e) {
            unreadable.compareAndSet(null, message.topic() + ": " + e);
        }
    }

    private static JsonNode read(InboundMessage message) throws IOException {
        return JSON.readTree(ByteBufUtil.getBytes(message.payload()));
    }

    private static long capturedUs(JsonNode json) {
        Instant captured = Instant.parse(json.required("captured").textValue());
        return captured.getEpochSecond() * 1_000_000L + captured.getNano() / 1_000;
    }

    /** {@code cam3/status} is of the third. */
    private CameraWatch watch(String topic) {
        return cameras.get(Integer.parseInt(topic.substring(3, topic.indexOf('/'))) - 1);
    }

    /** The first message that could not be understood; null when there is none. */
    String unreadable() {
        return unreadable.get();
    }

    /** Ends reading of all cameras, so that their accounts can be closed. */
    void disableAll() {
        cameras.forEach(CameraWatch::closing);
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
