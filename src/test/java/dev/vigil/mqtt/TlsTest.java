package dev.vigil.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.mqtt.MqttOptions.Tls;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS with Mosquitto: one broker whose certificate names this host, and one whose certificate names another. */
class TlsTest {
    @TempDir
    private static Path folder;

    private static Certificates certificates;
    private static Mosquitto right;
    private static Mosquitto wrong;

    private final Recorder recorder = new Recorder();
    private final ClientLog log = new ClientLog();

    @BeforeAll
    static void startBrokers() throws Exception {
        Mosquitto.require();
        certificates = new Certificates(folder);
        right = broker("right", "dns:localhost,ip:127.0.0.1");
        wrong = broker("wrong", "dns:elsewhere.example,ip:192.0.2.1");
    }

    private static Mosquitto broker(String name, String subjectNames) throws Exception {
        certificates.server(name, subjectNames);
        return Mosquitto.start(
                Files.createDirectory(folder.resolve(name)),
                "allow_anonymous true\ncertfile " + folder.resolve(name + ".pem") + "\nkeyfile "
                        + folder.resolve(name + ".key"));
    }

    @AfterAll
    static void stopBrokers() throws InterruptedException {
        if (right != null) {
            right.close();
        }
        if (wrong != null) {
            wrong.close();
        }
    }

    @AfterEach
    void leaveLog() {
        log.close();
    }

    private static TestOptions options(String host, Mosquitto broker) {
        TestOptions options = TestOptions.of("mqtts://" + host + ":" + broker.port());
        options.retryMin = options.retryMax = Duration.ofMinutes(1);
        options.tls = Tls.DEFAULT.withCaFile(certificates.authority());
        return options;
    }

    private String refusal(TestOptions options) throws InterruptedException {
        try (MqttClient client = new MqttClient(options.build(), recorder)) {
            client.start();
            String reason = Await.next("the refusal", recorder.away);
            assertThat(client.status().connects()).isZero();
            return reason;
        }
    }

    private void passesMessages(TestOptions options) throws InterruptedException {
        try (MqttClient client = new MqttClient(options.build(), recorder)) {
            client.subscribe("tls/#", 1);
            client.start();
            Await.next("SUBACK", recorder.subscribed);
            String payload = "x".repeat(200_000);
            for (int i = 0; i < 20; i++) {
                client.publish(
                        MqttTopic.of("tls/" + i),
                        Unpooled.copiedBuffer(payload, StandardCharsets.UTF_8),
                        1,
                        false,
                        PublishCallback.NONE);
            }
            for (int i = 0; i < 20; i++) {
                assertThat(Await.next("message " + i, recorder.messages).payload())
                        .isEqualTo(payload);
            }
        }
    }

    @Test
    void shouldPassMessagesWhenAuthorityAndNameAreRight() throws Exception {
        passesMessages(options("localhost", right));
        passesMessages(options("127.0.0.1", right));
        assertThat(log.of(right.port())).isNotEmpty().noneMatch(line -> line.contains("insecure"));
    }

    @Test
    void shouldRefuseWhenNameIsWrong() throws Exception {
        assertThat(refusal(options("localhost", wrong)))
                .startsWith("localhost:" + wrong.port()
                        + " failed the TLS handshake: No subject alternative DNS name matching localhost");
        assertThat(refusal(options("127.0.0.1", wrong)))
                .contains(" failed the TLS handshake: No subject alternative names matching IP address 127.0.0.1");
    }

    @Test
    void shouldRefuseWhenAuthorityIsUnknown() throws Exception {
        TestOptions options = options("localhost", right);
        options.tls = Tls.DEFAULT;
        assertThat(refusal(options)).contains(" failed the TLS handshake: unable to find valid certification path");
    }

    @Test
    void shouldWarnAndConnectWhenInsecure() throws Exception {
        TestOptions options = options("localhost", wrong);
        options.tls = Tls.DEFAULT.withInsecure(true);
        passesMessages(options);
        assertThat(log.of(wrong.port()))
                .filteredOn(line -> line.contains("insecure is set"))
                .hasSize(1);
    }

    @Test
    void shouldNameFileWhenCaFileCanNotBeRead() throws Exception {
        TestOptions options = options("localhost", right);
        options.tls = Tls.DEFAULT.withCaFile(folder.resolve("missing.pem"));
        assertThat(refusal(options)).contains("missing.pem");
        options.tls = Tls.DEFAULT.withCaFile(Files.writeString(folder.resolve("empty.pem"), "nothing\n"));
        assertThat(refusal(options)).contains("empty.pem");
    }

    @Test
    void shouldSayTlsWhenBrokerSpeaksNone() throws Exception {
        try (ScriptedBroker broker =
                ScriptedBroker.start(connection -> connection.send("20 03 00 00 00 00 00 00 00 00 00"))) {
            TestOptions options = TestOptions.of("mqtts://127.0.0.1:" + broker.port());
            options.retryMin = options.retryMax = Duration.ofMinutes(1);
            assertThat(refusal(options)).contains(" failed the TLS handshake: ");
        }
    }
}
