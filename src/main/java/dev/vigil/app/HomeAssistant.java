package dev.vigil.app;

import dev.vigil.config.TopicConfig;
import dev.vigil.config.VigilConfig;
import dev.vigil.homeassistant.Discovery;
import dev.vigil.homeassistant.HomeAssistantOptions;
import dev.vigil.homeassistant.Site;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Home Assistant's part of a daemon: what is known of cameras once their models are loaded, and the one who tells it. */
final class HomeAssistant implements AutoCloseable {
    private final VigilConfig config;
    private final MqttClient client;
    private final List<MqttListener> listeners;
    private final List<Site.Camera> cameras = new ArrayList<>();
    private Discovery discovery;

    /** @param listeners of the client; takes one more, once there is something to tell */
    HomeAssistant(VigilConfig config, MqttClient client, List<MqttListener> listeners) {
        this.config = config;
        this.client = client;
        this.listeners = listeners;
    }

    /** A camera to tell of, with the labels that have sensors. */
    void add(String camera, List<String> labels) {
        TopicConfig topics = config.topics();
        String node = config.node();
        cameras.add(new Site.Camera(
                camera,
                topics.status(node, camera),
                topics.objects(node, camera),
                topics.settings(node, camera),
                topics.set(node, camera),
                labels));
    }

    /** Begins to tell; nothing is added any more. */
    synchronized void start() {
        HomeAssistantOptions options = config.homeAssistant().options();
        if (options.mode() == HomeAssistantOptions.Mode.OFF) {
            return;
        }
        Site site = new Site(
                config.node(),
                VersionCommand.version(),
                config.topics().availability(config.node()),
                config.topics().stats(config.node()),
                config.reports().statsInterval(),
                config.reports().statusInterval(),
                List.copyOf(cameras));
        discovery = new Discovery(options, site, client, new SplittableRandom());
        listeners.add(discovery);
        discovery.start();
    }

    @Override
    public synchronized void close() {
        if (discovery != null) {
            discovery.close();
        }
    }
}
