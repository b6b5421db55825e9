package dev.vigil.config;

import dev.vigil.base.Secret;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.MqttOptions.Protocol;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
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
    private static final String BROKER_ALLOWED =
            "mqtt://HOST:PORT, mqtts://HOST:PORT for TLS, ws://HOST:PORT/PATH or wss://HOST:PORT/PATH for WebSocket";
    private static final Pattern TEXT = Pattern.compile("(?s).{1,256}");
    private static final int U16_MAX = 65_535;

    private MqttReader() {}

    static MqttOptions options(Section mqtt) {
        List<URI> brokers = brokers(mqtt);
        // Null stands for auto, which a map can not hold.
        Map<String, Optional<Protocol>> protocols = new LinkedHashMap<>();
        protocols.put("auto", Optional.empty());
        protocols.put("5", Optional.of(Protocol.MQTT_5));
        protocols.put("3.1.1", Optional.of(Protocol.MQTT_3_1_1));
        Protocol protocol = mqtt.choice("protocol", protocols, Optional.ofNullable(DEFAULT.protocol()))
                .orElse(null);
        String clientId = mqtt.text("client_id", "text", "made up by the client", TEXT, "1 to 256 characters");
        String username = mqtt.confidential("username", "text", "none", "the user's name at the broker");
        Secret password = Passwords.ofBroker(mqtt);
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
        return MqttOptions.builder()
                .brokers(brokers)
                .protocol(protocol)
                .clientId(clientId == null ? DEFAULT.clientId() : clientId)
                .login(username, password)
                .keepAlive(keepAlive)
                .connectTimeout(connectTimeout)
                .retry(retry.min(), retry.max())
                .sessionExpiry(sessionExpiry)
                .queueMessages(queueMessages)
                .tls(TlsReader.tls(mqtt.section("tls")))
                .build();
    }

    private static List<URI> brokers(Section mqtt) {
        List<URI> brokers = new ArrayList<>();
        for (Section.Scalar one :
                Lists.oneOrMore(mqtt, "broker", "address or list", BROKER.toString(), true, BROKER_ALLOWED)) {
            URI broker = broker(mqtt, one);
            if (broker != null && brokers.contains(broker)) {
                mqtt.problem("broker", one.shown() + " is there twice");
            } else if (broker != null) {
                brokers.add(broker);
            }
        }
        return brokers.isEmpty() ? List.of(BROKER) : brokers;
    }

    /** @return null with a problem added if it is none */
    private static URI broker(Section mqtt, Section.Scalar one) {
        String shown = one.shown();
        try {
            URI uri = new URI(one.value());
            String scheme = uri.getScheme() == null ? "" : uri.getScheme();
            boolean webSocket = scheme.equals("ws") || scheme.equals("wss");
            if (uri.getRawUserInfo() != null) {
                mqtt.problem("broker", shown + ": user and password belong under username and password_file");
            } else if (!webSocket && !scheme.equals("mqtt") && !scheme.equals("mqtts")) {
                mqtt.problem("broker", shown + " is not allowed: " + BROKER_ALLOWED);
            } else if (uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > U16_MAX) {
                mqtt.problem("broker", shown + " has no valid host and port: " + BROKER_ALLOWED + " is allowed");
            } else if (!webSocket && !uri.getRawPath().matches("/?")
                    || uri.getRawQuery() != null
                    || uri.getRawFragment() != null) {
                String allowed = webSocket ? "host, port and path: " : "host and port: ";
                mqtt.problem("broker", shown + " has more than " + allowed + BROKER_ALLOWED + " is allowed");
            } else {
                return uri;
            }
        } catch (URISyntaxException wrong) {
            mqtt.problem("broker", shown + " is not an address: " + BROKER_ALLOWED + " is allowed");
        }
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
        int qos = mqtt.integer("qos", Range.of(0, 2), standard.qos());
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
