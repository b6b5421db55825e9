package dev.vigil.homeassistant;

import static dev.vigil.homeassistant.Entity.Category.DIAGNOSTIC;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;

/** The device that stands for the daemon: how the whole of it is doing. */
final class NodeEntities {
    private NodeEntities() {}

    static List<Entity> of(Site site) {
        ObjectNode device = Entity.device(Ids.device(site.node()), "Vigil " + site.node(), "Node", site.version());
        List<Entity> entities = List.of(
                connection(site),
                stats(site, "cameras_up", "Cameras up", Templates.value("cameras.up"))
                        .measurement(null)
                        .with("icon", "mdi:cctv"),
                stats(site, "fps", "Frame rate", Templates.value("fps"))
                        .measurement("fps")
                        .with("icon", "mdi:filmstrip"),
                stats(site, "age", "Frame age", Templates.milliseconds("age_us", "p50"))
                        .measurement("ms")
                        .with("device_class", "duration"),
                stats(site, "memory", "Memory", "{{ (value_json.resident_bytes / 1048576) | round(1) }}")
                        .measurement("MiB")
                        .with("device_class", "data_size"),
                stats(site, "uptime", "Uptime", Templates.value("uptime_s"))
                        .measurement("s")
                        .with("device_class", "duration")
                        .hidden());
        entities.forEach(entity -> entity.on(device, Entity.origin(site.version())));
        return entities;
    }

    /** Always there: what it tells is whether the rest is. */
    private static Entity connection(Site site) {
        Entity entity =
                entity(site, "binary_sensor", "connection", "Connection").category(DIAGNOSTIC);
        entity.config().put("state_topic", site.availabilityTopic()).put("qos", 1);
        return entity.with("payload_on", "online")
                .with("payload_off", "offline")
                .with("device_class", "connectivity");
    }

    private static Entity stats(Site site, String key, String name, String template) {
        return entity(site, "sensor", key, name)
                .state(site.statsTopic(), template)
                .category(DIAGNOSTIC)
                .with("expire_after", expiryS(site.statsInterval()))
                .whileOnline(site);
    }

    /** In whole seconds: three messages missed, and at least half a minute, so that no single delay shows. */
    static int expiryS(Duration interval) {
        return (int) Math.max(30, 3 * interval.toSeconds());
    }

    private static Entity entity(Site site, String component, String key, String name) {
        return Entity.of(component, key, Ids.device(site.node()), key, name);
    }
}
