package dev.vigil.mqtt;

import static dev.vigil.mqtt.ScriptedBroker.CONNACK_311;
import static dev.vigil.mqtt.ScriptedBroker.CONNACK_5;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.Secret;
import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.MqttOptions.Will;
import dev.vigil.mqtt.SubscribeOptions.Retained;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Every packet that the client sends, byte by byte (MQTT 5 and MQTT 3.1.1, chapter 3). PINGREQ and the DISCONNECT of MQTT 5 are
 * in {@link WireTest}, those of QoS 2 in turn in {@link QosTwoTest}, aliases in {@link TopicAliasTest}.
 */
@Execution(ExecutionMode.CONCURRENT)
class WireOutTest {
    private static final MqttTopic TOPIC = MqttTopic.of("a/b");

    private final Recorder recorder = new Recorder();
    private final BlockingQueue<String> packets = new LinkedBlockingQueue<>();

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    /** Plays the broker's steps to a client that does something; the packets that it sent are kept. */
    private void dialogue(Protocol protocol, Consumer<MqttClient> act, String... steps) throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.start(ScriptedBroker.steps(packets, steps))) {
            TestOptions options = TestOptions.plain(broker.port()).protocol(protocol);
            try (MqttClient client = new MqttClient(options.build(), recorder)) {
                client.start();
                Await.next("the connection", recorder.sessionsPresent);
                act.accept(client);
                long expected = Arrays.stream(steps).filter(">"::equals).count();
                Await.until(expected + " packets", () -> packets.size() == expected);
            }
        }
    }

    private String connect(TestOptions.Change change) throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.start(connection -> packets.add(connection.receive()))) {
            TestOptions options = TestOptions.plain(broker.port());
            options.clientId = "c";
            change.apply(options);
            try (MqttClient client = new MqttClient(options.build(), recorder)) {
                client.start();
                return Await.next("CONNECT", packets);
            }
        }
    }

    @Test
    void shouldSayWhatIsThereInConnect() throws Exception {
        // "MQTT", level 4; clean session; keep-alive 30 s; client id.
        assertThat(connect(options -> {
                    options.protocol = Protocol.MQTT_3_1_1;
                    options.sessionExpiry = Duration.ZERO;
                }))
                .isEqualTo("10 0d" + " 00 04 4d 51 54 54 04" + " 02" + " 00 1e" + " 00 01 63");
        // Level 5; user, password, retained will of QoS 2, clean start; keep-alive;
        // session expiry 300 s, receive maximum 1000, maximum packet size 1 MiB;
        // client id; no will properties; will topic, will payload, user, password.
        assertThat(connect(options -> {
                    options.username = "u";
                    options.password = new Secret("p");
                    options.will = new Will("w", "off", 2, true);
                }))
                .isEqualTo("10 2a" + " 00 04 4d 51 54 54 05" + " f6" + " 00 1e"
                        + " 0d 11 00 00 01 2c 21 03 e8 27 00 10 00 00"
                        + " 00 01 63" + " 00" + " 00 01 77 00 03 6f 66 66 00 01 75 00 01 70");
    }

    private static void publishWithAll(MqttClient client) {
        PublishProperties all = PublishProperties.builder()
                .contentType("t")
                .responseTopic("r")
                .correlationData(new byte[] {1, 2})
                .userProperty("a", "b")
                .messageExpiry(Duration.ofMinutes(1))
                .build();
        client.publish(TOPIC, bytes("x"), 1, true, all, PublishCallback.NONE);
        client.publish(TOPIC, bytes("y"), 2, false, PublishCallback.NONE);
        client.publish(TOPIC, bytes("z"), 0, false, PublishCallback.NONE);
    }

    @Test
    void shouldWriteProperties() throws Exception {
        dialogue(Protocol.MQTT_5, WireOutTest::publishWithAll, CONNACK_5, ">", ">", ">");
        // PUBLISH, QoS 1, retained; topic; packet id; 25 bytes of properties: content type, response topic, correlation
        // data,
        // user property, message expiry 60 s; payload.
        assertThat(packets.poll())
                .isEqualTo("33 22" + " 00 03 61 2f 62" + " 00 01" + " 19" + " 03 00 01 74" + " 08 00 01 72"
                        + " 09 00 02 01 02" + " 26 00 01 61 00 01 62" + " 02 00 00 00 3c" + " 78");
        assertThat(packets.poll()).isEqualTo("34 09 00 03 61 2f 62 00 02 00 79");
        assertThat(packets.poll()).isEqualTo("30 07 00 03 61 2f 62 00 7a");
    }

    @Test
    void shouldLeavePropertiesOutWhenSpeaking311() throws Exception {
        dialogue(Protocol.MQTT_3_1_1, WireOutTest::publishWithAll, CONNACK_311, ">", ">", ">");
        assertThat(packets.poll()).isEqualTo("33 08 00 03 61 2f 62 00 01 78");
        assertThat(packets.poll()).isEqualTo("34 08 00 03 61 2f 62 00 02 79");
        assertThat(packets.poll()).isEqualTo("30 06 00 03 61 2f 62 7a");
    }

    @Test
    void shouldAnswerMessages() throws Exception {
        // PUBLISH of QoS 0, which has no answer, 1 and 2; PUBREL.
        dialogue(
                Protocol.MQTT_5,
                client -> {},
                CONNACK_5,
                "30 04 00 01 61 00",
                "32 06 00 01 61 00 07 00",
                ">",
                "34 06 00 01 61 00 08 00",
                ">",
                "62 02 00 08",
                ">");
        assertThat(packets).containsExactly("40 02 00 07", "50 02 00 08", "70 02 00 08");
        packets.clear();
        dialogue(
                Protocol.MQTT_3_1_1,
                client -> {},
                CONNACK_311,
                "30 03 00 01 61",
                "32 05 00 01 61 00 07",
                ">",
                "34 05 00 01 61 00 08",
                ">",
                "62 02 00 08",
                ">");
        assertThat(packets).containsExactly("40 02 00 07", "50 02 00 08", "70 02 00 08");
    }

    private static void subscribe(MqttClient client) {
        client.subscribe("a", new SubscribeOptions(2, true, true, Retained.SKIP));
        client.subscribe("+/#", 1);
        client.unsubscribe("a");
    }

    @Test
    void shouldAskForFilters() throws Exception {
        dialogue(
                Protocol.MQTT_5,
                WireOutTest::subscribe,
                CONNACK_5,
                ">",
                ">",
                ">",
                "90 04 00 01 00 02",
                "90 04 00 02 00 01");
        // SUBSCRIBE; packet id; no properties; filter; QoS 2, no local, retain as published, no retained messages.
        assertThat(packets.poll()).isEqualTo("82 07 00 01 00 00 01 61 2e");
        assertThat(packets.poll()).isEqualTo("82 09 00 02 00 00 03 2b 2f 23 01");
        // UNSUBSCRIBE; packet id; no properties; filter.
        assertThat(packets.poll()).isEqualTo("a2 06 00 03 00 00 01 61");
    }

    @Test
    void shouldAskForFiltersWhenSpeaking311() throws Exception {
        dialogue(
                Protocol.MQTT_3_1_1,
                WireOutTest::subscribe,
                CONNACK_311,
                ">",
                ">",
                ">",
                "90 03 00 01 02",
                "90 03 00 02 01");
        // The options' other bits are reserved.
        assertThat(packets.poll()).isEqualTo("82 06 00 01 00 01 61 02");
        assertThat(packets.poll()).isEqualTo("82 08 00 02 00 03 2b 2f 23 01");
        assertThat(packets.poll()).isEqualTo("a2 05 00 03 00 01 61");
    }

    @Test
    void shouldSayFarewellWhenSpeaking311() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.start(ScriptedBroker.steps(packets, CONNACK_311, ">"))) {
            TestOptions options = TestOptions.plain(broker.port()).protocol(Protocol.MQTT_3_1_1);
            MqttClient client = new MqttClient(options.build(), recorder);
            client.start();
            Await.next("the connection", recorder.sessionsPresent);
            client.close();
            assertThat(Await.next("DISCONNECT", packets)).isEqualTo("e0 00");
        }
    }
}
