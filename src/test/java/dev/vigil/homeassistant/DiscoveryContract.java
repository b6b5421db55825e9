package dev.vigil.homeassistant;

import static dev.vigil.homeassistant.ConfigsTest.camera;
import static dev.vigil.homeassistant.ConfigsTest.site;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.homeassistant.HomeAssistantOptions.Mode;
import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.InboundMessage;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.mqtt.PublishCallback;
import dev.vigil.mqtt.Recorder;
import dev.vigil.mqtt.TcpProxy;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a broker holds for Home Assistant when daemons come, go, and are configured otherwise. Each test has its own prefix. */
abstract class DiscoveryContract {
    private static final Discovery.Waits SHORT = new Discovery.Waits(Duration.ofMillis(20), Duration.ofMillis(300));

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final String prefix = "ha" + Long.toHexString(System.nanoTime());
    private final String birthTopic = prefix + "/status";

    abstract int port();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    /** What the broker keeps and sends to a new subscriber, and each message that came since. */
    private static final class Kept implements MqttListener {
        final Map<String, String> retained = new ConcurrentHashMap<>();
        final Map<String, Integer> messages = new ConcurrentHashMap<>();

        @Override
        public void onMessage(InboundMessage message) {
            String payload = message.payload().toString(StandardCharsets.UTF_8);
            messages.merge(message.topic(), 1, Integer::sum);
            if (payload.isEmpty()) {
                retained.remove(message.topic());
            } else {
                retained.put(message.topic(), payload);
            }
        }
    }

    private Kept watch() throws Exception {
        Kept kept = new Kept();
        client(port(), kept).subscribe(prefix + "/#", 1);
        return kept;
    }

    private MqttClient client(int port, MqttListener listener) {
        MqttClient client = new MqttClient(MqttOptions.of(URI.create("mqtt://127.0.0.1:" + port)), listener);
        open.push(client);
        client.start();
        return client;
    }

    private final class Daemon implements AutoCloseable {
        private final MqttClient client;
        private final Discovery[] discovery = new Discovery[1];

        Daemon(int port, Mode mode, Site site) {
            this.client = new MqttClient(MqttOptions.of(URI.create("mqtt://127.0.0.1:" + port)), new MqttListener() {
                @Override
                public void onConnected(boolean sessionPresent) {
                    discovery[0].onConnected(sessionPresent);
                }

                @Override
                public void onMessage(InboundMessage message) {
                    discovery[0].onMessage(message);
                }

                @Override
                public void onSubscribed(String filter, int grantedQos) {
                    discovery[0].onSubscribed(filter, grantedQos);
                }
            });
            HomeAssistantOptions options = new HomeAssistantOptions(mode, prefix, birthTopic);
            discovery[0] = new Discovery(options, site, client, new SplittableRandom(1), SHORT, Set.of());
            client.start();
            discovery[0].start();
        }

        @Override
        public void close() {
            discovery[0].close();
            client.close();
        }
    }

    private Set<String> topics(Site site) {
        Set<String> topics = ConcurrentHashMap.newKeySet();
        Configs.of(site, prefix).keySet().forEach(topic -> topics.add(topic.name()));
        return topics;
    }

    private void publish(String topic, String payload, boolean retain) {
        client(port(), new Recorder())
                .publish(
                        MqttTopic.of(topic),
                        Unpooled.copiedBuffer(payload, StandardCharsets.UTF_8),
                        1,
                        retain,
                        PublishCallback.NONE);
    }

    @Test
    void shouldBeRetainedWhenDaemonHasConnectedAndStillWhenItHasGone() throws Exception {
        Site site = site("box", camera("box", "gate", "person"));
        Kept live = watch();
        try (Daemon daemon = new Daemon(port(), Mode.ON, site)) {
            Await.until("all configs", () -> live.retained.keySet().equals(topics(site)));
        }
        Kept later = watch();
        Await.until("all configs again", () -> later.retained.keySet().equals(topics(site)));
        Configs.of(site, prefix).forEach((topic, payload) -> assertThat(later.retained.get(topic.name()))
                .isEqualTo(new String(payload, StandardCharsets.UTF_8)));
    }

    @Test
    void shouldRemoveCameraAndLabelWhenNextRunHasThemNoMore() throws Exception {
        Site before = site("box", camera("box", "gate", "person", "car"), camera("box", "yard", "person"));
        Site after = site("box", camera("box", "gate", "person"));
        Kept live = watch();
        String[] others = {
            prefix + "/sensor/vigil_box/of_somebody_else/config",
            prefix + "/sensor/vigil_box/no_json/config",
            prefix + "/sensor/vigil_boxes/gate_fps/config",
        };
        publish(others[0], "{\"name\": \"mine\"}", true);
        publish(others[1], "mine too", true);
        publish(others[2], live(site("boxes", camera("boxes", "gate"))), true);
        try (Daemon daemon = new Daemon(port(), Mode.ON, before)) {
            Await.until("all configs", () -> live.retained.keySet().containsAll(topics(before)));
        }
        try (Daemon daemon = new Daemon(port(), Mode.ON, after)) {
            Await.until(
                    "what is gone to be removed",
                    () -> live.retained.size() == topics(after).size() + 3);
        }
        assertThat(live.retained.keySet()).containsAll(topics(after)).contains(others);
    }

    private static String live(Site site) {
        byte[] payload = Configs.of(site, "p").get(MqttTopic.of("p/sensor/vigil_boxes/gate_fps/config"));
        return new String(payload, StandardCharsets.UTF_8);
    }

    @Test
    void shouldRemoveAllOfThisNodeWhenItIsTurnedOff() throws Exception {
        Site box = site("box", camera("box", "gate", "person"));
        Site other = site("other", camera("other", "gate", "person"));
        Kept live = watch();
        try (Daemon one = new Daemon(port(), Mode.ON, box);
                Daemon two = new Daemon(port(), Mode.ON, other)) {
            Await.until(
                    "both",
                    () -> live.retained.size()
                            == topics(box).size() + topics(other).size());
        }
        try (Daemon daemon = new Daemon(port(), Mode.REMOVE, box)) {
            Await.until("one to be removed", () -> live.retained.keySet().equals(topics(other)));
        }
    }

    @Test
    void shouldBeToldAgainWhenHomeAssistantIsBorn() throws Exception {
        Site site = site("box", camera("box", "gate", "person"));
        Kept live = watch();
        try (Daemon daemon = new Daemon(port(), Mode.ON, site)) {
            Await.until("all configs", () -> live.retained.keySet().equals(topics(site)));
            String topic = prefix + "/sensor/vigil_box/gate_fps/config";
            publish(birthTopic, "offline", false);
            int before = live.messages.get(topic);
            publish(birthTopic, "online", false);
            Await.until("all again", () -> live.messages.get(topic) > before);
        }
    }

    @Test
    void shouldBeToldAgainWhenBrokerIsBack() throws Exception {
        Site site = site("box", camera("box", "gate", "person"));
        Kept live = watch();
        try (TcpProxy proxy = new TcpProxy(port());
                Daemon daemon = new Daemon(proxy.port(), Mode.ON, site)) {
            Await.until("all configs", () -> live.retained.keySet().equals(topics(site)));
            String topic = prefix + "/sensor/vigil_box/gate_fps/config";
            publish(topic, "", true);
            Await.until("it to be lost", () -> !live.retained.containsKey(topic));
            proxy.cut();
            Await.until("it to be told again", () -> live.retained.containsKey(topic));
        }
    }

    /** More than the client lets wait at once. */
    @Test
    void shouldTellAllWhenThereAreManyCameras() throws Exception {
        Site.Camera[] cameras = new Site.Camera[90];
        for (int i = 0; i < cameras.length; i++) {
            cameras[i] = camera("big", "cam" + i, "person", "car");
        }
        Site site = site("big", cameras);
        assertThat(topics(site)).hasSizeGreaterThan(1_000);
        Kept live = watch();
        try (Daemon daemon = new Daemon(port(), Mode.ON, site)) {
            Await.until("all configs", () -> live.retained.keySet().equals(topics(site)));
        }
    }
}
