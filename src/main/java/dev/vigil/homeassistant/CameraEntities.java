package dev.vigil.homeassistant;

import static dev.vigil.homeassistant.Entity.Category.CONFIG;
import static dev.vigil.homeassistant.Entity.Category.DIAGNOSTIC;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The device that stands for a camera: what it sees, how it is doing, and what can be set. */
final class CameraEntities {
    /** As the configuration allows it. */
    private static final int FPS_MAX = 1_000;

    private final Site site;
    private final Site.Camera camera;

    private CameraEntities(Site site, Site.Camera camera) {
        this.site = site;
        this.camera = camera;
    }

    static List<Entity> of(Site site, Site.Camera camera) {
        CameraEntities of = new CameraEntities(site, camera);
        List<Entity> entities = new ArrayList<>();
        camera.labels().forEach(label -> {
            entities.add(of.presence(label));
            entities.add(of.count(label));
        });
        entities.add(of.objects());
        entities.add(of.state());
        entities.add(of.problem());
        entities.addAll(of.figures());
        entities.addAll(of.controls());
        ObjectNode device =
                Entity.device(Ids.device(site.node(), camera.name()), camera.name(), "Camera", site.version());
        device.put("via_device", Ids.device(site.node()));
        entities.forEach(entity -> entity.on(device, Entity.origin(site.version())));
        return entities;
    }

    /** Whether there is any object of a label. */
    private Entity presence(String label) {
        return entity("binary_sensor", "present", label, named(label))
                .state(camera.objectsTopic(), Templates.any(label))
                .with("device_class", "occupancy")
                .whileUp(site, camera);
    }

    private Entity count(String label) {
        return entity("sensor", "count", label, named(label) + " count")
                .state(camera.objectsTopic(), Templates.count(label))
                .measurement(null)
                .with("icon", "mdi:counter")
                .whileUp(site, camera);
    }

    /** Of every label; how many of each are its attributes. */
    private Entity objects() {
        return entity("sensor", "objects", "Objects")
                .state(camera.objectsTopic(), "{{ value_json.counts.values() | sum }}")
                .measurement(null)
                .with("icon", "mdi:counter")
                .with("json_attributes_topic", camera.objectsTopic())
                .with("json_attributes_template", "{{ value_json.counts | tojson }}")
                .whileUp(site, camera);
    }

    /** Why a camera is down are its attributes. */
    private Entity state() {
        return entity("sensor", "state", "State")
                .state(camera.statusTopic(), Templates.value("state"))
                .category(DIAGNOSTIC)
                .with("icon", "mdi:cctv")
                .with("json_attributes_topic", camera.statusTopic())
                .with(
                        "json_attributes_template",
                        "{{ {'cause': value_json.cause, 'error': value_json.error,"
                                + " 'reconnects': value_json.reconnects} | tojson }}")
                .whileOnline(site);
    }

    /** Whether something is not as it should be although pictures come; what it is are its attributes. */
    private Entity problem() {
        return entity("binary_sensor", "problem", "Problem")
                .state(camera.statusTopic(), "{{ 'ON' if value_json.warnings else 'OFF' }}")
                .with("device_class", "problem")
                .category(DIAGNOSTIC)
                .with("json_attributes_topic", camera.statusTopic())
                .with(
                        "json_attributes_template",
                        "{{ {'warnings': value_json.warnings | map(attribute='text') | list} | tojson }}")
                .whileUp(site, camera);
    }

    private List<Entity> figures() {
        return List.of(
                figure("fps", "Frame rate", Templates.value("fps"))
                        .measurement("fps")
                        .with("icon", "mdi:filmstrip"),
                figure("age", "Frame age", Templates.milliseconds("age_us", "p50"))
                        .measurement("ms")
                        .with("device_class", "duration"),
                figure("age_p99", "Frame age p99", Templates.milliseconds("age_us", "p99"))
                        .measurement("ms")
                        .with("device_class", "duration")
                        .hidden());
    }

    private Entity figure(String key, String name, String template) {
        return entity("sensor", key, name)
                .state(camera.statusTopic(), template)
                .category(DIAGNOSTIC)
                .with("expire_after", NodeEntities.expiryS(site.statusInterval()))
                .whileUp(site, camera);
    }

    /** They can be used while the camera is down, and must be when it is disabled. */
    private List<Entity> controls() {
        return List.of(
                control("switch", "enabled", "Enabled", "{{ 'true' if value_json.enabled else 'false' }}")
                        .with("payload_on", "true")
                        .with("payload_off", "false")
                        .with("state_on", "true")
                        .with("state_off", "false")
                        .with("icon", "mdi:cctv"),
                control("number", "score", "Score threshold", Templates.value("score"))
                        .with("min", 0)
                        .with("max", 1)
                        .with("step", 0.01)
                        .with("mode", "slider")
                        .with("icon", "mdi:tune"),
                control("number", "fps", "Frame rate limit", Templates.value("fps"))
                        .with("min", 0)
                        .with("max", FPS_MAX)
                        .with("step", 1)
                        .with("mode", "box")
                        .with("unit_of_measurement", "fps")
                        .with("icon", "mdi:filmstrip"));
    }

    private Entity control(String component, String setting, String name, String template) {
        return entity(component, "set_" + setting, name)
                .state(camera.settingsTopic(), template)
                .with("command_topic", camera.setTopic() + "/" + setting)
                .category(CONFIG)
                .whileOnline(site);
    }

    private Entity entity(String component, String key, String name) {
        String objectId = camera.name() + "_" + key;
        return Entity.of(component, objectId, Ids.device(site.node(), camera.name()), key, name);
    }

    private Entity entity(String component, String kind, String label, String name) {
        String objectId = camera.name() + "_" + kind + "_" + Ids.level(label);
        return Entity.of(component, objectId, Ids.device(site.node(), camera.name()), kind + ":" + label, name);
    }

    /** A label as a heading. */
    private static String named(String label) {
        int first = label.offsetByCodePoints(0, 1);
        return label.substring(0, first).toUpperCase(Locale.ROOT) + label.substring(first);
    }
}
