package dev.vigil.homeassistant;

import dev.vigil.mqtt.MqttTopic;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All that Home Assistant is to know of a daemon: what stands on each discovery topic. */
final class Configs {
    private Configs() {}

    /** By topic; the node first, as cameras refer to it. */
    static Map<MqttTopic, byte[]> of(Site site, String prefix) {
        List<Entity> entities = new ArrayList<>(NodeEntities.of(site));
        site.cameras().forEach(camera -> entities.addAll(CameraEntities.of(site, camera)));
        Map<MqttTopic, byte[]> configs = new LinkedHashMap<>();
        for (Entity entity : entities) {
            MqttTopic topic = MqttTopic.of(entity.topic(prefix, site.node()));
            if (configs.containsKey(topic)) {
                // Such as the camera "a_count" beside a camera "a": their names meet where the topic has no colon.
                String uniqueId = entity.config().get("unique_id").textValue();
                Entity moved = new Entity(entity.component(), Ids.level(uniqueId), entity.config());
                topic = MqttTopic.of(moved.topic(prefix, site.node()));
            }
            configs.put(topic, entity.payload());
        }
        return configs;
    }

    /** A filter for the discovery topics of a node, in this run or an earlier one. */
    static String filter(String prefix, String node) {
        return String.join("/", prefix, "+", Ids.topicLevel(node), "+", "config");
    }
}
