package dev.vigil.mqtt;

import static dev.vigil.mqtt.ScriptedBroker.CONNACK_5;
import static dev.vigil.mqtt.ScriptedBroker.CONNACK_5_RESUMED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.ScriptedBroker.Script;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** QoS 2 both ways, step by step: PUBLISH, PUBREC, PUBREL, PUBCOMP (MQTT 5, section 4.3.3). */
@Execution(ExecutionMode.CONCURRENT)
class QosTwoTest {
    private static final MqttTopic TOPIC = MqttTopic.of("a/b");

    private final Recorder recorder = new Recorder();
    private final BlockingQueue<String> packets = new LinkedBlockingQueue<>();

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    private MqttClient connect(ScriptedBroker broker, Protocol protocol) throws InterruptedException {
        TestOptions options = TestOptions.plain(broker.port()).protocol(protocol);
        options.clientId = "c";
        MqttClient client = new MqttClient(options.build(), recorder);
        client.start();
        Await.next("the connection", recorder.sessionsPresent);
        return client;
    }

    private MqttClient connect(ScriptedBroker broker) throws InterruptedException {
        return connect(broker, Protocol.MQTT_5);
    }

    private Script play(String... steps) {
        return ScriptedBroker.steps(packets, steps);
    }

    private void expect(String... hex) throws InterruptedException {
        for (String packet : hex) {
            assertThat(Await.next("a packet", packets)).isEqualTo(packet);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "MQTT_5, 20 03 00 00 00, 34 09 00 03 61 2f 62 00 01 00 78",
        "MQTT_3_1_1, 20 02 00 00, 34 08 00 03 61 2f 62 00 01 78",
    })
    void shouldEndMessageWhenPubCompComes(Protocol protocol, String connAck, String publish) throws Exception {
        Fate fate = new Fate();
        ByteBuf payload = bytes("x");
        try (ScriptedBroker broker = ScriptedBroker.start(
                        play(connAck, ">", "50 02 00 01", ">", "50 02 00 01", ">", "70 02 00 01"));
                MqttClient client = connect(broker, protocol)) {
            client.publish(TOPIC, payload, 2, false, fate);
            // PUBREL; once more as PUBREC came once more.
            expect(publish, "62 02 00 01", "62 02 00 01");
            Await.until("PUBCOMP", () -> client.status().waiting() == 0);
            assertThat(client.status().acknowledged()).isEqualTo(1);
            assertThat(client.status().rejected()).isZero();
            assertThat(fate.told).containsExactly(Fate.SENT);
            assertThat(payload.refCnt()).isZero();
        }
    }

    @Test
    void shouldResendWhatIsOpenWhenSessionIsPresent() throws Exception {
        // PUBREC for the second and the first: PUBREL is repeated in that order.
        Script loses = play(CONNACK_5, ">", ">", ">", "50 02 00 02", "50 02 00 01", ">", ">", "cut");
        Script resumes =
                play(CONNACK_5_RESUMED, ">", ">", ">", "70 02 00 02", "70 02 00 01", "50 02 00 03", ">", "70 02 00 03");
        try (ScriptedBroker broker = ScriptedBroker.start(loses, resumes);
                MqttClient client = connect(broker)) {
            for (String text : new String[] {"1", "2", "3"}) {
                client.publish(TOPIC, bytes(text), 2, false, PublishCallback.NONE);
            }
            expect("34 09 00 03 61 2f 62 00 01 00 31");
            expect("34 09 00 03 61 2f 62 00 02 00 32");
            expect("34 09 00 03 61 2f 62 00 03 00 33");
            expect("62 02 00 02", "62 02 00 01");
            // After the reconnect: what was received is released, the rest is published again with DUP.
            expect("62 02 00 02", "62 02 00 01", "3c 09 00 03 61 2f 62 00 03 00 33");
            expect("62 02 00 03");
            Await.until("all done", () -> client.status().waiting() == 0);
            assertThat(client.status().acknowledged()).isEqualTo(3);
            assertThat(client.status().sent()).isEqualTo(3);
            assertThat(client.status().resent()).isEqualTo(1);
        }
    }

    @Test
    void shouldSendAsNewOnlyWhatHasNoPubRecWhenSessionIsGone() throws Exception {
        Script loses = play(CONNACK_5, ">", ">", "50 02 00 01", ">", "cut");
        try (ScriptedBroker broker = ScriptedBroker.start(loses, play(CONNACK_5, ">"));
                MqttClient client = connect(broker)) {
            client.publish(TOPIC, bytes("1"), 2, false, PublishCallback.NONE);
            client.publish(TOPIC, bytes("2"), 2, false, PublishCallback.NONE);
            expect("34 09 00 03 61 2f 62 00 01 00 31", "34 09 00 03 61 2f 62 00 02 00 32", "62 02 00 01");
            // Under a new id, without DUP.
            expect("34 09 00 03 61 2f 62 00 03 00 32");
            assertThat(client.status().acknowledged()).isEqualTo(1);
            assertThat(client.status().waiting()).isEqualTo(1);
        }
    }

    @Test
    void shouldRejectWhenPubRecHasAnError() throws Exception {
        // PUBREC: quota exceeded, "full". There is no PUBREL to it; the id is free for the next.
        try (ScriptedBroker broker =
                        ScriptedBroker.start(play(CONNACK_5, ">", "50 0b 00 01 97 07 1f 00 04 66 75 6c 6c", ">"));
                MqttClient client = connect(broker)) {
            client.publish(TOPIC, bytes("x"), 2, false, PublishCallback.NONE);
            Await.until("the rejection", () -> client.status().waiting() == 0);
            assertThat(client.status().rejected()).isEqualTo(1);
            assertThat(client.status().lastError())
                    .isEqualTo("the broker rejected a message to a/b: quota exceeded (0x97): full");
            assertThat(client.status().waiting()).isZero();
            client.publish(TOPIC, bytes("y"), 0, false, PublishCallback.NONE);
            expect("34 09 00 03 61 2f 62 00 01 00 78", "30 07 00 03 61 2f 62 00 79");
        }
    }

    @ParameterizedTest
    @CsvSource({
        // Packet Identifier not found: PUBREL to PUBREC, PUBCOMP to PUBREL.
        "MQTT_5, 20 03 00 00 00, 62 03 00 07 92, 70 03 00 08 92",
        "MQTT_3_1_1, 20 02 00 00, 62 02 00 07, 70 02 00 08",
    })
    void shouldSayThatIdIsNotKnownWhenItIsNot(Protocol protocol, String connAck, String pubRel, String pubComp)
            throws Exception {
        try (ScriptedBroker broker =
                        ScriptedBroker.start(play(connAck, "50 02 00 07", ">", "62 02 00 08", ">", "70 02 00 09"));
                MqttClient client = connect(broker, protocol)) {
            expect(pubRel, pubComp);
            assertThat(client.status().connected()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2, 40 02 00 01, PUBACK",
        "1, 50 02 00 01, PUBREC",
        "1, 70 02 00 01, PUBCOMP",
        "2, 70 02 00 01, PUBCOMP", // before PUBREC
    })
    void shouldHangUpWhenAnswerIsOfAnotherKind(int qos, String answer, String name) throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.start(play(CONNACK_5, ">", answer, ">"));
                MqttClient client = connect(broker)) {
            client.publish(TOPIC, bytes("x"), qos, false, PublishCallback.NONE);
            assertThat(Await.next("the loss", recorder.away))
                    .endsWith(" sent " + name + " for packet id 1, which awaits another answer");
            assertThat(Await.next("PUBLISH", packets)).startsWith("3");
            expect("e0 02 82 00"); // DISCONNECT, protocol error
        }
    }

    @Test
    void shouldCountBothQualitiesUntilTheirEndWhenReceiveMaximumIsReached() throws Exception {
        // Receive Maximum 2. PUBREC alone makes no room.
        Script script =
                play("20 06 00 00 03 21 00 02", ">", ">", "50 02 00 01", ">", "40 02 00 02", ">", "70 02 00 01", ">");
        try (ScriptedBroker broker = ScriptedBroker.start(script);
                MqttClient client = connect(broker)) {
            client.publish(TOPIC, bytes("1"), 2, false, PublishCallback.NONE);
            client.publish(TOPIC, bytes("2"), 1, false, PublishCallback.NONE);
            client.publish(TOPIC, bytes("3"), 2, false, PublishCallback.NONE);
            client.publish(TOPIC, bytes("4"), 1, false, PublishCallback.NONE);
            expect("34 09 00 03 61 2f 62 00 01 00 31", "32 09 00 03 61 2f 62 00 02 00 32", "62 02 00 01");
            expect("34 09 00 03 61 2f 62 00 03 00 33", "32 09 00 03 61 2f 62 00 04 00 34");
        }
    }

    @Test
    void shouldEndWhatAnEarlierProcessLeftUnderAnIdWhenSessionIsInherited() throws Exception {
        // MQTT 3.1.1, session present at once: PUBREL before the first PUBLISH of QoS 2 under the id, and not again.
        String[] steps = {"20 02 01 00", ">", ">", "70 02 00 01", "50 02 00 01", ">", "70 02 00 01", ">", "40 02 00 02"
        };
        try (ScriptedBroker broker = ScriptedBroker.start(play(steps));
                MqttClient client = connect(broker, Protocol.MQTT_3_1_1)) {
            client.publish(TOPIC, bytes("x"), 2, false, PublishCallback.NONE);
            expect("62 02 00 01", "34 08 00 03 61 2f 62 00 01 78", "62 02 00 01");
            Await.until("PUBCOMP", () -> client.status().waiting() == 0);
            assertThat(client.status().acknowledged()).isEqualTo(1);
            client.publish(TOPIC, bytes("y"), 1, false, PublishCallback.NONE);
            expect("32 08 00 03 61 2f 62 00 02 79");
            Await.until("PUBACK", () -> client.status().waiting() == 0);
        }
    }

    @Test
    void shouldGiveMessageOnceUntilItIsReleasedWhenItComesAgain() throws Exception {
        String publish = "34 09 00 03 61 2f 62 00 05 00 78";
        String again = publish.replaceFirst("34", "3c");
        Script loses = play(CONNACK_5, publish, ">", again, ">", "cut");
        // The set of ids outlives the connection: once more, then released, then a new message under the same id.
        Script resumes = play(CONNACK_5_RESUMED, again, ">", "62 02 00 05", ">", publish, ">", "cut");
        // With a new session, nothing is known of the last one.
        Script forgets = play(CONNACK_5, publish, ">");
        try (ScriptedBroker broker = ScriptedBroker.start(loses, resumes, forgets);
                MqttClient client = connect(broker)) {
            expect("50 02 00 05", "50 02 00 05", "50 02 00 05", "70 02 00 05", "50 02 00 05", "50 02 00 05");
            assertThat(client.status().received()).isEqualTo(3);
            assertThat(recorder.messages).hasSize(3).allMatch(message -> message.qos() == 2);
        }
    }

    @Test
    void shouldHangUpWhenBrokerExceedsReceiveMaximum() throws Exception {
        Script floods = connection -> {
            connection.accept(CONNACK_5);
            for (int id = 1; id <= Receipts.RECEIVE_MAX + 1; id++) {
                connection.send(String.format("34 06 00 01 61 %04x 00", id));
            }
            String packet = connection.receive();
            while (packet.startsWith("50 ")) {
                packet = connection.receive();
            }
            packets.add(packet);
        };
        try (ScriptedBroker broker = ScriptedBroker.start(floods);
                MqttClient client = connect(broker)) {
            expect("e0 02 93 00"); // DISCONNECT, receive maximum exceeded
            assertThat(Await.next("the loss", recorder.away)).endsWith(" has more than 1000 messages of QoS 2 open");
            assertThat(client.status().received()).isEqualTo(Receipts.RECEIVE_MAX);
        }
    }

    @Test
    void shouldGiveUpWhenBrokerHangsUpOnReleasingAgainAndAgain() throws Exception {
        Script[] scripts = new Script[7];
        Arrays.fill(scripts, play(CONNACK_5_RESUMED, ">", "cut"));
        scripts[0] = play(CONNACK_5, ">", "50 02 00 01", ">", "cut");
        scripts[6] = play(CONNACK_5_RESUMED, ">", "50 02 00 02", ">", "70 02 00 02");
        try (ScriptedBroker broker = ScriptedBroker.start(scripts)) {
            TestOptions options = TestOptions.plain(broker.port());
            options.retryMin = options.retryMax = Duration.ofMillis(5);
            try (MqttClient client = new MqttClient(options.build(), recorder)) {
                client.start();
                Await.next("the connection", recorder.sessionsPresent);
                client.publish(TOPIC, bytes("1"), 2, false, PublishCallback.NONE);
                expect("34 09 00 03 61 2f 62 00 01 00 31");
                client.publish(TOPIC, bytes("2"), 2, false, PublishCallback.NONE);
                Await.until("all done", () -> client.status().waiting() == 0);
                assertThat(client.status().rejected()).isEqualTo(1);
                assertThat(client.status().acknowledged()).isEqualTo(1);
            }
        }
    }
}
