package dev.vigil.mqtt;

import static dev.vigil.mqtt.ScriptedBroker.CONNACK_311;
import static dev.vigil.mqtt.ScriptedBroker.CONNACK_5;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.PublishProperties.UserProperty;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every packet that a broker sends, byte by byte, in its short and its long forms (MQTT 5 and MQTT 3.1.1, chapter 3). CONNACK
 * with an error is in {@link MisbehavingBrokerTest}, and what is no packet in {@link MalformedPacketTest}.
 */
@Execution(ExecutionMode.CONCURRENT)
class WireInTest {
    private static final MqttTopic TOPIC = MqttTopic.of("a/b");

    private final BlockingQueue<InboundMessage> came = new LinkedBlockingQueue<>();
    private final Recorder recorder = new Recorder() {
        @Override
        public void onMessage(InboundMessage message) {
            super.onMessage(message);
            came.add(message);
        }
    };
    private final BlockingQueue<String> packets = new LinkedBlockingQueue<>();

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    private MqttClient connect(ScriptedBroker broker, Protocol protocol) throws InterruptedException {
        TestOptions options = TestOptions.plain(broker.port()).protocol(protocol);
        options.retryMin = options.retryMax = Duration.ofMinutes(1);
        MqttClient client = new MqttClient(options.build(), recorder);
        client.start();
        Await.next("the connection", recorder.sessionsPresent);
        return client;
    }

    private ScriptedBroker broker(String... steps) throws Exception {
        return ScriptedBroker.start(ScriptedBroker.steps(packets, steps));
    }

    @Test
    void shouldTakeConnAckWithAllProperties() throws Exception {
        // Success; session expiry 60 s, assigned client id "id", keep-alive 60 s, response information "i",
        // server reference "b", reason string "ok", receive maximum 5, topic alias maximum 3, maximum QoS 1, retain
        // available,
        // user property a=b, maximum packet size 65536, wildcards, subscription identifiers, shared subscriptions
        // available.
        String connAck = "20 39 00 00 36" + " 11 00 00 00 3c" + " 12 00 02 69 64" + " 13 00 3c" + " 1a 00 01 69"
                + " 1c 00 01 62" + " 1f 00 02 6f 6b" + " 21 00 05" + " 22 00 03" + " 24 01" + " 25 01"
                + " 26 00 01 61 00 01 62" + " 27 00 01 00 00" + " 28 01" + " 29 01" + " 2a 01";
        try (ScriptedBroker broker = broker(connAck, ">");
                MqttClient client = connect(broker, Protocol.MQTT_5)) {
            client.publish(MqttTopic.of("topic1"), bytes("x"), 2, false, PublishCallback.NONE);
            // QoS 1 at most; alias 1.
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("32 0f 00 06 74 6f 70 69 63 31 00 01 03 23 00 01 78");
        }
    }

    @Test
    void shouldTakePublishWithAllProperties() throws Exception {
        // DUP, QoS 2, retained; "a/b"; packet id 9; payload is text, message expiry 60 s, content type "t",
        // response topic "r", correlation data, subscription identifier 7, user properties a=b, a=c; "x".
        String publish = "3d 2d" + " 00 03 61 2f 62" + " 00 09" + " 24" + " 01 01" + " 02 00 00 00 3c" + " 03 00 01 74"
                + " 08 00 01 72" + " 09 00 02 01 02" + " 0b 07" + " 26 00 01 61 00 01 62" + " 26 00 01 61 00 01 63"
                + " 78";
        try (ScriptedBroker broker = broker(CONNACK_5, publish, ">");
                MqttClient client = connect(broker, Protocol.MQTT_5)) {
            InboundMessage message = Await.next("the message", came);
            assertThat(recorder.messages.poll()).isEqualTo(new Recorder.Received("a/b", "x", 2, true));
            PublishProperties properties = message.properties();
            assertThat(properties.contentType()).isEqualTo("t");
            assertThat(properties.responseTopic()).isEqualTo("r");
            assertThat(properties.correlationData()).containsExactly(1, 2);
            assertThat(properties.messageExpiry()).isEqualTo(Duration.ofMinutes(1));
            assertThat(properties.userProperties())
                    .containsExactly(new UserProperty("a", "b"), new UserProperty("a", "c"));
            assertThat(Await.next("PUBREC", packets)).isEqualTo("50 02 00 09");
            assertThat(client.status().connected()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        // A response topic with a wildcard; an expiry of no time at all and one of 136 years; the content type twice.
        "30 09 00 01 61 04 08 00 01 2b 78, ",
        "30 0a 00 01 61 05 02 00 00 00 00 78, PT0S",
        "30 0a 00 01 61 05 02 ff ff ff ff 78, PT1193046H28M15S",
        "30 0d 00 01 61 08 03 00 01 74 03 00 01 75 78, ",
    })
    void shouldTakeMessageWhenPropertiesAreOdd(String publish, Duration expiry) throws Exception {
        try (ScriptedBroker broker = broker(CONNACK_5, publish);
                MqttClient client = connect(broker, Protocol.MQTT_5)) {
            PublishProperties properties = Await.next("the message", came).properties();
            assertThat(properties.responseTopic()).isNull();
            assertThat(properties.messageExpiry()).isEqualTo(expiry);
            assertThat(client.status().connected()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "30 04 00 01 61 78, a, x, 0, false",
        "31 03 00 01 61, a, '', 0, true",
        "32 06 00 01 61 00 07 78, a, x, 1, false",
        "3c 06 00 01 61 00 07 78, a, x, 2, false",
    })
    void shouldTakePublishWhenSpeaking311(String publish, String topic, String payload, int qos, boolean retain)
            throws Exception {
        try (ScriptedBroker broker = broker(CONNACK_311, publish);
                MqttClient client = connect(broker, Protocol.MQTT_3_1_1)) {
            assertThat(Await.next("the message", came).properties()).isSameAs(PublishProperties.NONE);
            assertThat(recorder.messages.poll()).isEqualTo(new Recorder.Received(topic, payload, qos, retain));
            assertThat(client.status().connected()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        // PUBACK: packet id; with a code, no matching subscribers; with no properties.
        "1, MQTT_5, 40 02 00 01, '', true",
        "1, MQTT_5, 40 03 00 01 10, '', true",
        "1, MQTT_5, 40 04 00 01 00 00, '', true",
        // Not authorized, reason string "no", user property a=b.
        "1, MQTT_5, 40 10 00 01 87 0c 1f 00 02 6e 6f 26 00 01 61 00 01 62, '', false",
        "1, MQTT_3_1_1, 40 02 00 01, '', true",
        // PUBREC and PUBCOMP in the same forms.
        "2, MQTT_5, 50 02 00 01, 70 02 00 01, true",
        "2, MQTT_5, 50 03 00 01 10, 70 03 00 01 00, true",
        "2, MQTT_5, 50 04 00 01 00 00, 70 04 00 01 92 00, true",
        "2, MQTT_5, 50 10 00 01 87 0c 1f 00 02 6e 6f 26 00 01 61 00 01 62, '', false",
        "2, MQTT_3_1_1, 50 02 00 01, 70 02 00 01, true",
    })
    void shouldTakeEveryFormOfAnswer(int qos, Protocol protocol, String first, String second, boolean good)
            throws Exception {
        String connAck = protocol == Protocol.MQTT_5 ? CONNACK_5 : CONNACK_311;
        String[] steps =
                second.isEmpty() ? new String[] {connAck, ">", first} : new String[] {connAck, ">", first, ">", second};
        try (ScriptedBroker broker = broker(steps);
                MqttClient client = connect(broker, protocol)) {
            client.publish(TOPIC, bytes("x"), qos, false, PublishCallback.NONE);
            Await.until("the end", () -> client.status().waiting() == 0);
            assertThat(client.status().acknowledged()).isEqualTo(good ? 1 : 0);
            assertThat(client.status().rejected()).isEqualTo(good ? 0 : 1);
            assertThat(client.status().lastError())
                    .isEqualTo(good ? "" : "the broker rejected a message to a/b: not authorized (0x87): no");
        }
    }

    @ParameterizedTest
    @CsvSource({"62 02 00 05, 70 02 00 05", "62 03 00 05 92, 70 02 00 05", "62 04 00 05 00 00, 70 02 00 05"})
    void shouldTakeEveryFormOfPubRel(String pubRel, String pubComp) throws Exception {
        try (ScriptedBroker broker = broker(CONNACK_5, "34 06 00 01 61 00 05 00", ">", pubRel, ">");
                MqttClient client = connect(broker, Protocol.MQTT_5)) {
            assertThat(Await.next("PUBREC", packets)).isEqualTo("50 02 00 05");
            assertThat(Await.next("PUBCOMP", packets)).isEqualTo(pubComp);
            assertThat(client.status().received()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // Granted QoS 1, less than was asked for; with reason string "yes" and a user property.
        "MQTT_5, 90 04 00 01 00 01, a 1, ",
        "MQTT_5, 90 11 00 01 0d 1f 00 03 79 65 73 26 00 01 61 00 01 62 01, a 1, ",
        "MQTT_3_1_1, 90 03 00 01 00, a 0, ",
        // Errors: topic filter invalid; MQTT 3.1.1 knows one.
        "MQTT_5, 90 04 00 01 00 8f, , a topic filter invalid (0x8f)",
        "MQTT_3_1_1, 90 03 00 01 80, , a unspecified error (0x80)",
    })
    void shouldTellWhatBecameOfSubscription(Protocol protocol, String subAck, String granted, String refused)
            throws Exception {
        try (ScriptedBroker broker = broker(protocol == Protocol.MQTT_5 ? CONNACK_5 : CONNACK_311, ">", subAck);
                MqttClient client = connect(broker, protocol)) {
            client.subscribe("a", 2);
            String told = granted != null
                    ? Await.next("the grant", recorder.subscribed)
                    : Await.next("the refusal", recorder.refusedSubscriptions);
            assertThat(told).isEqualTo(granted != null ? granted : refused);
            assertThat(client.status().connected()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        // Success; no subscription existed, with reason string "was"; not authorized.
        "MQTT_5, 90 04 00 01 00 00, b0 04 00 02 00 00, ''",
        "MQTT_5, 90 04 00 01 00 00, b0 0a 00 02 06 1f 00 03 77 61 73 11, ''",
        "MQTT_5, 90 04 00 01 00 00, b0 04 00 02 00 87, the broker refused to end the subscription to a: not authorized (0x87)",
        "MQTT_3_1_1, 90 03 00 01 00, b0 02 00 02, ''",
    })
    void shouldTakeEveryFormOfUnsubAck(Protocol protocol, String subAck, String unsubAck, String error)
            throws Exception {
        // PINGRESP, which nothing asked for, is harmless; the message tells that all before it was taken.
        boolean v5 = protocol == Protocol.MQTT_5;
        String mark = v5 ? "30 04 00 01 6d 00" : "30 03 00 01 6d";
        try (ScriptedBroker broker = broker(v5 ? CONNACK_5 : CONNACK_311, ">", subAck, ">", unsubAck, "d0 00", mark);
                MqttClient client = connect(broker, protocol)) {
            client.subscribe("a", 0);
            client.unsubscribe("a");
            Await.next("the mark", came);
            assertThat(client.status().lastError()).isEqualTo(error);
            assertThat(client.status().connected()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        // DISCONNECT: nothing; a code; no properties; server moved, with "go", server reference "b", user property a=b.
        "e0 00, normal disconnection (0x00)",
        "e0 01 8b, server shutting down (0x8b)",
        "e0 02 89 00, server busy (0x89)",
        "e0 12 9d 10 1f 00 02 67 6f 1c 00 01 62 26 00 01 61 00 01 62, 'server moved (0x9d): go, use b'",
    })
    void shouldTellWhyBrokerLeft(String disconnect, String words) throws Exception {
        try (ScriptedBroker broker = broker(CONNACK_5, disconnect);
                MqttClient client = connect(broker, Protocol.MQTT_5)) {
            assertThat(Await.next("the loss", recorder.away)).endsWith(" ended the connection: " + words);
            assertThat(client.status().connected()).isFalse();
        }
    }
}
