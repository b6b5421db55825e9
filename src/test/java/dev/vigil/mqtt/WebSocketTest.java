package dev.vigil.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.mqtt.ScriptedBroker.Connection;
import dev.vigil.mqtt.ScriptedBroker.Script;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames and answers byte by byte, as good and bad servers send them (RFC 6455). */
class WebSocketTest {
    /** What RFC 6455, section 1.3, has a server append to the client's key. */
    private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    /** FIN and binary, 5 bytes: CONNACK of MQTT 5. */
    private static final String CONNACK_FRAME = "82 05 20 03 00 00 00";

    private final Recorder recorder = new Recorder();
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    private static TestOptions options(ScriptedBroker broker) {
        TestOptions options = TestOptions.of("ws://127.0.0.1:" + broker.port() + "/mqtt");
        options.retryMin = options.retryMax = Duration.ofMinutes(1);
        return options;
    }

    /** Takes the request and consents. */
    private String open(Connection connection, String protocolHeader) throws Exception {
        String request = connection.receiveHttp();
        String key = request.replaceFirst("(?is).*sec-websocket-key: *([^\r]*)\r.*", "$1");
        byte[] digest =
                MessageDigest.getInstance("SHA-1").digest((key + KEY_SUFFIX).getBytes(StandardCharsets.US_ASCII));
        connection.send(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(digest) + "\r\n"
                        + protocolHeader
                        + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        return request;
    }

    private void accept(Connection connection) throws Exception {
        open(connection, "Sec-WebSocket-Protocol: mqtt\r\n");
        seen.add(connection.receiveFrame());
        connection.send(CONNACK_FRAME);
    }

    private String loss(Script script) throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.start(script);
                MqttClient client = new MqttClient(options(broker).build(), recorder)) {
            client.start();
            String reason = Await.next("the loss", recorder.away);
            assertThat(client.status().state()).isEqualTo(MqttStatus.State.AWAY);
            return reason.substring(reason.indexOf(' ') + 1);
        }
    }

    @Test
    void shouldAskForMqttAndSendBinaryFramesWhenConnecting() throws Exception {
        Script script = connection -> {
            String request = open(connection, "Sec-WebSocket-Protocol: mqtt\r\n");
            seen.add(request);
            seen.add(connection.receiveFrame());
            connection.send(CONNACK_FRAME);
            seen.add(connection.receiveFrame());
        };
        try (ScriptedBroker broker = ScriptedBroker.start(script);
                MqttClient client = new MqttClient(options(broker).build(), recorder)) {
            client.start();
            String request = Await.next("the request", seen);
            assertThat(request).startsWith("GET /mqtt HTTP/1.1\r\n");
            assertThat(request.toLowerCase(Locale.ROOT))
                    .contains("\r\nsec-websocket-protocol: mqtt\r\n")
                    .contains("\r\nsec-websocket-version: 13\r\n")
                    .contains("\r\nhost: 127.0.0.1:" + broker.port() + "\r\n");
            assertThat(Await.next("CONNECT", seen)).startsWith("82 10 ").contains(" 00 04 4d 51 54 54 05 02 ");
            Await.next("the connection", recorder.sessionsPresent);
            client.publish(
                    MqttTopic.of("a"),
                    Unpooled.copiedBuffer("x", StandardCharsets.UTF_8),
                    0,
                    false,
                    PublishCallback.NONE);
            assertThat(Await.next("the message", seen)).isEqualTo("82 30 05 00 01 61 00 78");
        }
    }

    @Test
    void shouldReadPacketsWhenFramesSplitAndJoinThem() throws Exception {
        Script script = connection -> {
            open(connection, "Sec-WebSocket-Protocol: mqtt\r\n");
            connection.receiveFrame();
            // CONNACK byte by byte: binary without FIN, a ping in between, continuations, the last with FIN.
            connection.send("02 01 20");
            connection.send("00 01 03");
            connection.send("89 02 68 69"); // ping "hi"
            seen.add(connection.receiveFrame());
            connection.send("00 02 00 00");
            connection.send("80 01 00");
            connection.send("8A 00"); // a pong that nobody asked for
            // Two PUBLISH of QoS 0 to "a" in one frame, the second one's last byte in the next.
            connection.send("82 0D 30 05 00 01 61 00 31 30 05 00 01 61 00");
            connection.send("82 01 32");
        };
        try (ScriptedBroker broker = ScriptedBroker.start(script);
                MqttClient client = new MqttClient(options(broker).build(), recorder)) {
            client.start();
            assertThat(Await.next("the pong", seen)).isEqualTo("8a 68 69");
            Await.next("the connection", recorder.sessionsPresent);
            assertThat(Await.next("a message", recorder.messages).payload()).isEqualTo("1");
            assertThat(Await.next("a message", recorder.messages).payload()).isEqualTo("2");
            assertThat(client.status().connected()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "404 Not Found | answered the WebSocket request with HTTP 404 Not Found (is the address's path right?)",
                "401 Unauthorized | answered the WebSocket request with HTTP 401 Unauthorized",
                "200 OK | answered the WebSocket request with HTTP 200 OK",
                "302 Found | answered the WebSocket request with HTTP 302 Found",
            })
    void shouldTellStatusWhenUpgradeIsRefused(String status, String words) throws Exception {
        // More than is taken along with a consent.
        String body = "x".repeat(100_000);
        assertThat(loss(connection -> {
                    connection.receiveHttp();
                    connection.send(("HTTP/1.1 " + status + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII));
                }))
                .isEqualTo(words);
    }

    @Test
    void shouldSayWhatIsMissingWhenSubprotocolIsNotMqtt() throws Exception {
        String words = "took the WebSocket, but without the subprotocol mqtt (is there a broker behind?)";
        assertThat(loss(connection -> open(connection, ""))).isEqualTo(words);
        assertThat(loss(connection -> open(connection, "Sec-WebSocket-Protocol: chat\r\n")))
                .isEqualTo(words);
    }

    @Test
    void shouldSayItIsNoHttpWhenAnotherServerAnswers() throws Exception {
        assertThat(loss(connection -> {
                    connection.receiveHttp();
                    connection.send("20 02 00 01 0D 0A 0D 0A");
                }))
                .isEqualTo("answered the WebSocket request with what is not HTTP");
        assertThat(loss(connection -> {
                    connection.receiveHttp();
                    connection.close();
                }))
                .isEqualTo("closed the connection before its answer to the WebSocket request");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "81 02 68 69 | sent a WebSocket text frame, where MQTT knows binary ones only",
                "88 02 03 E9 | closed the WebSocket with 1001",
                "88 05 03 E9 62 79 65 | closed the WebSocket with 1001: bye",
                "88 00 | closed the WebSocket without a reason",
                // 2 MiB and a byte.
                "82 7F 00 00 00 00 00 20 00 01 | broke the WebSocket protocol: Max frame length of 2097152 has been exceeded.",
                "80 01 00 | broke the WebSocket protocol: received continuation data frame outside fragmented message",
                "F2 01 00 | broke the WebSocket protocol: RSV != 0 and no extension negotiated, RSV:7",
                // PUBLISH with QoS 3.
                "82 05 36 03 00 01 61 | sent what is not MQTT: ",
            })
    void shouldTellWhyWhenFramesAreBad(String frame, String words) throws Exception {
        assertThat(loss(connection -> {
                    accept(connection);
                    connection.send(frame);
                }))
                .startsWith(words.strip());
    }

    @Test
    void shouldTellWhatItWaitsForWhenServerIsSilent() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.start(connection -> seen.add(connection.receiveHttp()))) {
            TestOptions options = options(broker);
            options.connectTimeout = Duration.ofMillis(500);
            try (MqttClient client = new MqttClient(options.build(), recorder)) {
                client.start();
                assertThat(Await.next("the loss", recorder.away))
                        .endsWith(
                                "gave no connection within 500 ms, still waiting for its answer to the WebSocket request");
            }
        }
    }
}
