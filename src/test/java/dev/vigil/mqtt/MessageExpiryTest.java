package dev.vigil.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Messages that are of use for a time only (MQTT 5, section 3.3.2.3.3), and whose time runs while they wait. */
@Execution(ExecutionMode.CONCURRENT)
class MessageExpiryTest {
    private static final MqttTopic TOPIC = MqttTopic.of("a/b");
    /** Success, Receive Maximum 1: what is published behind an open message waits. */
    private static final String CONNACK_RECEIVE_1 = "20 06 00 00 03 21 00 01";

    private final Recorder recorder = new Recorder();
    private final BlockingQueue<String> packets = new LinkedBlockingQueue<>();

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    private static PublishProperties expiry(int seconds) {
        return PublishProperties.builder()
                .messageExpiry(Duration.ofSeconds(seconds))
                .build();
    }

    @Test
    void shouldSendWhatIsLeftAndRefuseWhatIsOver() throws Exception {
        Fate over = new Fate();
        ByteBuf late = bytes("late");
        ScriptedBroker.Script script = connection -> {
            connection.accept(CONNACK_RECEIVE_1);
            packets.add(connection.receive());
            // The first is acknowledged when the second has been waiting for more than its second.
            long startNs = System.nanoTime();
            Await.until("the message to expire", () -> System.nanoTime() - startNs > 2_100_000_000L);
            connection.send("40 02 00 01");
            packets.add(connection.receive());
        };
        try (ScriptedBroker broker = ScriptedBroker.start(script)) {
            try (MqttClient publisher =
                    new MqttClient(TestOptions.plain(broker.port()).build(), recorder)) {
                publisher.start();
                Await.next("the connection", recorder.sessionsPresent);
                publisher.publish(TOPIC, bytes("x"), 1, false, expiry(60), PublishCallback.NONE);
                publisher.publish(TOPIC, late, 1, false, expiry(1), over);
                publisher.publish(TOPIC, bytes("z"), 2, false, expiry(60), PublishCallback.NONE);
                // Message Expiry Interval 60.
                assertThat(Await.next("PUBLISH", packets)).isEqualTo("32 0e 00 03 61 2f 62 00 01 05 02 00 00 00 3c 78");
                assertThat(over.await()).isEqualTo("EXPIRED");
                assertThat(late.refCnt()).isZero();
                String left = Await.next("PUBLISH", packets);
                assertThat(left)
                        .startsWith("34 0e 00 03 61 2f 62 00 02 05 02 00 00 00 ")
                        .endsWith(" 7a");
                assertThat(Integer.parseInt(left.split(" ")[14], 16)).isBetween(20, 58);
                assertThat(publisher.status().refused(Refusal.EXPIRED)).isEqualTo(1);
                assertThat(publisher.status().waiting()).isEqualTo(1);
            }
        }
    }
}
