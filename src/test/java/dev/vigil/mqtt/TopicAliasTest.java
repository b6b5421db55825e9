package dev.vigil.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** Numbers in place of topics (MQTT 5, section 3.3.2.3.4). */
class TopicAliasTest {
    /** New session, success; Topic Alias Maximum 2. */
    private static final String CONNACK_ALIAS_2 = "20 06 00 00 03 22 00 02";

    private final Recorder recorder = new Recorder();
    private final BlockingQueue<String> packets = new LinkedBlockingQueue<>();

    private static MqttTopic topic(int number) {
        return MqttTopic.of("topic" + number);
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    @Test
    void shouldGiveNumbersToTheFirstAndKeepThemWhileTheyAreUsed() {
        TopicAliases aliases = new TopicAliases(2);
        for (int topic = 1; topic <= 2; topic++) {
            assertThat(aliases.known(topic(topic))).isZero();
            assertThat(aliases.assign(topic(topic))).isEqualTo(topic);
        }
        // Four topics in turn: the first two keep their numbers.
        for (int i = 0; i < 1_000; i++) {
            assertThat(aliases.known(topic(1))).isEqualTo(1);
            assertThat(aliases.known(topic(2))).isEqualTo(2);
            assertThat(aliases.known(topic(3)) + aliases.assign(topic(3))).isZero();
            assertThat(aliases.known(topic(4)) + aliases.assign(topic(4))).isZero();
        }
    }

    @Test
    void shouldPassANumberOnWhenItsTopicIsNotUsedForLong() {
        TopicAliases aliases = new TopicAliases(2);
        aliases.assign(topic(1));
        aliases.assign(topic(2));
        int alias = 0;
        for (int i = 0; i < 200 && alias == 0; i++) {
            assertThat(aliases.known(topic(2))).isEqualTo(2);
            alias = aliases.known(topic(3));
            alias = alias == 0 ? aliases.assign(topic(3)) : alias;
        }
        assertThat(alias).isEqualTo(1);
        assertThat(aliases.known(topic(1))).isZero();
        assertThat(aliases.known(topic(3))).isEqualTo(1);
    }

    @Test
    void shouldGiveNoneWhenBrokerTakesNoneOrTopicIsShort() {
        assertThat(new TopicAliases(0).assign(topic(1))).isZero();
        assertThat(new TopicAliases(9).assign(MqttTopic.of("abc"))).isZero();
        assertThat(new TopicAliases(9).assign(MqttTopic.of("abcd"))).isEqualTo(1);
        assertThat(new TopicAliases(65_535).assign(topic(1))).isEqualTo(1);
    }

    @Test
    void shouldSendTopicOnceAndAgainAfterReconnect() throws Exception {
        ScriptedBroker.Script first = ScriptedBroker.steps(packets, CONNACK_ALIAS_2, ">", ">", ">", "cut");
        // Session present; Topic Alias Maximum 1.
        ScriptedBroker.Script second = ScriptedBroker.steps(packets, "20 06 01 00 03 22 00 01", ">", ">");
        try (ScriptedBroker broker = ScriptedBroker.start(first, second);
                MqttClient client =
                        new MqttClient(TestOptions.plain(broker.port()).build(), recorder)) {
            client.start();
            Await.next("the connection", recorder.sessionsPresent);
            client.publish(topic(1), bytes("x"), 0, false, PublishCallback.NONE);
            client.publish(topic(1), bytes("y"), 1, false, PublishCallback.NONE);
            client.publish(topic(1), bytes("z"), 2, true, PublishCallback.NONE);
            // The topic's name with its alias 1, then an empty name with the alias.
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("30 0d 00 06 74 6f 70 69 63 31 03 23 00 01 78");
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("32 09 00 00 00 01 03 23 00 01 79");
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("35 09 00 00 00 02 03 23 00 01 7a");
            // Repeated with DUP over a connection that knows of no alias yet.
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("3a 0f 00 06 74 6f 70 69 63 31 00 01 03 23 00 01 79");
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("3d 09 00 00 00 02 03 23 00 01 7a");
        }
    }

    @Test
    void shouldLeaveOutAliasWhenPacketWouldGrowTooLarge() throws Exception {
        // Topic Alias Maximum 2, Maximum Packet Size 14: with the alias' three bytes it would be 15.
        String connAck = "20 0b 00 00 08 22 00 02 27 00 00 00 0e";
        try (ScriptedBroker broker = ScriptedBroker.start(ScriptedBroker.steps(packets, connAck, ">", ">", ">"));
                MqttClient client =
                        new MqttClient(TestOptions.plain(broker.port()).build(), recorder)) {
            client.start();
            Await.next("the connection", recorder.sessionsPresent);
            client.publish(topic(1), bytes("123"), 0, false, PublishCallback.NONE);
            client.publish(topic(1), bytes(""), 0, false, PublishCallback.NONE);
            client.publish(topic(1), bytes("123"), 0, false, PublishCallback.NONE);
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("30 0c 00 06 74 6f 70 69 63 31 00 31 32 33");
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("30 0c 00 06 74 6f 70 69 63 31 03 23 00 01");
            assertThat(Await.next("PUBLISH", packets)).isEqualTo("30 09 00 00 03 23 00 01 31 32 33");
        }
    }
}
