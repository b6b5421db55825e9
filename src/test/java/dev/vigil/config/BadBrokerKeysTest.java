package dev.vigil.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that can be wrong under {@code mqtt}. */
class BadBrokerKeysTest {
    private static final String CAMERA = "cameras:\n  gate:\n    url: rtsp://10.0.0.7/main\n";

    @TempDir
    private Path folder;

    static Stream<Arguments> wrongKeysOfMqtt() {
        String broker =
                "mqtt://HOST:PORT, mqtts://HOST:PORT for TLS, ws://HOST:PORT/PATH or wss://HOST:PORT/PATH for WebSocket";
        String fingerprint =
                "SHA-256 of the broker's certificate, as openssl x509 -noout -fingerprint -sha256 prints it, or a list of them";
        String hex = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        return Stream.of(
                arguments("broker: localhost", "broker: localhost is not allowed: " + broker),
                arguments("broker: tcp://localhost", "broker: tcp://localhost is not allowed: " + broker),
                arguments("broker: mqtt://", "broker: mqtt:// is not an address: " + broker + " is allowed"),
                arguments(
                        "broker: mqtt://my_broker",
                        "broker: mqtt://my_broker has no valid host and port: " + broker + " is allowed"),
                arguments(
                        "broker: mqtt://h:99999",
                        "broker: mqtt://h:99999 has no valid host and port: " + broker + " is allowed"),
                arguments(
                        "broker: mqtt://h/vigil",
                        "broker: mqtt://h/vigil has more than host and port: " + broker + " is allowed"),
                arguments(
                        "broker: mqtt://u:s3cret@h",
                        "broker: mqtt://***@h: user and password belong under username and password_file"),
                arguments("broker: []", "broker: an empty list is not allowed: " + broker),
                arguments("broker: [mqtt://a, h]", "broker: h is not allowed: " + broker),
                arguments("broker: [mqtt://a, ws://b:8000/x, mqtt://a]", "broker: mqtt://a is there twice"),
                arguments(
                        "broker: [mqtt://a, {b: c}]",
                        "broker: a mapping is not allowed here: " + broker + " is allowed"),
                arguments(
                        "broker: ws://h/mqtt?token=s3cret",
                        "broker: ws://h/mqtt?token=*** has more than host, port and path: " + broker + " is allowed"),
                arguments(
                        "broker: wss://h:0/",
                        "broker: wss://h:0/ has no valid host and port: " + broker + " is allowed"),
                arguments("protocol: 4", "protocol: 4 is not allowed: auto, 5 or 3.1.1"),
                arguments(
                        "{protocol: 3.1.1, password: s3cret}",
                        "password: needs a username: MQTT 3.1.1 allows no password without one"),
                arguments("qos: 3", "qos: 3 is not allowed: 0 to 2"),
                arguments("qos: one", "qos: one is not a whole number: 0 to 2 is allowed"),
                arguments(
                        "outbox: {max_bytes: 5}",
                        "outbox.max_bytes: 5 is not a size such as 64MB, 256MiB or 1GB: 1MiB to 1024GiB is allowed"),
                arguments("outbox: {max_bytes: 5KB}", "outbox.max_bytes: 5KB is not allowed: 1MiB to 1024GiB"),
                arguments("outbox: {max_age: 0s}", "outbox.max_age: 0s is not allowed: 1s to 8760h"),
                arguments(
                        "outbox: {when_full: oldest}",
                        "outbox.when_full: oldest is not allowed: drop_newest or drop_oldest"),
                arguments("outbox: {sync: 2h}", "outbox.sync: 2h is not allowed: 0s to 1h"),
                arguments(
                        "outbox: disk",
                        "outbox: a single value is not allowed: keys with their values are expected under it"),
                arguments("queue_messages: 0", "queue_messages: 0 is not allowed: 1 to 1000000"),
                arguments(
                        "keep_alive: 30",
                        "keep_alive: 30 has no unit: write ms, s, m, h or d after it; 1s to 18h is allowed"),
                arguments(
                        "pasword: s3cret",
                        "pasword: unknown key (did you mean password?); allowed are broker, protocol, client_id, username, "
                                + "password, password_file, password_credential, keep_alive, connect_timeout, retry, session_expiry, queue_messages, tls, topic_prefix, topics, qos, outbox"),
                arguments(
                        "password: [s3cret]",
                        "password: a list is not allowed here: the password, best as ${NAME} is expected; "
                                + "a value that begins with #, & or ! must be in quotes"),
                arguments("password_file: s3cret", "password_file: the file is not there"),
                arguments("password_file: vigil.yml/x", "password_file: the file is not there"),
                arguments(
                        "{password: s3cret, password_file: a}",
                        "password_file: is given besides password: only one of password, password_file or"
                                + " password_credential is allowed"),
                arguments(
                        "{password_file: a, password_credential: b}",
                        "password_credential: is given besides password_file: only one of password, password_file or"
                                + " password_credential is allowed"),
                arguments(
                        "password_credential: mqtt",
                        "password_credential: there are no credentials: $CREDENTIALS_DIRECTORY is not set. systemd sets it"
                                + " for a unit with LoadCredential= or SetCredential="),
                arguments(
                        "password_credential: ../s3cret",
                        "password_credential: is not allowed: a credential's name: 1 to 255 letters, digits, -, _ and ."),
                arguments(
                        "password_credential: ..",
                        "password_credential: is not allowed: a credential's name: 1 to 255 letters, digits, -, _ and ."),
                arguments("password_file: .", "password_file: the file is a folder, not a file"),
                arguments("topic_prefix: a/#", "topic_prefix: a/# is not allowed: a topic without +, #, { and }"),
                arguments("tls: {ca_file: ca.pem}", "tls.ca_file: DIR/ca.pem: there is no such file"),
                arguments(
                        "tls: {cert_file: c.pem, key_file: vigil.yml}",
                        "tls.cert_file: DIR/c.pem: there is no such file"),
                arguments("tls: {cert_file: vigil.yml}", "tls.cert_file: is of use only together with key_file"),
                arguments("tls: {key_file: vigil.yml}", "tls.key_file: is of use only together with cert_file"),
                arguments("tls: {key_password: s3cret}", "tls.key_password: there is no key_file that it could be for"),
                arguments(
                        "tls: {cert_file: vigil.yml, key_file: vigil.yml, key_password: s3cret, key_password_file: a}",
                        "tls.key_password_file: is given besides key_password: only one of key_password or"
                                + " key_password_file is allowed"),
                arguments(
                        "tls: {cert_file: vigil.yml, key_file: vigil.yml, key_password_file: a}",
                        "tls.key_password_file: the file is not there"),
                arguments("tls: {fingerprint: abc}", "tls.fingerprint: abc is not allowed: " + fingerprint),
                arguments(
                        "tls: {fingerprint: [" + hex + ", SHA1:aa]}",
                        "tls.fingerprint: SHA1:aa is not allowed: " + fingerprint),
                arguments("tls: {fingerprint: []}", "tls.fingerprint: an empty list is not allowed: " + fingerprint),
                arguments(
                        "tls: {fingerprint: " + hex + ", insecure: true}",
                        "tls.insecure: true accepts any certificate, so that fingerprint would not count: choose one"),
                arguments(
                        "tls: {ca_file: vigil.yml, insecure: true}",
                        "tls.insecure: true accepts any certificate, so that ca_file would not count: choose one"),
                arguments(
                        "tls: {ca_file: vigil.yml, fingerprint: " + hex + "}",
                        "tls.fingerprint: is trusted instead of an authority, so that ca_file would not count: choose one"),
                arguments(
                        "topics: {detections: all}",
                        "topics.detections: all has no {camera}: all cameras would share the topic"),
                arguments(
                        "topics: {stats: '{camera}/stats'}",
                        "topics.stats: {camera}/stats is not allowed: a topic without + and #, in which {prefix} and {node} stand for names"),
                arguments(
                        "topics: {stats: '{prefix}/{node}/availability'}",
                        "topics.stats: {prefix}/{node}/availability is the topic of availability already"),
                arguments(
                        "topics: {set: '{prefix}/{node}/set'}",
                        "topics.set: {prefix}/{node}/set has no {camera}: all cameras would share the topic"),
                arguments(
                        "topics: {set_node: '{prefix}/{camera}/set'}",
                        "topics.set_node: {prefix}/{camera}/set is not allowed: a topic without + and #, in which {prefix} and {node} stand for names"),
                arguments(
                        "topics: {status: '{prefix}/{camera}', stats: '{prefix}/gate'}",
                        "topics.status: vigil/gate is the topic of status of the camera gate and of stats: each needs a topic of its own"),
                arguments(
                        "topics: {set: '{prefix}/{node}/{camera}', set_node: '{prefix}/{node}/gate'}",
                        "topics.set: vigil/box-7/gate/enabled is the topic of set of the camera gate and of set_node: each needs a topic of its own"),
                arguments(
                        "topics: {objects: '{prefix}/{node}/{camera}/set/result'}",
                        "topics.objects: vigil/box-7/gate/set/result is the topic of objects of the camera gate and of set of the camera gate: each needs a topic of its own"),
                arguments("retry: {min: 40s}", "retry.min: 40s is more than max (30s, its default)"),
                arguments("retry: {max: 100ms}", "retry.max: 100ms is less than min (500ms, its default)"),
                arguments("retry: {min: 2m, max: 1m}", "retry.min: 2m is more than max (1m)"));
    }

    @ParameterizedTest
    @MethodSource("wrongKeysOfMqtt")
    void shouldTellKeyAndWhatIsAllowedWhenKeyOfMqttIsWrong(String line, String expected) throws IOException {
        // Several keys stand between brackets.
        String keys = line.startsWith("{") ? " " + line : "\n  " + line;
        List<String> problems = new ConfigFolder(folder).problems(CAMERA + "mqtt:" + keys + "\n");
        assertThat(problems)
                .singleElement()
                .asString()
                .matches("(?s)vigil.yml:[45]:.*")
                .endsWith("  mqtt." + expected);
    }
}
