package dev.vigil.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.Recorder.Received;
import dev.vigil.mqtt.SubscribeOptions.Retained;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What messages say, and who gets which, with any broker; goes on from {@link MqttClientContract}. */
abstract class MqttMessageContract extends MqttClientContract {
    MqttMessageContract(Way way) {
        super(way);
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldCarryPropertiesWhenProtocolHasThem(Protocol protocol) throws Exception {
        BlockingQueue<PublishProperties> received = new LinkedBlockingQueue<>();
        Recorder recorder = new Recorder() {
            @Override
            public void onMessage(InboundMessage message) {
                received.add(message.properties());
            }
        };
        MqttClient client = connected(options(port()).protocol(protocol), recorder);
        client.subscribe(root + "/said", 2);
        Await.next("SUBACK", recorder.subscribed);
        PublishProperties.Builder[] each = {
            PublishProperties.builder().contentType("application/json"),
            PublishProperties.builder().responseTopic(root + "/answer"),
            PublishProperties.builder().correlationData(new byte[] {0, -1, 7}),
            PublishProperties.builder().messageExpiry(Duration.ofMinutes(10)),
            PublishProperties.builder().userProperty("a", "ü").userProperty("a", ""),
            // More than 127 bytes of properties, whose length takes two bytes.
            PublishProperties.builder()
                    .contentType("text/plain")
                    .responseTopic(root + "/answer")
                    .correlationData(new byte[200])
                    .userProperty("key", "value")
        };
        for (PublishProperties.Builder builder : each) {
            PublishProperties sent = builder.build();
            for (int qos = 0; qos <= 2; qos++) {
                client.publish(MqttTopic.of(root + "/said"), bytes("x"), qos, false, sent, PublishCallback.NONE);
                PublishProperties came = Await.next("the message", received);
                if (protocol == Protocol.MQTT_3_1_1) {
                    assertThat(came).isSameAs(PublishProperties.NONE);
                    continue;
                }
                assertThat(came.contentType()).isEqualTo(sent.contentType());
                assertThat(came.responseTopic()).isEqualTo(sent.responseTopic());
                assertThat(came.correlationData()).isEqualTo(sent.correlationData());
                assertThat(came.userProperties()).isEqualTo(sent.userProperties());
                if (sent.messageExpiry() == null) {
                    assertThat(came.messageExpiry()).isNull();
                } else {
                    assertThat(came.messageExpiry()).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
                }
            }
        }
        assertThat(client.status().connected()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldGetWhatFiltersMatchUntilUnsubscribed(Protocol protocol) throws Exception {
        Recorder recorder = new Recorder();
        MqttClient client = connected(options(port()).protocol(protocol), recorder);
        for (String filter : new String[] {"/one/+/x", "/two/#", "/three"}) {
            client.subscribe(root + filter, 2);
            assertThat(Await.next("SUBACK", recorder.subscribed)).isEqualTo(root + filter + " 2");
        }
        String[] topics = {"/one/a/x", "/one/a/y", "/two", "/two/a/b", "/three", "/three/a"};
        String[] matching = {"/one/a/x", "/two", "/two/a/b", "/three"};
        publishAll(client, topics);
        for (String topic : matching) {
            assertThat(Await.next(topic, recorder.messages)).isEqualTo(new Received(root + topic, topic, 1, false));
        }
        client.unsubscribe(root + "/two/#");
        publishAll(client, topics);
        // What is asked for is done in order, so that nothing of the ended subscription comes in between.
        for (String topic : new String[] {"/one/a/x", "/three"}) {
            assertThat(Await.next(topic, recorder.messages)).isEqualTo(new Received(root + topic, topic, 1, false));
        }
        assertThat(recorder.messages).isEmpty();
    }

    private void publishAll(MqttClient client, String[] topics) {
        for (String topic : topics) {
            client.publish(MqttTopic.of(root + topic), bytes(topic), 1, false, PublishCallback.NONE);
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldEndSubscriptionWhenUnsubscribedWhileAway(Protocol protocol) throws Exception {
        try (TcpProxy proxy = new TcpProxy(port())) {
            Recorder recorder = new Recorder();
            TestOptions options = options(proxy.port()).protocol(protocol);
            options.clientId = "vigil" + Long.toHexString(System.nanoTime());
            MqttClient client = connected(options, recorder);
            client.subscribe(root + "/ended", 1);
            Await.next("SUBACK", recorder.subscribed);
            proxy.refuse(true);
            proxy.cut();
            Await.next("the loss", recorder.away);
            client.unsubscribe(root + "/ended");
            proxy.refuse(false);
            assertThat(Await.next("the resumed session", recorder.sessionsPresent))
                    .isTrue();
            client.subscribe(root + "/mark", 1);
            // Answered in order: the broker has ended the other one by then.
            assertThat(Await.next("SUBACK", recorder.subscribed)).isEqualTo(root + "/mark 1");
            publishAll(client, new String[] {"/ended", "/mark"});
            assertThat(Await.next("the mark", recorder.messages).topic()).isEqualTo(root + "/mark");
        }
    }

    @Test
    void shouldHeedSubscribeOptions() throws Exception {
        Recorder recorder = new Recorder();
        MqttClient client = connected(options(port()), recorder);
        MqttClient other = connected(options(port()), new Recorder());
        MqttTopic topic = MqttTopic.of(root + "/kept");
        other.publish(topic, bytes("before"), 1, true, PublishCallback.NONE);
        Await.until("PUBACK", () -> other.status().acknowledged() == 1);
        client.subscribe(topic.name(), new SubscribeOptions(1, true, true, Retained.SKIP));
        Await.next("SUBACK", recorder.subscribed);
        client.publish(topic, bytes("own"), 1, true, PublishCallback.NONE);
        Await.until("PUBACK", () -> client.status().acknowledged() == 1);
        other.publish(topic, bytes("after"), 1, true, PublishCallback.NONE);
        // Neither what was kept nor its own; and told as published.
        assertThat(Await.next("the message", recorder.messages))
                .isEqualTo(new Received(topic.name(), "after", 1, true));
        other.publish(topic, bytes(""), 1, true, PublishCallback.NONE);
    }
}
