package dev.vigil.app;

import dev.vigil.config.TopicConfig;
import dev.vigil.config.VigilConfig;
import dev.vigil.homeassistant.Discovery;
import dev.vigil.homeassistant.HomeAssistantOptions;
import dev.vigil.homeassistant.Site;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import java.util.List;
import java.util.SplittableRandom;

/** Home Assistant's part of a daemon: what there is of node and cameras, and the one who tells it. */
final class HomeAssistant implements AutoCloseable {
    private final MqttClient client;
    private final List<MqttListener> listeners;

    // guarded by this
    private HomeAssistantOptions options = HomeAssistantOptions.DEFAULT;
    private Site site;
    /** Null while there is nothing to tell. */
    private Discovery discovery;

    /** @param listeners of the client; takes one more for as long as there is something to tell */
    HomeAssistant(MqttClient client, List<MqttListener> listeners) {
        this.client = client;
        this.listeners = listeners;
    }

    /** Tells what there is now; nothing happens where it is what was told before. */
    synchronized void tell(VigilConfig config, List<Camera> cameras) {
        HomeAssistantOptions newOptions = config.homeAssistant().options();
        Site newSite = site(config, cameras);
        if (newOptions.equals(options) && newSite.equals(site)) {
            return;
        }
        options = newOptions;
        site = newSite;
        Discovery before = discovery;
        if (options.mode() == HomeAssistantOptions.Mode.OFF) {
            close();
            discovery = null;
        } else {
            discovery = before == null
                    ? new Discovery(options, site, client, new SplittableRandom())
                    : before.next(options, site);
            listeners.add(discovery);
            discovery.start();
        }
        if (before != null) {
            listeners.remove(before);
        }
    }

    private static Site site(VigilConfig config, List<Camera> cameras) {
        String node = config.node();
        TopicConfig topics = config.topics();
        return new Site(
                node,
                VersionCommand.version(),
                topics.availability(node),
                topics.stats(node),
                config.reports().statsInterval(),
                config.reports().statusInterval(),
                cameras.stream().map(camera -> of(camera, node, topics)).toList());
    }

    /** With the labels that have sensors. */
    private static Site.Camera of(Camera camera, String node, TopicConfig topics) {
        return new Site.Camera(
                camera.name(),
                topics.status(node, camera.name()),
                topics.objects(node, camera.name()),
                topics.settings(node, camera.name()),
                topics.set(node, camera.name()),
                camera.labels());
    }

    @Override
    public synchronized void close() {
        if (discovery != null) {
            discovery.close();
        }
    }
}
