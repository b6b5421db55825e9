package dev.vigil.config;

import dev.vigil.base.Secret;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.OutboxOptions;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the section {@code mqtt}. */
final class MqttReader {
    private static final URI BROKER = URI.create("mqtt://localhost:1883");
    private static final MqttOptions DEFAULT = MqttOptions.of(BROKER);
    private static final String BROKER_ALLOWED = "mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS";
    private static final Pattern TEXT = Pattern.compile("(?s).{1,256}");
    private static final int U16_MAX = 65_535;

    private MqttReader() {}

    static MqttOptions options(Section mqtt) {
        URI broker = broker(mqtt);
        Map<String, Protocol> protocols = new LinkedHashMap<>();
        protocols.put("5", Protocol.MQTT_5);
        protocols.put("3.1.1", Protocol.MQTT_3_1_1);
        Protocol protocol = mqtt.choice("protocol", protocols, DEFAULT.protocol());
        String clientId = mqtt.text("client_id", "text", "made up by the client", TEXT, "1 to 256 characters");
        String username = mqtt.confidential("username", "text", "none", "the user's name at the broker");
        Secret password = password(mqtt);
        if (password != null && username == null && protocol == Protocol.MQTT_3_1_1) {
            mqtt.problem("password", "needs a username: MQTT 3.1.1 allows no password without one");
        }
        Duration keepAlive =
                mqtt.duration("keep_alive", Duration.ofSeconds(1), Duration.ofHours(18), DEFAULT.keepAlive());
        Duration connectTimeout = mqtt.duration(
                "connect_timeout", Duration.ofMillis(100), Duration.ofMinutes(5), DEFAULT.connectTimeout());
        Retry retry = Retry.of(mqtt, DEFAULT.retryMin(), DEFAULT.retryMax());
        Duration sessionExpiry =
                mqtt.duration("session_expiry", Duration.ZERO, Duration.ofDays(30), DEFAULT.sessionExpiry());
        int queueMessages = mqtt.integer("queue_messages", Range.of(1, 1_000_000), DEFAULT.queueMessages());
        Section tls = mqtt.section("tls");
        Path caFile = tls.path("ca_file", "file", "the system's certificates", false);
        if (caFile != null) {
            TextFile.problem(caFile)
                    .ifPresent(message -> tls.problem("ca_file", tls.shown("ca_file", caFile) + ": " + message));
        }
        boolean insecure = tls.flag("insecure", DEFAULT.insecure());
        tls.finish();
        return new MqttOptions(
                broker,
                protocol,
                clientId == null ? DEFAULT.clientId() : clientId,
                username,
                password,
                null,
                keepAlive,
                connectTimeout,
                retry.min(),
                retry.max(),
                sessionExpiry,
                queueMessages,
                caFile,
                insecure,
                OutboxOptions.MEMORY);
    }

    private static URI broker(Section mqtt) {
        String text = mqtt.textOr("broker", "address", BROKER.toString(), TEXT, BROKER_ALLOWED);
        String shown = mqtt.shown("broker", text);
        try {
            URI uri = new URI(text);
            if (uri.getRawUserInfo() != null) {
                mqtt.problem("broker", shown + ": user and password belong under username and password_file");
            } else if (!"mqtt".equals(uri.getScheme()) && !"mqtts".equals(uri.getScheme())) {
                mqtt.problem("broker", shown + " is not allowed: " + BROKER_ALLOWED);
            } else if (uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > U16_MAX) {
                mqtt.problem("broker", shown + " has no valid host and port: " + BROKER_ALLOWED + " is allowed");
            } else if (!uri.getRawPath().matches("/?") || uri.getRawQuery() != null || uri.getRawFragment() != null) {
                mqtt.problem("broker", shown + " has more than host and port: " + BROKER_ALLOWED + " is allowed");
            } else {
                return uri;
            }
        } catch (URISyntaxException wrong) {
            mqtt.problem("broker", shown + " is not an address: " + BROKER_ALLOWED + " is allowed");
        }
        return BROKER;
    }

    private static Secret password(Section mqtt) {
        String password = mqtt.confidential("password", "secret", "none", "the password, best as ${NAME}");
        Path file = mqtt.secretPath("password_file", "file", "none");
        if (mqtt.has("password") && mqtt.has("password_file")) {
            mqtt.problem("password_file", "is given besides password: one of the two is allowed");
            return null;
        }
        if (file == null) {
            return password == null ? null : new Secret(password);
        }
        Optional<String> unusable = TextFile.problem(file);
        if (unusable.isEmpty()) {
            try {
                byte[] bytes = TextFile.bytes(file);
                String content = new String(bytes, StandardCharsets.UTF_8).replaceFirst("\\r?\\n\\z", "");
                if (content.isEmpty()) {
                    unusable = Optional.of("is empty: the password is expected in it");
                } else if (bytes.length > U16_MAX) {
                    unusable = Optional.of("is larger than 64 KiB: MQTT allows no such password");
                } else {
                    return new Secret(content);
                }
            } catch (IOException unreadable) {
                unusable = Optional.of(TextFile.reason(unreadable));
            }
        }
        mqtt.problem(
                "password_file", "the file " + unusable.get().replaceFirst("^there is no such file", "is not there"));
        return null;
    }

    /**
     * @param node and {@code cameras} names that stand in topics
     */
    static TopicConfig topics(Section mqtt, String node, Collection<String> cameras) {
        TopicConfig standard = TopicConfig.DEFAULT;
        String prefix = mqtt.textOr(
                "topic_prefix",
                "text",
                standard.prefix(),
                Pattern.compile("[^+#{}$\\p{Cntrl}][^+#{}\\p{Cntrl}]{0,199}"),
                "a topic without +, #, { and }");
        Section topics = mqtt.section("topics");
        String detections = topic(topics, "detections", standard.detections(), true);
        String status = topic(topics, "status", standard.status(), true);
        String settings = topic(topics, "settings", standard.settings(), true);
        String objects = topic(topics, "objects", standard.objects(), true);
        String set = topic(topics, "set", standard.set(), true);
        String setNode = topic(topics, "set_node", standard.setNode(), false);
        String availability = topic(topics, "availability", standard.availability(), false);
        String stats = topic(topics, "stats", standard.stats(), false);
        boolean distinct = distinct(
                topics,
                List.of("detections", "status", "settings", "objects", "set", "set_node", "availability", "stats"),
                List.of(detections, status, settings, objects, set, setNode, availability, stats));
        topics.finish();
        int qos = mqtt.integer("qos", Range.of(0, 1), standard.qos());
        TopicConfig read =
                new TopicConfig(prefix, detections, status, settings, objects, set, setNode, availability, stats, qos);
        if (distinct) {
            TopicCheck.check(read, node, cameras.stream(), topics);
        }
        return read;
    }

    private static String topic(Section topics, String key, String standard, boolean ofCamera) {
        String placeholders = ofCamera ? "{prefix}, {node} and {camera}" : "{prefix} and {node}";
        String allowed = "a topic without + and #, in which " + placeholders + " stand for names";
        String topic = topics.textOr(key, "topic", standard, TEXT, allowed);
        String names = topic.replace("{prefix}", "").replace("{node}", "");
        if (ofCamera) {
            names = names.replace("{camera}", "");
        }
        if (!names.matches("[^+#{}\\p{Cntrl}]*") || topic.startsWith("$")) {
            topics.problem(key, topics.shown(key, topic) + " is not allowed: " + allowed);
            return standard;
        }
        if (ofCamera && !topic.contains("{camera}")) {
            topics.problem(key, topics.shown(key, topic) + " has no {camera}: all cameras would share the topic");
            return standard;
        }
        return topic;
    }

    private static boolean distinct(Section topics, List<String> keys, List<String> values) {
        boolean distinct = true;
        for (int i = 0; i < keys.size(); i++) {
            int first = values.indexOf(values.get(i));
            if (first < i) {
                String key = topics.has(keys.get(i)) ? keys.get(i) : keys.get(first);
                String other = key.equals(keys.get(i)) ? keys.get(first) : keys.get(i);
                topics.problem(key, topics.shown(key, values.get(i)) + " is the topic of " + other + " already");
                distinct = false;
            }
        }
        return distinct;
    }
}
