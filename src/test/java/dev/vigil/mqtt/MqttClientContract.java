package dev.vigil.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.MqttOptions.Will;
import dev.vigil.mqtt.Recorder.Received;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the client does with any broker, over any way to it; a class for each broker runs it. */
abstract class MqttClientContract extends BrokerContract {
    private final LongAdder twice = new LongAdder();

    MqttClientContract(Way way) {
        super(way);
    }

    @ParameterizedTest
    @CsvSource({"MQTT_3_1_1, 0", "MQTT_3_1_1, 1", "MQTT_3_1_1, 2", "MQTT_5, 0", "MQTT_5, 1", "MQTT_5, 2"})
    void shouldDeliverInOrderWhenPublishing(Protocol protocol, int qos) throws Exception {
        Recorder subscriber = subscriber(protocol, root + "/+/x", 2);
        MqttClient publisher = connected(options(port()).protocol(protocol), new Recorder());
        MqttTopic topic = MqttTopic.of(root + "/a/x");
        List<Fate> fates = new ArrayList<>();
        List<ByteBuf> payloads = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Fate fate = new Fate();
            fates.add(fate);
            ByteBuf payload = Unpooled.directBuffer().writeBytes(bytes("message " + i));
            payloads.add(payload);
            assertThat(publisher.publish(topic, payload, qos, false, fate)).isTrue();
        }
        for (int i = 0; i < 200; i++) {
            assertThat(Await.next("message " + i, subscriber.messages))
                    .isEqualTo(new Received(topic.name(), "message " + i, qos, false));
            assertThat(fates.get(i).await()).isEqualTo(Fate.SENT);
            assertThat(fates.get(i).told).isEmpty();
        }
        Await.until("all done", () -> publisher.status().waiting() == 0);
        assertThat(publisher.status().sent()).isEqualTo(200);
        assertThat(publisher.status().acknowledged()).isEqualTo(qos > 0 ? 200 : 0);
        assertThat(publisher.status().refusedTotal()).isZero();
        assertThat(payloads).allMatch(payload -> payload.refCnt() == 0);
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldCarryEverySizeWhenPublishing(Protocol protocol) throws Exception {
        Recorder subscriber = subscriber(largeMessagesBack(), protocol, root + "/sizes", 1);
        MqttClient publisher = connected(options(port()).protocol(protocol), new Recorder());
        MqttTopic topic = MqttTopic.of(root + "/sizes");
        // Around the steps of the length's encoding, and more than a socket takes at once.
        for (int size : new int[] {0, 1, 80, 127, 128, 16_250, 16_383, 16_384, 500_000}) {
            publisher.publish(topic, bytes("x".repeat(size)), 1, false, PublishCallback.NONE);
            assertThat(Await.next(size + " bytes", subscriber.messages).payload())
                    .isEqualTo("x".repeat(size));
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldKeepAndClearRetainedMessages(Protocol protocol) throws Exception {
        MqttClient publisher = connected(options(port()).protocol(protocol), new Recorder());
        MqttTopic topic = MqttTopic.of(root + "/kept");
        publisher.publish(topic, bytes("here"), 1, true, PublishCallback.NONE);
        Await.until("PUBACK", () -> publisher.status().acknowledged() == 1);
        Recorder later = subscriber(protocol, root + "/#", 0);
        assertThat(Await.next("retained", later.messages)).isEqualTo(new Received(topic.name(), "here", 0, true));

        publisher.publish(topic, Unpooled.EMPTY_BUFFER, 1, true, PublishCallback.NONE);
        Await.until("PUBACK", () -> publisher.status().acknowledged() == 2);
        Recorder latest = subscriber(protocol, root + "/#", 0);
        publisher.publish(MqttTopic.of(root + "/mark"), bytes("mark"), 0, false, PublishCallback.NONE);
        assertThat(Await.next("the mark", latest.messages).payload()).isEqualTo("mark");
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldLeaveWillToBrokerWhenConnectionBreaksAndNotWhenClosed(Protocol protocol) throws Exception {
        Recorder watcher = subscriber(protocol, root + "/will/+", 1);
        for (boolean clean : new boolean[] {true, false}) {
            try (TcpProxy proxy = new TcpProxy(port())) {
                TestOptions options = options(proxy.port()).protocol(protocol);
                options.will = new Will(root + "/will/" + (clean ? "clean" : "broken"), "offline", 1, false);
                options.retryMin = options.retryMax = Duration.ofMinutes(1);
                MqttClient client = connected(options, new Recorder());
                if (clean) {
                    client.close();
                } else {
                    proxy.cut();
                }
            }
        }
        // Had the clean one published its will, it would have come first.
        assertThat(Await.next("the will", watcher.messages))
                .isEqualTo(new Received(root + "/will/broken", "offline", 1, false));
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldDeliverAllWhenConnectionBreaksAgainAndAgain(Protocol protocol) throws Exception {
        Recorder subscriber = subscriber(protocol, root + "/flow", 1);
        try (TcpProxy proxy = new TcpProxy(port())) {
            Recorder recorder = new Recorder();
            TestOptions options = options(proxy.port()).protocol(protocol);
            options.clientId = "vigil" + UUID.randomUUID().toString().substring(0, 8);
            MqttClient publisher = connected(options, recorder);
            MqttTopic topic = MqttTopic.of(root + "/flow");
            int count = 600;
            for (int i = 0; i < count; i++) {
                assertThat(publisher.publish(topic, bytes("" + i), 1, false, PublishCallback.NONE))
                        .isTrue();
                if (i % 200 == 100) {
                    int acknowledged = i / 2;
                    Await.until("some to pass", () -> publisher.status().acknowledged() >= acknowledged);
                    proxy.cut();
                }
            }
            Await.until("all acknowledged", () -> publisher.status().waiting() == 0);
            assertThat(publisher.status().acknowledged()).isEqualTo(count);
            assertThat(publisher.status().sent()).isEqualTo(count);
            assertThat(publisher.status().reconnects()).isPositive();
            boolean[] seen = new boolean[count];
            for (int missing = count; missing > 0; ) {
                int number = Integer.parseInt(
                        Await.next(missing + " more", subscriber.messages).payload());
                missing -= seen[number] ? 0 : 1;
                seen[number] = true;
            }
            assertThat(Await.next("a resumed session", recorder.sessionsPresent))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldRenewSubscriptionsWhenSessionIsNew(Protocol protocol) throws Exception {
        try (TcpProxy proxy = new TcpProxy(port())) {
            Recorder recorder = new Recorder();
            TestOptions options = options(proxy.port()).protocol(protocol);
            options.sessionExpiry = Duration.ZERO;
            MqttClient client = connected(options, recorder);
            client.subscribe(root + "/renewed", 1);
            client.subscribe(root + "/dropped", 1);
            Await.next("SUBACK", recorder.subscribed);
            Await.next("SUBACK", recorder.subscribed);
            client.unsubscribe(root + "/dropped");
            proxy.cut();
            assertThat(Await.next("the loss", recorder.away)).startsWith("127.0.0.1:" + proxy.port() + " ");
            assertThat(Await.next("the reconnect", recorder.sessionsPresent)).isFalse();
            assertThat(Await.next("SUBACK", recorder.subscribed)).isEqualTo(root + "/renewed 1");

            MqttClient publisher = connected(options(port()), new Recorder());
            publisher.publish(MqttTopic.of(root + "/dropped"), bytes("no"), 1, false, PublishCallback.NONE);
            publisher.publish(MqttTopic.of(root + "/renewed"), bytes("yes"), 1, false, PublishCallback.NONE);
            assertThat(Await.next("the message", recorder.messages).payload()).isEqualTo("yes");
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldFlushWhenClosedAtOnce(Protocol protocol) throws Exception {
        Recorder subscriber = subscriber(protocol, root + "/last", 1);
        // Not waited for: close finds the client still connecting.
        MqttClient publisher = start(options(port()).protocol(protocol), new Recorder());
        for (int i = 0; i < 50; i++) {
            publisher.publish(MqttTopic.of(root + "/last"), bytes("" + i), 1, false, PublishCallback.NONE);
        }
        publisher.close(Await.DEADLINE);
        assertThat(publisher.status().acknowledged()).isEqualTo(50);
        assertThat(publisher.status().state()).isEqualTo(MqttStatus.State.CLOSED);
        for (int i = 0; i < 50; i++) {
            assertThat(Await.next("message " + i, subscriber.messages).payload())
                    .isEqualTo("" + i);
        }
        Fate fate = new Fate();
        ByteBuf late = bytes("late");
        assertThat(publisher.publish(MqttTopic.of(root), late, 1, false, fate)).isFalse();
        assertThat(fate.await()).isEqualTo("CLOSED");
        assertThat(late.refCnt()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldTellEachFateOnceWhenManyThreadsPublishOverABadNetwork(Protocol protocol) throws Exception {
        try (TcpProxy proxy = new TcpProxy(port())) {
            TestOptions options = options(proxy.port()).protocol(protocol);
            options.queueMessages = 200;
            MqttClient client = connected(options, new Recorder());
            int threads = 3;
            int each = 3_000;
            LongAdder published = new LongAdder();
            LongAdder sent = new LongAdder();
            LongAdder refused = new LongAdder();
            Queue<ByteBuf> payloads = new ConcurrentLinkedQueue<>();
            MqttTopic topic = MqttTopic.of(root + "/storm");
            Runnable publish = () -> {
                // On a busy machine all of them may be refused before the network has had its first turn: then some
                // more.
                for (int i = 0; i < each || sent.sum() == 0 && i < 100 * each; i++) {
                    published.increment();
                    AtomicBoolean told = new AtomicBoolean();
                    ByteBuf payload = Unpooled.directBuffer().writeZero(i % 3_000);
                    payloads.add(payload);
                    client.publish(topic, payload, i % 3, false, new PublishCallback() {
                        @Override
                        public void sent(long sentNs) {
                            (told.getAndSet(true) ? twice : sent).increment();
                        }

                        @Override
                        public void refused(Refusal cause) {
                            (told.getAndSet(true) ? twice : refused).increment();
                        }
                    });
                }
            };
            List<Thread> publishers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                publishers.add(new Thread(publish, "publisher-" + i));
            }
            publishers.forEach(Thread::start);
            for (int cuts = 0; cuts < 5; cuts++) {
                long before = client.status().sent();
                Await.until(
                        "some to pass",
                        () -> client.status().sent() > before + 20
                                || publishers.stream().noneMatch(Thread::isAlive));
                proxy.cut();
            }
            for (Thread publisher : publishers) {
                publisher.join();
            }
            client.close();
            assertThat(sent.sum() + refused.sum()).isEqualTo(published.sum());
            assertThat(twice.sum()).isZero();
            assertThat(client.status().sent()).isEqualTo(sent.sum());
            assertThat(client.status().refusedTotal()).isEqualTo(refused.sum());
            assertThat(client.status().waiting()).isZero();
            assertThat(sent.sum()).isPositive();
            assertThat(payloads).allMatch(payload -> payload.refCnt() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldDeliverExactlyOnceWhenConnectionsBreakAgainAndAgain(Protocol protocol) throws Exception {
        try (TcpProxy toPublisher = new TcpProxy(port());
                TcpProxy toSubscriber = new TcpProxy(port())) {
            Recorder received = new Recorder();
            TestOptions options = options(toSubscriber.port()).protocol(protocol);
            options.clientId = "vigil" + UUID.randomUUID().toString().substring(0, 8);
            MqttClient subscriber = connected(options, received);
            subscriber.subscribe(root + "/once", 2);
            assertThat(Await.next("SUBACK", received.subscribed)).endsWith(" 2");
            options = options(toPublisher.port()).protocol(protocol);
            options.clientId = "vigil" + UUID.randomUUID().toString().substring(0, 8);
            MqttClient publisher = connected(options, new Recorder());
            MqttTopic topic = MqttTopic.of(root + "/once");
            int count = 600;
            for (int i = 0; i < count; i++) {
                assertThat(publisher.publish(topic, bytes("" + i), 2, false, PublishCallback.NONE))
                        .isTrue();
                if (i % 100 == 50) {
                    int passed = i / 2;
                    Await.until("some to pass", () -> subscriber.status().received() >= passed);
                    (i % 200 == 50 ? toPublisher : toSubscriber).cut();
                }
            }
            Await.until("all acknowledged", () -> publisher.status().waiting() == 0);
            assertThat(publisher.status().acknowledged()).isEqualTo(count);
            assertThat(publisher.status().reconnects()).isPositive();
            for (int i = 0; i < count; i++) {
                assertThat(Await.next("message " + i, received.messages))
                        .isEqualTo(new Received(topic.name(), "" + i, 2, false));
            }
            assertThat(subscriber.status().reconnects()).isPositive();
            assertThat(received.messages).isEmpty();
        }
    }
}
