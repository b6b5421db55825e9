package dev.vigil.mqtt;

import dev.vigil.base.Secret;
import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.MqttOptions.Tls;
import dev.vigil.mqtt.MqttOptions.Will;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** Changes {@link MqttOptions} one by one; what each means stands there. Not threadsafe. */
public final class MqttOptionsBuilder {
    private List<URI> brokers;
    private Protocol protocol;
    private String clientId = "";
    private String username;
    private Secret password;
    private Will will;
    private Duration keepAlive = Duration.ofSeconds(30);
    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration retryMin = Duration.ofMillis(500);
    private Duration retryMax = Duration.ofSeconds(30);
    private Duration sessionExpiry = Duration.ofMinutes(5);
    private int queueMessages = 1_000;
    private Tls tls = Tls.DEFAULT;
    private OutboxOptions outbox = OutboxOptions.MEMORY;

    MqttOptionsBuilder(List<URI> brokers) {
        this.brokers = brokers;
    }

    MqttOptionsBuilder(MqttOptions from) {
        brokers = from.brokers();
        protocol = from.protocol();
        clientId = from.clientId();
        username = from.username();
        password = from.password();
        will = from.will();
        keepAlive = from.keepAlive();
        connectTimeout = from.connectTimeout();
        retryMin = from.retryMin();
        retryMax = from.retryMax();
        sessionExpiry = from.sessionExpiry();
        queueMessages = from.queueMessages();
        tls = from.tls();
        outbox = from.outbox();
    }

    public MqttOptionsBuilder brokers(List<URI> value) {
        brokers = value;
        return this;
    }

    /** @param value null for MQTT 5, and 3.1.1 with a broker that does not know it */
    public MqttOptionsBuilder protocol(Protocol value) {
        protocol = value;
        return this;
    }

    public MqttOptionsBuilder clientId(String value) {
        clientId = value;
        return this;
    }

    /** Both null for none. */
    public MqttOptionsBuilder login(String name, Secret secret) {
        username = name;
        password = secret;
        return this;
    }

    public MqttOptionsBuilder will(Will value) {
        will = value;
        return this;
    }

    public MqttOptionsBuilder keepAlive(Duration value) {
        keepAlive = value;
        return this;
    }

    public MqttOptionsBuilder connectTimeout(Duration value) {
        connectTimeout = value;
        return this;
    }

    public MqttOptionsBuilder retry(Duration min, Duration max) {
        retryMin = min;
        retryMax = max;
        return this;
    }

    public MqttOptionsBuilder sessionExpiry(Duration value) {
        sessionExpiry = value;
        return this;
    }

    public MqttOptionsBuilder queueMessages(int value) {
        queueMessages = value;
        return this;
    }

    public MqttOptionsBuilder tls(Tls value) {
        tls = value;
        return this;
    }

    public MqttOptionsBuilder outbox(OutboxOptions value) {
        outbox = value;
        return this;
    }

    public MqttOptions build() {
        return new MqttOptions(
                brokers,
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
                tls,
                outbox);
    }
}
