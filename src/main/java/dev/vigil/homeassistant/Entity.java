package dev.vigil.homeassistant;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/**
 * One thing on a device's page: a sensor, a switch, a number.
 *
 * @param component Home Assistant's word for its kind
 * @param objectId last level but one of its discovery topic
 * @param config payload of its discovery topic
 */
record Entity(String component, String objectId, ObjectNode config) {
    static final String MANUFACTURER = "Vigil";

    enum Category {
        /** What shows how a device is doing. */
        DIAGNOSTIC,
        /** What changes how a device behaves. */
        CONFIG
    }

    /**
     * @param device identifier of its device
     * @param key its own among all of the device
     */
    static Entity of(String component, String objectId, String device, String key, String name) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put("name", name).put("unique_id", device + ":" + key);
        return new Entity(component, objectId, config);
    }

    /** The topic that Home Assistant looks for it on. */
    String topic(String prefix, String node) {
        return String.join("/", prefix, component, Ids.topicLevel(node), objectId, "config");
    }

    byte[] payload() {
        return config.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Where its state comes from, and how it is taken out of the message there. */
    Entity state(String topic, String template) {
        config.put("state_topic", topic).put("value_template", template).put("qos", 1);
        return this;
    }

    /** Numbers whose mean, least and most are kept for good; {@code unit} may be null. */
    Entity measurement(String unit) {
        config.put("state_class", "measurement");
        return unit == null ? this : with("unit_of_measurement", unit);
    }

    Entity category(Category category) {
        return with("entity_category", category == Category.CONFIG ? "config" : "diagnostic");
    }

    Entity with(String key, String value) {
        config.put(key, value);
        return this;
    }

    Entity with(String key, double value) {
        config.put(key, value);
        return this;
    }

    Entity with(String key, int value) {
        config.put(key, value);
        return this;
    }

    /** Not shown until a user wants it: it changes all the time, and few need it. */
    Entity hidden() {
        config.put("enabled_by_default", false);
        return this;
    }

    /** It can be used only while the daemon is there. */
    Entity whileOnline(Site site) {
        config.putArray("availability").addObject().put("topic", site.availabilityTopic());
        return this;
    }

    /** It tells something only while the daemon is there and the camera's pictures come. */
    Entity whileUp(Site site, Site.Camera camera) {
        config.putArray("availability")
                .add(config.objectNode().put("topic", site.availabilityTopic()))
                .add(config.objectNode()
                        .put("topic", camera.statusTopic())
                        .put("value_template", "{{ 'online' if value_json.state == 'up' else 'offline' }}"));
        return with("availability_mode", "all");
    }

    Entity on(ObjectNode device, ObjectNode origin) {
        config.set("device", device);
        config.set("origin", origin);
        return this;
    }

    static ObjectNode device(String id, String name, String model, String version) {
        ObjectNode device = JsonNodeFactory.instance.objectNode();
        device.putArray("identifiers").add(id);
        return device.put("name", name)
                .put("manufacturer", MANUFACTURER)
                .put("model", model)
                .put("sw_version", version);
    }

    static ObjectNode origin(String version) {
        return JsonNodeFactory.instance.objectNode().put("name", MANUFACTURER).put("sw_version", version);
    }

    /** Whether a payload was told by a daemon of this node: no other's may be removed. */
    static boolean isOf(String node, JsonNode payload) {
        return payload.at("/origin/name").asText().equals(MANUFACTURER)
                && Ids.isDeviceOf(node, payload.at("/device/identifiers/0").asText());
    }
}
