package dev.vigil.mqtt;

import dev.vigil.base.Secret;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How a client reaches its broker.
 *
 * @param broker {@code mqtt://host:port} (1883) or {@code mqtts://host:port} (8883)
 * @param protocol version to speak
 * @param clientId empty for one that the client makes up
 * @param username null for none
 * @param password null for none
 * @param will null for none
 * @param keepAlive longest silence before a ping; the broker may shorten it; zero for no pings
 * @param connectTimeout from connecting to the broker's answer, and for each later answer to a ping or a subscription
 * @param retryMin first wait before connecting again; grows by doubling, with jitter
 * @param retryMax longest wait before connecting again
 * @param sessionExpiry how long the broker keeps the session of a lost connection, so that it is resumed; zero for a clean
 *     session each time. MQTT 3.1.1 knows only whether, not how long, and needs a configured {@code clientId} for it
 * @param queueMessages most messages that wait for the network or an acknowledgement
 * @param caFile certificates to trust instead of the system's (PEM); null for the system's
 * @param insecure accept any certificate and host name
 * @param outbox where messages of QoS 1 and 2 wait that the broker has not acknowledged
 */
public record MqttOptions(
        URI broker,
        Protocol protocol,
        String clientId,
        String username,
        Secret password,
        Will will,
        Duration keepAlive,
        Duration connectTimeout,
        Duration retryMin,
        Duration retryMax,
        Duration sessionExpiry,
        int queueMessages,
        Path caFile,
        boolean insecure,
        OutboxOptions outbox) {
    private static final int PORT_PLAIN = 1883;
    private static final int PORT_TLS = 8883;
    private static final int U16_MAX = 65_535;

    public enum Protocol {
        MQTT_3_1_1,
        MQTT_5;

        /** For people: {@code MQTT 3.1.1}. */
        @Override
        public String toString() {
            return this == MQTT_5 ? "MQTT 5" : "MQTT 3.1.1";
        }
    }

    /** What the broker publishes when the client vanishes. */
    public record Will(String topic, String payload, int qos, boolean retain) {}

    /** The same with a last will. */
    public MqttOptions withWill(Will newWill) {
        return new MqttOptions(
                broker,
                protocol,
                clientId,
                username,
                password,
                newWill,
                keepAlive,
                connectTimeout,
                retryMin,
                retryMax,
                sessionExpiry,
                queueMessages,
                caFile,
                insecure,
                outbox);
    }

    /** The same with another outbox. */
    public MqttOptions withOutbox(OutboxOptions newOutbox) {
        return new MqttOptions(
                broker,
                protocol,
                clientId,
                username,
                password,
                will,
                keepAlive,
                connectTimeout,
                retryMin,
                retryMax,
                sessionExpiry,
                queueMessages,
                caFile,
                insecure,
                newOutbox);
    }

    /** The same for seeing whether it connects: as a client of its own, that takes over no other one's session. */
    public MqttOptions forTrying() {
        return new MqttOptions(
                broker,
                protocol,
                "",
                username,
                password,
                null,
                keepAlive,
                connectTimeout,
                retryMin,
                retryMax,
                Duration.ZERO,
                queueMessages,
                caFile,
                insecure,
                OutboxOptions.MEMORY);
    }

    /** The defaults of {@code config/vigil.yml} for one broker. */
    public static MqttOptions of(URI broker) {
        return new MqttOptions(
                broker,
                Protocol.MQTT_5,
                "",
                null,
                null,
                null,
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                Duration.ofMillis(500),
                Duration.ofSeconds(30),
                Duration.ofMinutes(5),
                1_000,
                null,
                false,
                OutboxOptions.MEMORY);
    }

    public boolean tls() {
        return "mqtts".equals(broker.getScheme());
    }

    public String host() {
        String host = broker.getHost();
        // An IPv6 address stands in brackets in a URI, and without them everywhere else.
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    public int port() {
        return broker.getPort() >= 0 ? broker.getPort() : tls() ? PORT_TLS : PORT_PLAIN;
    }

    /** The broker as lines for people name it: {@code host:port}. */
    public String brokerName() {
        return broker.getHost() + ":" + port();
    }

    /** Whether a lost connection's session is to be resumed. */
    boolean resumes() {
        return !sessionExpiry.isZero() && (protocol == Protocol.MQTT_5 || !clientId.isEmpty());
    }

    /** Everything that is wrong with these options, one line each that begins with the option's name; empty when all is well. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        addressProblems(problems);
        if (clientId.getBytes(StandardCharsets.UTF_8).length > U16_MAX) {
            problems.add("clientId: longer than 65535 bytes");
        }
        if (password != null && username == null && protocol == Protocol.MQTT_3_1_1) {
            problems.add("password: MQTT 3.1.1 allows one only together with a username");
        }
        if (will != null) {
            willProblems(problems);
        }
        if (keepAlive.isNegative() || keepAlive.toSeconds() > U16_MAX) {
            problems.add("keepAlive: must be 0 s to 65535 s, is " + keepAlive);
        } else if (!keepAlive.isZero() && keepAlive.toSeconds() == 0) {
            problems.add("keepAlive: must be 0 or at least 1 s, is " + keepAlive);
        }
        positive("connectTimeout", connectTimeout, problems);
        positive("retryMin", retryMin, problems);
        if (retryMax.compareTo(retryMin) < 0) {
            problems.add("retryMax: must not be shorter than retryMin");
        }
        if (sessionExpiry.isNegative() || sessionExpiry.toSeconds() > 0xFFFF_FFFFL) {
            problems.add("sessionExpiry: must be 0 s to 4294967295 s, is " + sessionExpiry);
        }
        if (queueMessages < 1) {
            problems.add("queueMessages: must be at least 1, is " + queueMessages);
        }
        problems.addAll(outbox.problems());
        return problems;
    }

    private void addressProblems(List<String> problems) {
        if (!"mqtt".equals(broker.getScheme()) && !"mqtts".equals(broker.getScheme())) {
            problems.add("broker: must be mqtt://host:port or mqtts://host:port");
        } else if (broker.getHost() == null) {
            problems.add("broker: names no host, or one with characters that a host name can not have");
        } else if (broker.getPort() > U16_MAX || broker.getPort() == 0) {
            problems.add("broker: the port must be 1 to 65535");
        }
        if (broker.getUserInfo() != null) {
            problems.add("broker: user and password belong into username and password, not into the address");
        }
    }

    private void willProblems(List<String> problems) {
        String problem = MqttTopic.problemOfName(will.topic());
        if (problem != null) {
            problems.add("will: topic " + problem);
        }
        if (will.qos() < 0 || will.qos() > 2) {
            problems.add("will: qos must be 0, 1 or 2, is " + will.qos());
        }
        if (will.payload().getBytes(StandardCharsets.UTF_8).length > U16_MAX) {
            problems.add("will: payload is longer than 65535 bytes");
        }
    }

    private static void positive(String name, Duration duration, List<String> problems) {
        if (duration.isNegative() || duration.isZero()) {
            problems.add(name + ": must be more than 0, is " + duration);
        }
    }
}
