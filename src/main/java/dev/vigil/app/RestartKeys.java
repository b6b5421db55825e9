package dev.vigil.app;

import dev.vigil.config.Problems;
import dev.vigil.config.TopicConfig;
import dev.vigil.config.VigilConfig;
import dev.vigil.mqtt.MqttOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Keys that a running daemon does not change: the connection to the broker, and the names that subscribers know everything by.
 * To change them is to be another client with other topics, which a restart is.
 */
final class RestartKeys {
    private static final Map<String, Function<VigilConfig, Object>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("node", VigilConfig::node);
        mqtt("broker", MqttOptions::brokers);
        mqtt("protocol", MqttOptions::protocol);
        mqtt("client_id", MqttOptions::clientId);
        mqtt("username", MqttOptions::username);
        mqtt("password", MqttOptions::password);
        mqtt("keep_alive", MqttOptions::keepAlive);
        mqtt("connect_timeout", MqttOptions::connectTimeout);
        mqtt("retry.min", MqttOptions::retryMin);
        mqtt("retry.max", MqttOptions::retryMax);
        mqtt("session_expiry", MqttOptions::sessionExpiry);
        mqtt("queue_messages", MqttOptions::queueMessages);
        mqtt("tls", MqttOptions::tls);
        mqtt("outbox", MqttOptions::outbox);
        topics("qos", TopicConfig::qos);
        topics("topic_prefix", TopicConfig::prefix);
        topics(
                "topics",
                topics -> List.of(
                        topics.detections(),
                        topics.status(),
                        topics.settings(),
                        topics.objects(),
                        topics.set(),
                        topics.setNode(),
                        topics.availability(),
                        topics.stats()));
    }

    private RestartKeys() {}

    private static void mqtt(String key, Function<MqttOptions, Object> value) {
        ALL.put("mqtt." + key, config -> value.apply(config.mqtt()));
    }

    private static void topics(String key, Function<TopicConfig, Object> value) {
        ALL.put("mqtt." + key, config -> value.apply(config.topics()));
    }

    /** Adds a problem for each that differs. */
    static void check(VigilConfig now, VigilConfig next, Problems problems) {
        ALL.forEach((path, value) -> {
            if (!Objects.equals(value.apply(now), value.apply(next))) {
                problems.add(path, "was changed, which needs a restart of Vigil");
            }
        });
    }
}
