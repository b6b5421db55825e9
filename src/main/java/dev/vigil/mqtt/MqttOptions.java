package dev.vigil.mqtt;

import dev.vigil.base.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How a client reaches its broker. Made by {@link #of} with the defaults of {@code config/vigil.yml}, and changed by
 * {@link #toBuilder}.
 *
 * @param brokers {@code mqtt://host:port} (1883), {@code mqtts://host:port} (8883), {@code ws://host:port/path} (80) or
 *     {@code wss://host:port/path} (443); at least one. Several are tried in turn
 * @param protocol version to speak; null for MQTT 5, and 3.1.1 with a broker that does not know it
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
 * @param tls for {@code mqtts} and {@code wss}
 * @param outbox where messages of QoS 1 and 2 wait that the broker has not acknowledged
 */
public record MqttOptions(
        List<URI> brokers,
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
        Tls tls,
        OutboxOptions outbox) {
    public MqttOptions {
        brokers = List.copyOf(brokers);
    }

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

    /**
     * Whom to trust, and who to be. All files are PEM and are read again with each try, so that renewed ones are taken.
     *
     * @param caFile certificates to trust instead of the system's; null for the system's
     * @param fingerprints SHA-256 of the broker's certificate, as {@code openssl x509 -fingerprint -sha256} prints it, with or
     *     without colons; any one of them is trusted, instead of an authority and a host name. Empty for none
     * @param certFile the client's certificate, with those between it and the authority; null for none
     * @param keyFile its private key, PKCS#8; null for none
     * @param keyPassword of an encrypted {@code keyFile}; null for none
     * @param insecure accept any certificate and host name
     */
    public record Tls(
            Path caFile, List<String> fingerprints, Path certFile, Path keyFile, Secret keyPassword, boolean insecure) {
        /** The system's authorities, the broker's host name, no certificate of our own. */
        public static final Tls DEFAULT = new Tls(null, List.of(), null, null, null, false);

        public Tls {
            fingerprints = List.copyOf(fingerprints);
        }

        public Tls withCaFile(Path file) {
            return new Tls(file, fingerprints, certFile, keyFile, keyPassword, insecure);
        }

        public Tls withFingerprints(List<String> trusted) {
            return new Tls(caFile, trusted, certFile, keyFile, keyPassword, insecure);
        }

        /** @param password null where the key is not encrypted */
        public Tls withClientCertificate(Path certificate, Path key, Secret password) {
            return new Tls(caFile, fingerprints, certificate, key, password, insecure);
        }

        public Tls withInsecure(boolean accept) {
            return new Tls(caFile, fingerprints, certFile, keyFile, keyPassword, accept);
        }
    }

    /** The defaults for one broker, or for several that are tried in turn. */
    public static MqttOptions of(URI... brokers) {
        return builder(brokers).build();
    }

    /** The defaults, to be changed. */
    public static MqttOptionsBuilder builder(URI... brokers) {
        return new MqttOptionsBuilder(List.of(brokers));
    }

    /** These, to be changed. */
    public MqttOptionsBuilder toBuilder() {
        return new MqttOptionsBuilder(this);
    }

    /** The same with a last will. */
    public MqttOptions withWill(Will newWill) {
        return toBuilder().will(newWill).build();
    }

    /** The same with another outbox. */
    public MqttOptions withOutbox(OutboxOptions newOutbox) {
        return toBuilder().outbox(newOutbox).build();
    }

    /** The same for seeing whether it connects: as a client of its own, that takes over no other one's session. */
    public MqttOptions forTrying() {
        return toBuilder()
                .clientId("")
                .will(null)
                .sessionExpiry(Duration.ZERO)
                .outbox(OutboxOptions.MEMORY)
                .build();
    }

    /** The first of {@link #brokers}. */
    public URI broker() {
        return brokers.get(0);
    }

    /** The brokers as lines for people name them: {@code host:port}, with commas between. */
    public String brokerName() {
        return addresses().stream().map(BrokerAddress::name).collect(Collectors.joining(", "));
    }

    /** The brokers, each as {@link MqttStatus#broker()} names it. */
    public Set<String> brokerNames() {
        return addresses().stream().map(BrokerAddress::name).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    List<BrokerAddress> addresses() {
        return brokers.stream().map(BrokerAddress::of).toList();
    }

    /** Whether a lost connection's session is to be resumed. */
    boolean resumes(Protocol spoken) {
        return !sessionExpiry.isZero() && (spoken == Protocol.MQTT_5 || !clientId.isEmpty());
    }

    /** MQTT 3.1.1 has no password without a user name (section 3.1.2.9). */
    boolean allows311() {
        return password == null || username != null;
    }

    /** Everything that is wrong with these options, one line each that begins with the option's name; empty when all is well. */
    public List<String> problems() {
        return OptionProblems.of(this);
    }
}
