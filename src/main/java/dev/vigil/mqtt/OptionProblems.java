package dev.vigil.mqtt;

import dev.vigil.base.Fingerprints;
import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.MqttOptions.Tls;
import dev.vigil.mqtt.MqttOptions.Will;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What is wrong with {@link MqttOptions}. */
final class OptionProblems {
    private static final int U16_MAX = 65_535;

    private OptionProblems() {}

    /** One line for each problem, which begins with the option's name and holds no secret. */
    static List<String> of(MqttOptions options) {
        List<String> problems = new ArrayList<>();
        if (options.brokers().isEmpty()) {
            problems.add("broker: none is given");
        }
        for (URI broker : options.brokers()) {
            String problem = BrokerAddress.problem(broker);
            if (problem != null) {
                problems.add("broker: " + problem);
            }
        }
        if (options.clientId().getBytes(StandardCharsets.UTF_8).length > U16_MAX) {
            problems.add("clientId: longer than 65535 bytes");
        }
        if (options.protocol() == Protocol.MQTT_3_1_1 && !options.allows311()) {
            problems.add("password: MQTT 3.1.1 allows one only together with a username");
        }
        if (options.will() != null) {
            will(options.will(), problems);
        }
        Duration keepAlive = options.keepAlive();
        if (keepAlive.isNegative() || keepAlive.toSeconds() > U16_MAX) {
            problems.add("keepAlive: must be 0 s to 65535 s, is " + keepAlive);
        } else if (!keepAlive.isZero() && keepAlive.toSeconds() == 0) {
            problems.add("keepAlive: must be 0 or at least 1 s, is " + keepAlive);
        }
        positive("connectTimeout", options.connectTimeout(), problems);
        positive("retryMin", options.retryMin(), problems);
        if (options.retryMax().compareTo(options.retryMin()) < 0) {
            problems.add("retryMax: must not be shorter than retryMin");
        }
        Duration sessionExpiry = options.sessionExpiry();
        if (sessionExpiry.isNegative() || sessionExpiry.toSeconds() > 0xFFFF_FFFFL) {
            problems.add("sessionExpiry: must be 0 s to 4294967295 s, is " + sessionExpiry);
        }
        if (options.queueMessages() < 1) {
            problems.add("queueMessages: must be at least 1, is " + options.queueMessages());
        }
        tls(options.tls(), problems);
        problems.addAll(options.outbox().problems());
        return problems;
    }

    private static void will(Will will, List<String> problems) {
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

    private static void tls(Tls tls, List<String> problems) {
        for (String fingerprint : tls.fingerprints()) {
            if (!Fingerprints.isOne(fingerprint)) {
                problems.add("fingerprints: '" + fingerprint + "' is no " + Fingerprints.FORM);
            }
        }
        if (tls.insecure() && (tls.caFile() != null || !tls.fingerprints().isEmpty())) {
            problems.add(
                    "insecure: accepts any certificate, so that caFile and fingerprints would not count; choose one");
        }
        if (!tls.fingerprints().isEmpty() && tls.caFile() != null) {
            problems.add(
                    "fingerprints: are trusted instead of an authority, so that caFile would not count; choose one");
        }
        if ((tls.certFile() == null) != (tls.keyFile() == null)) {
            problems.add(
                    tls.certFile() == null
                            ? "keyFile: is of use only with its certificate, certFile"
                            : "certFile: is of use only with its private key, keyFile");
        }
        if (tls.keyPassword() != null && tls.keyFile() == null) {
            problems.add("keyPassword: there is no keyFile that it could be for");
        }
    }

    private static void positive(String name, Duration duration, List<String> problems) {
        if (duration.isNegative() || duration.isZero()) {
            problems.add(name + ": must be more than 0, is " + duration);
        }
    }
}
