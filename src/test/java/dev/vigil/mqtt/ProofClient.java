package dev.vigil.mqtt;

import dev.vigil.mqtt.MqttOptions.Protocol;
import java.time.Duration;

/** What the proofs need of this package that is not public. */
public final class ProofClient {
    private ProofClient() {}

    /** Options with short waits, so that a fault is noticed within about two seconds, for a client that resumes its session. */
    public static MqttOptions impatient(int port, Protocol protocol, String clientId, int queueMessages) {
        TestOptions options = TestOptions.plain(port).protocol(protocol);
        options.clientId = clientId;
        options.keepAlive = Duration.ofSeconds(1);
        options.connectTimeout = Duration.ofSeconds(1);
        options.retryMin = Duration.ofMillis(20);
        options.retryMax = Duration.ofMillis(200);
        options.queueMessages = queueMessages;
        return options.build();
    }

    /** The defaults, but for how many messages may wait. */
    public static MqttOptions patient(int port, Protocol protocol, int queueMessages) {
        TestOptions options = TestOptions.plain(port).protocol(protocol);
        options.queueMessages = queueMessages;
        return options.build();
    }

    /** Tries again at once; answers are waited for only shortly. */
    public static MqttOptions hasty(int port, Protocol protocol) {
        TestOptions options = TestOptions.plain(port).protocol(protocol);
        options.clientId = "fuzz";
        options.connectTimeout = Duration.ofSeconds(2);
        options.retryMin = Duration.ofMillis(1);
        options.retryMax = Duration.ofMillis(1);
        options.queueMessages = 200;
        return options.build();
    }
}
