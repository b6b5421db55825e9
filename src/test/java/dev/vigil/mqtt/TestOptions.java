package dev.vigil.mqtt;

import dev.vigil.base.Secret;
import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.MqttOptions.Tls;
import dev.vigil.mqtt.MqttOptions.Will;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Options for tests: defaults with short waits, changed one by one. */
final class TestOptions {
    /** What a test wants otherwise. */
    interface Change {
        void apply(TestOptions options);
    }

    URI broker;
    Protocol protocol = Protocol.MQTT_5;
    String clientId = "";
    String username;
    Secret password;
    Will will;
    Duration keepAlive = Duration.ofSeconds(30);
    Duration connectTimeout = Duration.ofSeconds(20);
    Duration retryMin = Duration.ofMillis(20);
    Duration retryMax = Duration.ofMillis(200);
    Duration sessionExpiry = Duration.ofMinutes(5);
    int queueMessages = 1_000;
    OutboxOptions outbox = OutboxOptions.MEMORY;
    Tls tls = Tls.DEFAULT;
    /** Tried after {@link #broker}. */
    List<URI> more = List.of();

    private TestOptions(URI broker) {
        this.broker = broker;
    }

    static TestOptions plain(int port) {
        return new TestOptions(URI.create("mqtt://127.0.0.1:" + port));
    }

    static TestOptions of(String uri) {
        return new TestOptions(URI.create(uri));
    }

    TestOptions protocol(Protocol value) {
        protocol = value;
        return this;
    }

    MqttOptions build() {
        List<URI> brokers = new ArrayList<>(List.of(broker));
        brokers.addAll(more);
        return MqttOptions.builder()
                .brokers(brokers)
                .protocol(protocol)
                .clientId(clientId)
                .login(username, password)
                .will(will)
                .keepAlive(keepAlive)
                .connectTimeout(connectTimeout)
                .retry(retryMin, retryMax)
                .sessionExpiry(sessionExpiry)
                .queueMessages(queueMessages)
                .tls(tls)
                .outbox(outbox)
                .build();
    }
}
