package dev.vigil.mqtt;

import dev.vigil.base.Secret;
import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.MqttOptions.Will;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

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
    Path caFile;
    boolean insecure;
    OutboxOptions outbox = OutboxOptions.MEMORY;

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
                outbox);
    }
}
