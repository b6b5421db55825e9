package dev.vigil.mqtt;

import static dev.vigil.mqtt.ScriptedBroker.CONNACK_5;
import static dev.vigil.mqtt.ScriptedBroker.CONNACK_5_RESUMED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.Secret;
import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.MqttOptions.Will;
import dev.vigil.mqtt.ScriptedBroker.Script;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Packets as they stand on the wire, and limits that a broker sets. */
@Execution(ExecutionMode.CONCURRENT)
class WireTest {
    private static final MqttTopic TOPIC = MqttTopic.of("a/b");

    private final Recorder recorder = new Recorder();
    private final BlockingQueue<String> packets = new LinkedBlockingQueue<>();

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    private MqttClient connect(ScriptedBroker broker) throws InterruptedException {
        MqttClient client = new MqttClient(TestOptions.plain(broker.port()).build(), recorder);
        client.start();
        Await.next("the connection", recorder.sessionsPresent);
        return client;
    }

    private Script record(String connAck, int count) {
        return connection -> {
            connection.accept(connAck);
            for (int i = 0; i < count; i++) {
                packets.add(connection.receive());
            }
        };
    }

    @Test
    void shouldSayAllInConnectWhenSpeaking311() throws Exception {
        Script script = connection -> packets.add(connection.receive());
        try (ScriptedBroker broker = ScriptedBroker.start(script)) {
            TestOptions options = TestOptions.plain(broker.port()).protocol(Protocol.MQTT_3_1_1);
            options.clientId = "c";
            options.username = "u";
            options.password = new Secret("p");
            options.will = new Will("w", "off", 1, true);
            try (MqttClient client = new MqttClient(options.build(), recorder)) {
                client.start();
                // CONNECT, "MQTT", level 4; user, password, retained will of QoS 1, session kept; keep-alive 30 s;
                // client id, will topic, will payload, user, password.
                assertThat(Await.next("CONNECT", packets))
                        .isEqualTo("10 1b 00 04 4d 51 54 54 04 ec 00 1e"
                                + " 00 01 63 00 01 77 00 03 6f 66 66 00 01 75 00 01 70");
            }
        }
    }

    @Test
    void shouldAskForCleanStartOnlyAtFirstWhenSpeaking5() throws Exception {
        Script first = connection -> {
            packets.add(connection.receive());
            connection.send(CONNACK_5);
            connection.close();
        };
        Script second = connection -> packets.add(connection.receive());
        try (ScriptedBroker broker = ScriptedBroker.start(first, second)) {
            TestOptions options = TestOptions.plain(broker.port());
            options.clientId = "c";
            try (MqttClient client = new MqttClient(options.build(), recorder)) {
                client.start();
                // Level 5, clean start, keep-alive 30 s; session expiry 300 s, receive maximum 1000, maximum packet
                // size 1 MiB; client id.
                String rest = " 00 1e 0d 11 00 00 01 2c 21 03 e8 27 00 10 00 00 00 01 63";
                assertThat(Await.next("CONNECT", packets)).isEqualTo("10 1b 00 04 4d 51 54 54 05 02" + rest);
                assertThat(Await.next("CONNECT", packets)).isEqualTo("10 1b 00 04 4d 51 54 54 05 00" + rest);
            }
        }
    }

    @Test
    void shouldWriteFlagsAndIdsWhenPublishing() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.start(record(CONNACK_5, 3));
                MqttClient client = connect(broker)) {
            client.publish(TOPIC, bytes("x"), 0, false, PublishCallback.NONE);
            client.publish(TOPIC, bytes("y"), 1, true, PublishCallback.NONE);
            client.publish(TOPIC, bytes(""), 0, true, PublishCallback.NONE);
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("30 07 00 03 61 2f 62 00 78");
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("33 09 00 03 61 2f 62 00 01 00 79");
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("31 06 00 03 61 2f 62 00");
        }
    }

    @Test
    void shouldResendWithDupWhenSessionIsPresent() throws Exception {
        resend(CONNACK_5_RESUMED, "3a 09 00 03 61 2f 62 00 01 00 78", "3a 09 00 03 61 2f 62 00 02 00 79");
    }

    @Test
    void shouldResendAsNewWhenSessionIsGone() throws Exception {
        resend(CONNACK_5, "32 09 00 03 61 2f 62 00 03 00 78", "32 09 00 03 61 2f 62 00 04 00 79");
    }

    private void resend(String secondConnAck, String first, String second) throws Exception {
        Script loses = connection -> {
            connection.accept(CONNACK_5);
            packets.add(connection.receive());
            packets.add(connection.receive());
            connection.close();
        };
        Fate fate = new Fate();
        try (ScriptedBroker broker = ScriptedBroker.start(loses, record(secondConnAck, 2));
                MqttClient client = connect(broker)) {
            client.publish(TOPIC, bytes("x"), 1, false, fate);
            client.publish(TOPIC, bytes("y"), 1, false, fate);
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("32 09 00 03 61 2f 62 00 01 00 78");
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("32 09 00 03 61 2f 62 00 02 00 79");
            assertThat(Await.next("PUBLISH", packets)).isEqualTo(first);
            assertThat(Await.next("PUBLISH", packets)).isEqualTo(second);
            assertThat(fate.told).containsExactly(Fate.SENT, Fate.SENT);
            Await.until("the resends to be counted", () -> client.status().resent() == 2);
            assertThat(client.status().waiting()).isEqualTo(2);
        }
    }

    @Test
    void shouldHoldBackWhenReceiveMaximumIsReached() throws Exception {
        // Receive Maximum 2.
        try (ScriptedBroker broker = ScriptedBroker.start(connection -> {
                    connection.accept("20 06 00 00 03 21 00 02");
                    for (int i = 0; i < 3; i++) {
                        packets.add(connection.receive());
                    }
                    connection.send("40 02 00 02"); // PUBACK of the second
                    packets.add(connection.receive());
                });
                MqttClient client = connect(broker)) {
            for (String text : new String[] {"1", "2", "3"}) {
                client.publish(TOPIC, bytes(text), 1, false, PublishCallback.NONE);
            }
            client.publish(TOPIC, bytes("0"), 0, false, PublishCallback.NONE);
            assertThat(Await.next("PUBLISH", packets)).endsWith("00 01 00 31");
            assertThat(Await.next("PUBLISH", packets)).endsWith("00 02 00 32");
            // QoS 0 has no window; the third message comes after the PUBACK.
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("30 07 00 03 61 2f 62 00 30");
            assertThat(Await.next("PUBLISH", packets)).endsWith("00 03 00 33");
            assertThat(client.status().acknowledged()).isEqualTo(1);
        }
    }

    @Test
    void shouldRefuseWhenBrokerSetLimits() throws Exception {
        // Maximum Packet Size 10, Retain Available 0.
        String connAck = "20 0a 00 00 07 27 00 00 00 0a 25 00";
        try (ScriptedBroker broker = ScriptedBroker.start(record(connAck, 1));
                MqttClient client = connect(broker)) {
            Fate fate = new Fate();
            ByteBuf large = bytes("123");
            client.publish(TOPIC, large, 0, false, fate);
            assertThat(fate.await()).isEqualTo("TOO_LARGE");
            assertThat(large.refCnt()).isZero();
            client.publish(TOPIC, bytes(""), 0, true, fate);
            assertThat(fate.await()).isEqualTo("NOT_SUPPORTED");
            client.publish(TOPIC, bytes("12"), 0, false, fate);
            assertThat(fate.await()).isEqualTo(Fate.SENT);
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("30 08 00 03 61 2f 62 00 31 32");
            assertThat(client.status().refused(Refusal.TOO_LARGE)).isEqualTo(1);
            assertThat(client.status().refused(Refusal.NOT_SUPPORTED)).isEqualTo(1);
            assertThat(client.status().waiting()).isZero();
        }
    }

    @Test
    void shouldStepDownAndSaySoOnceWhenBrokerTakesLessQos() throws Exception {
        // Maximum QoS 1.
        try (ScriptedBroker broker = ScriptedBroker.start(
                        ScriptedBroker.steps(packets, "20 05 00 00 02 24 01", ">", "40 02 00 01", ">", "40 02 00 02"));
                MqttClient client = connect(broker)) {
            client.publish(TOPIC, bytes("x"), 2, false, PublishCallback.NONE);
            client.publish(TOPIC, bytes("y"), 2, false, PublishCallback.NONE);
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("32 09 00 03 61 2f 62 00 01 00 78");
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("32 09 00 03 61 2f 62 00 02 00 79");
            Await.until("both PUBACK", () -> client.status().waiting() == 0);
            assertThat(client.status().acknowledged()).isEqualTo(2);
            assertThat(client.status().lastError())
                    .isEqualTo("the broker takes no messages above QoS 1: those of QoS 2 go with QoS 1");
        }
    }

    @Test
    void shouldHaveReliableMessagesWaitWhenBrokerTakesQosZeroOnly() throws Exception {
        // Maximum QoS 0. There is no packet id, and no answer; what waited while the broker was away goes too.
        String connAck = "20 05 00 00 02 24 00";
        Fate fate = new Fate();
        try (ScriptedBroker broker = ScriptedBroker.start(record(connAck, 2))) {
            try (MqttClient client =
                    new MqttClient(TestOptions.plain(broker.port()).build(), recorder)) {
                client.publish(TOPIC, bytes("x"), 1, false, fate);
                client.start();
                Await.next("the connection", recorder.sessionsPresent);
                client.publish(TOPIC, bytes("y"), 2, true, fate);
                assertThat(Await.next("PUBLISH", packets)).isEqualTo("30 07 00 03 61 2f 62 00 78");
                assertThat(Await.next("PUBLISH", packets)).isEqualTo("31 07 00 03 61 2f 62 00 79");
                assertThat(fate.await()).isEqualTo(Fate.SENT);
                assertThat(fate.await()).isEqualTo(Fate.SENT);
                Await.until("both done", () -> client.status().waiting() == 0);
                assertThat(client.status().acknowledged()).isZero();
                assertThat(client.status().sent()).isEqualTo(2);
            }
        }
    }

    @Test
    void shouldRefuseWhatIsLargerThanMqttAllows() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.start(record(CONNACK_5, 1));
                MqttClient client = connect(broker)) {
            // 256 MiB - 1 is the largest; the same 16 MiB sixteen times over.
            ByteBuf part = Unpooled.directBuffer(1 << 24).writeZero(1 << 24);
            ByteBuf[] parts = new ByteBuf[16];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = part.retainedDuplicate();
            }
            Fate fate = new Fate();
            client.publish(TOPIC, Unpooled.wrappedBuffer(16, parts), 1, false, fate);
            assertThat(fate.await()).isEqualTo("TOO_LARGE");
            assertThat(part.refCnt()).isEqualTo(1);
            part.release();
        }
    }

    @Test
    void shouldTellWhenBrokerTakesNoSuchSubscription() throws Exception {
        // Wildcard and Shared Subscription Available 0.
        try (ScriptedBroker broker = ScriptedBroker.start(record("20 07 00 00 04 28 00 2a 00", 1));
                MqttClient client = connect(broker)) {
            client.subscribe("a/+", 1);
            assertThat(Await.next("the refusal", recorder.refusedSubscriptions))
                    .isEqualTo("a/+ wildcard subscriptions not supported (0xa2)");
            client.subscribe("$share/g/a", 1);
            assertThat(Await.next("the refusal", recorder.refusedSubscriptions))
                    .isEqualTo("$share/g/a shared subscriptions not supported (0x9e)");
            client.subscribe("a", 1);
            assertThat(Await.next("SUBSCRIBE", packets)).isEqualTo("82 07 00 01 00 00 01 61 01");
        }
    }

    @Test
    void shouldPingInTimeWhenBrokerShortensKeepAlive() throws Exception {
        // Server Keep Alive 1 s, where the client asked for 30.
        try (ScriptedBroker broker = ScriptedBroker.start(record("20 06 00 00 03 13 00 01", 1));
                MqttClient client = connect(broker)) {
            assertThat(Await.next("PINGREQ", packets)).isEqualTo("c0 00");
            assertThat(client.status().connected()).isTrue();
        }
    }

    @Test
    void shouldCountRejectionWhenBrokerAnswersWithError() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.start(connection -> {
                    connection.accept(CONNACK_5);
                    connection.receive();
                    connection.send("40 0b 00 01 97 07 1f 00 04 66 75 6c 6c"); // PUBACK: quota exceeded, "full"
                });
                MqttClient client = connect(broker)) {
            client.publish(TOPIC, bytes("x"), 1, false, PublishCallback.NONE);
            Await.until("the rejection", () -> client.status().waiting() == 0);
            assertThat(client.status().rejected()).isEqualTo(1);
            assertThat(client.status().lastError())
                    .isEqualTo("the broker rejected a message to a/b: quota exceeded (0x97): full");
            assertThat(client.status().acknowledged()).isZero();
            assertThat(client.status().waiting()).isZero();
        }
    }

    @Test
    void shouldRefuseAtOnceWhenQueueIsFullOrBrokerAway() throws Exception {
        TestOptions options = TestOptions.of("mqtt://127.0.0.1:" + Mosquitto.freePort());
        options.queueMessages = 3;
        options.retryMin = options.retryMax = Duration.ofMinutes(1);
        Fate fate = new Fate();
        MqttClient client = new MqttClient(options.build(), recorder);
        try (client) {
            client.start();
            assertThat(Await.next("the failure", recorder.away)).contains(" can not be reached: ");
            assertThat(client.publish(TOPIC, bytes("x"), 0, false, fate)).isFalse();
            assertThat(fate.told).containsExactly("BROKER_AWAY");
            for (int i = 0; i < 3; i++) {
                assertThat(client.publish(TOPIC, bytes("x"), 1, false, fate)).isTrue();
            }
            assertThat(client.publish(TOPIC, bytes("x"), 1, false, fate)).isFalse();
            assertThat(fate.told).containsExactly("BROKER_AWAY", "QUEUE_FULL");
            assertThat(client.status().waiting()).isEqualTo(3);
        }
        assertThat(fate.told).containsExactly("BROKER_AWAY", "QUEUE_FULL", "CLOSED", "CLOSED", "CLOSED");
        assertThat(client.status().waiting()).isZero();
        assertThat(client.status().refused(Refusal.CLOSED)).isEqualTo(3);
    }

    @Test
    void shouldSayFarewellWhenClosed() throws Exception {
        try (ScriptedBroker broker = ScriptedBroker.start(record(CONNACK_5, 2))) {
            MqttClient client = connect(broker);
            client.publish(TOPIC, bytes("x"), 0, false, PublishCallback.NONE);
            client.close();
            assertThat(Await.next("PUBLISH", packets)).startsWith("30 ");
            // DISCONNECT, normal, session expiry 0.
            assertThat(Await.next("DISCONNECT", packets)).isEqualTo("e0 07 00 05 11 00 00 00 00");
            assertThat(recorder.away).isEmpty();
        }
    }

    @Test
    void shouldGiveUpOneMessageWhenBrokerHangsUpOnItAgainAndAgain() throws Exception {
        // Takes "good" and hangs up on "evil", as an MQTT 3.1.1 broker does with what it finds too large.
        Script picky = connection -> {
            connection.accept("20 02 00 00");
            while (true) {
                String packet = connection.receive();
                if (!packet.endsWith("67 6f 6f 64")) {
                    connection.close();
                    return;
                }
                packets.add(packet);
                connection.send("40 02 " + packet.substring(21, 26));
            }
        };
        Script[] scripts = Collections.nCopies(40, picky).toArray(Script[]::new);
        // The last connection lasts until the client leaves.
        try (ScriptedBroker broker = ScriptedBroker.start(scripts)) {
            TestOptions options = TestOptions.plain(broker.port()).protocol(Protocol.MQTT_3_1_1);
            options.retryMin = options.retryMax = Duration.ofMillis(5);
            try (MqttClient client = new MqttClient(options.build(), recorder)) {
                client.start();
                for (String text : new String[] {"evil", "good", "good"}) {
                    client.publish(TOPIC, bytes(text), 1, false, PublishCallback.NONE);
                }
                Await.next("a good one", packets);
                Await.next("a good one", packets);
                Await.until("all done", () -> client.status().waiting() == 0);
                assertThat(client.status().acknowledged()).isEqualTo(2);
                assertThat(client.status().rejected()).isEqualTo(1);
                assertThat(client.status().lastError())
                        .isEqualTo("gave up a message to a/b: the broker hung up on it 6 times");
                assertThat(client.status().reconnects()).isEqualTo(6);
            }
        }
    }
}
