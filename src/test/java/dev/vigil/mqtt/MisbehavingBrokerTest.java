package dev.vigil.mqtt;

import static dev.vigil.mqtt.ScriptedBroker.CONNACK_5;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.ScriptedBroker.Script;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that are no broker, or a bad one: each ends in one clear line, and the client goes on trying. */
@Execution(ExecutionMode.CONCURRENT)
class MisbehavingBrokerTest {
    private static final Script SILENT = connection -> {};

    /** Runs a client against one script and returns what it says of the first loss. */
    private static String loss(Script script, TestOptions.Change change) throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.start(script)) {
            TestOptions options = TestOptions.plain(broker.port());
            options.retryMin = options.retryMax = Duration.ofMinutes(1);
            change.apply(options);
            Recorder recorder = new Recorder();
            try (MqttClient client = new MqttClient(options.build(), recorder)) {
                client.start();
                String reason = Await.next("the loss", recorder.away);
                assertThat(reason)
                        .startsWith("127.0.0.1:" + broker.port() + " ")
                        .doesNotContain("\n");
                assertThat(client.status().lastError()).isEqualTo(reason);
                assertThat(client.status().state()).isEqualTo(MqttStatus.State.AWAY);
                return reason.substring(reason.indexOf(' ') + 1);
            }
        }
    }

    private static String loss(Script script) throws Exception {
        return loss(script, options -> {});
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldGiveUpWhenServerNeverAnswers(Protocol protocol) throws Exception {
        assertThat(loss(SILENT, options -> {
                    options.protocol = protocol;
                    options.connectTimeout = Duration.ofMillis(1_000);
                }))
                .isEqualTo("gave no connection within 1000 ms, still waiting for its answer to CONNECT");
    }

    @Test
    void shouldGiveUpWhenServerNeverAnswersTls() throws Exception {
        assertThat(loss(SILENT, options -> {
                    options.broker =
                            java.net.URI.create(options.broker.toString().replace("mqtt:", "mqtts:"));
                    // The first TLS of a process reads the system's certificates, which takes its time.
                    options.connectTimeout = Duration.ofSeconds(3);
                }))
                .isEqualTo("gave no connection within 3000 ms, still waiting for the TLS handshake");
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldSayWhatItGotWhenServerSpeaksHttp(Protocol protocol) throws Exception {
        assertThat(loss(
                        connection -> {
                            connection.receive();
                            connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                        },
                        options -> options.protocol = protocol))
                .startsWith("sent what is not MQTT: ");
    }

    @Test
    void shouldGiveUpWhenAnswerIsGarbage() throws Exception {
        // 0xF0 is AUTH, with a length that runs over its four bytes.
        assertThat(loss(connection -> connection.send("F0 FF FF FF FF FF FF FF")))
                .startsWith("sent what is not MQTT: ");
    }

    @Test
    void shouldGiveUpWhenAnswerIsNoConnAck() throws Exception {
        assertThat(loss(connection -> connection.send("D0 00"))).startsWith("answered CONNECT with PINGRESP");
    }

    @Test
    void shouldHintAtVersionWhenServerHangsUp() throws Exception {
        assertThat(loss(connection -> {
                    connection.receive();
                    connection.close();
                }))
                .isEqualTo("closed the connection before its answer to CONNECT (does it speak MQTT 5?)");
    }

    @Test
    void shouldRefuseOversizePacketWhenConnected() throws Exception {
        BlockingQueue<String> farewell = new LinkedBlockingQueue<>();
        String reason = loss(connection -> {
            connection.accept(CONNACK_5);
            connection.send("30 80 80 80 01"); // PUBLISH of 2 MiB
            farewell.add(connection.receive());
        });
        assertThat(reason).isEqualTo("sent a packet larger than 1048576 bytes");
        // DISCONNECT, packet too large, no properties.
        assertThat(Await.next("DISCONNECT", farewell)).isEqualTo("e0 02 95 00");
    }

    @Test
    void shouldHangUpWhenPacketIsMalformed() throws Exception {
        BlockingQueue<String> farewell = new LinkedBlockingQueue<>();
        String reason = loss(connection -> {
            connection.accept(CONNACK_5);
            connection.send("36 05 00 01 61 00 01"); // PUBLISH with QoS 3
            farewell.add(connection.receive());
        });
        assertThat(reason).startsWith("sent what is not MQTT: ");
        assertThat(Await.next("DISCONNECT", farewell)).isEqualTo("e0 02 81 00");
    }

    @Test
    void shouldTellBrokersReasonWhenDisconnected() throws Exception {
        // DISCONNECT, server shutting down, reason string "bye\nnow".
        assertThat(loss(connection -> {
                    connection.accept(CONNACK_5);
                    connection.send("E0 0C 8B 0A 1F 00 07 62 79 65 0A 6E 6F 77");
                }))
                .isEqualTo("ended the connection: server shutting down (0x8b): bye now");
    }

    @ParameterizedTest
    @CsvSource({
        // Quota exceeded, reason string "full".
        "MQTT_5, 20 0A 00 97 07 1F 00 04 66 75 6C 6C, connection: quota exceeded (0x97): full",
        // Use another server, without saying which; and server reference "?".
        "MQTT_5, 20 03 00 9C 00, connection: use another server (0x9c)",
        "MQTT_5, 20 07 00 9C 04 1C 00 01 3F, 'connection: use another server (0x9c), use ?'",
        "MQTT_5, 20 03 00 86 00, login without a user name: bad user name or password (0x86)",
        "MQTT_3_1_1, 20 02 00 02, connection: client identifier not valid (0x85)",
        "MQTT_3_1_1, 20 02 00 04, login without a user name: bad user name or password (0x86)",
    })
    void shouldTellBrokersReasonWhenRefused(Protocol protocol, String connAck, String words) throws Exception {
        assertThat(loss(connection -> connection.accept(connAck), options -> options.protocol = protocol))
                .isEqualTo("refused the " + words);
    }

    @Test
    void shouldHangUpWhenSubscribeIsNeverAnswered() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.start(connection -> connection.accept(CONNACK_5))) {
            TestOptions options = TestOptions.plain(broker.port());
            options.connectTimeout = Duration.ofMillis(500);
            Recorder recorder = new Recorder();
            try (MqttClient client = new MqttClient(options.build(), recorder)) {
                client.subscribe("a/#", 1);
                client.start();
                assertThat(Await.next("the loss", recorder.away))
                        .endsWith("did not answer the SUBSCRIBE for a/# within 500 ms");
            }
        }
    }

    @Test
    void shouldTellListenerWhenSubscriptionIsRefused() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.start(connection -> {
            connection.accept(CONNACK_5);
            // SUBSCRIBE, packet id 1, no properties, "a", QoS 1.
            assertThat(connection.receive()).isEqualTo("82 07 00 01 00 00 01 61 01");
            connection.send("90 04 00 01 00 87"); // SUBACK: not authorized
        })) {
            Recorder recorder = new Recorder();
            try (MqttClient client =
                    new MqttClient(TestOptions.plain(broker.port()).build(), recorder)) {
                client.subscribe("a", 1);
                client.start();
                assertThat(Await.next("the refusal", recorder.refusedSubscriptions))
                        .isEqualTo("a not authorized (0x87)");
                assertThat(client.status().connected()).isTrue();
            }
        }
    }

    @Test
    void shouldGoOnWhenListenerThrows() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.start(connection -> {
            connection.accept(CONNACK_5);
            connection.send("32 07 00 01 61 00 09 00 78"); // PUBLISH QoS 1, "a", packet id 9, "x"
            assertThat(connection.receive()).isEqualTo("40 02 00 09"); // PUBACK
        })) {
            MqttListener careless = new MqttListener() {
                @Override
                public void onMessage(InboundMessage message) {
                    throw new IllegalStateException("careless");
                }
            };
            try (MqttClient client =
                    new MqttClient(TestOptions.plain(broker.port()).build(), careless)) {
                client.start();
                Await.until("the fault", () -> client.status().lastError().contains("careless"));
                assertThat(client.status().connected()).isTrue();
                assertThat(client.status().received()).isEqualTo(1);
            }
        }
    }
}
