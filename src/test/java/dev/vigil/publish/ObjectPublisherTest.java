package dev.vigil.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.MessageSchema;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.base.Clock;
import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import dev.vigil.frame.Feed;
import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.mqtt.Recorder;
import dev.vigil.mqtt.Recorder.Received;
import dev.vigil.mqtt.TcpProxy;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Counts of objects on their way through a broker, with the time in the test's hand. */
class ObjectPublisherTest {
    private static EmbeddedBroker broker;

    private final AtomicLong timeMs = new AtomicLong(1_000_000);
    private final AtomicBoolean up = new AtomicBoolean(true);
    private final AtomicBoolean connected = new AtomicBoolean();
    private final Feed feed = new Feed("gate", false);
    private final Recorder subscriber = new Recorder();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<FrameResult> passedOn = new ArrayList<>();
    private String topic;
    private TcpProxy proxy;
    private MqttClient client;
    private ObjectPublisher publisher;
    private ResultSink sink;

    @BeforeAll
    static void startBroker() throws IOException {
        broker = EmbeddedBroker.start(0);
    }

    @AfterAll
    static void stopBroker() throws IOException {
        broker.close();
    }

    @BeforeEach
    void connect(TestInfo test) throws Exception {
        topic = test.getDisplayName() + "/objects";
        proxy = new TcpProxy(broker.port());
        open.add(proxy);
        ObjectPublisher[] told = new ObjectPublisher[1];
        client = new MqttClient(MqttOptions.of(URI.create("mqtt://127.0.0.1:" + proxy.port())), new MqttListener() {
            @Override
            public void onConnected(boolean sessionPresent) {
                told[0].onConnected(sessionPresent);
                connected.set(true);
            }
        });
        open.add(client);
        Clock clock = new Clock() {
            @Override
            public long monotonicNs() {
                return TimeUnit.MILLISECONDS.toNanos(timeMs.get());
            }

            @Override
            public long utcUs() {
                return 0;
            }
        };
        publisher = new ObjectPublisher(client, clock);
        told[0] = publisher;
        publisher.add(
                feed,
                "box",
                MqttTopic.of(topic),
                Labels.of(List.of("person", "car"), "a test"),
                List.of("person"),
                up::get);
        sink = publisher.before(passedOn::add);
        MqttClient watching =
                new MqttClient(MqttOptions.of(URI.create("mqtt://127.0.0.1:" + broker.port())), subscriber);
        open.add(watching);
        watching.start();
        watching.subscribe(topic, 1);
        Await.next("SUBACK", subscriber.subscribed);
        client.start();
        Await.until("the connection", connected::get);
        publisher.start();
        assertThat(nextCounts()).isEqualTo("{\"person\":0}");
    }

    @AfterEach
    void close() throws Exception {
        publisher.close();
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private String nextCounts() throws InterruptedException {
        Received message = Await.next("counts", subscriber.messages);
        assertThat(MessageSchema.OBJECTS.problems(message.payload())).isEmpty();
        assertThat(message.payload()).startsWith("{\"v\":1,\"node\":\"box\",\"camera\":\"gate\",\"counts\":{");
        return message.payload().substring(message.payload().indexOf("{", 1)).replaceFirst("}$", "");
    }

    private void frame(int... classes) {
        Detections detections = new Detections(classes.length);
        for (int classId : classes) {
            detections.add(0, 0, 1, 1, 0.5f, classId);
        }
        sink.accept(MadeUpResult.of(feed, passedOn.size() + 1, detections));
    }

    @Test
    void shouldTellWithTheFrameWhenASecondHasPassedSinceTheLast() throws Exception {
        timeMs.addAndGet(1_000);
        frame(0, 0, 1);
        assertThat(nextCounts()).isEqualTo("{\"person\":2,\"car\":1}");
        assertThat(passedOn).hasSize(1);
    }

    @Test
    void shouldTellOnlyTheLastStateWhenManyChangesComeWithinASecond() throws Exception {
        for (int i = 0; i < 20; i++) {
            timeMs.addAndGet(30);
            frame(i % 2 == 0 ? new int[] {1} : new int[] {0, 1, 1});
        }
        timeMs.addAndGet(1_000);
        assertThat(nextCounts()).as("held back, and told without a frame").isEqualTo("{\"person\":1,\"car\":2}");
        timeMs.addAndGet(10_000);
        frame();
        assertThat(nextCounts()).isEqualTo("{\"person\":0}");
    }

    @Test
    void shouldTellNothingWhenNothingChanges() throws Exception {
        for (int i = 0; i < 50; i++) {
            timeMs.addAndGet(1_000);
            frame(1);
        }
        assertThat(nextCounts()).isEqualTo("{\"person\":0,\"car\":1}");
        timeMs.addAndGet(1_000);
        frame(0);
        assertThat(nextCounts()).as("the very next").startsWith("{\"person\":1");
    }

    @Test
    void shouldKnowNothingWhenCameraIsNotUpAndBeginAnewWhenItIsAgain() throws Exception {
        timeMs.addAndGet(1_000);
        frame(0);
        assertThat(nextCounts()).isEqualTo("{\"person\":1}");
        timeMs.addAndGet(1_000);
        up.set(false);
        assertThat(nextCounts()).isEqualTo("{}");
        frame(0); // was still inside
        timeMs.addAndGet(1_000);
        up.set(true);
        assertThat(nextCounts()).isEqualTo("{\"person\":0}");
    }

    @Test
    void shouldTellAgainWhenBrokerWasAway() throws Exception {
        proxy.refuse(true);
        proxy.cut();
        Await.until("the cut", () -> !client.status().connected());
        timeMs.addAndGet(1_000);
        frame(1, 1);
        proxy.refuse(false);
        // At least once: what was not yet acknowledged may come again before it.
        String counts = nextCounts();
        assertThat(counts.equals("{\"person\":0}") ? nextCounts() : counts).isEqualTo("{\"person\":0,\"car\":2}");
    }

    @Test
    void shouldTellTheLastWhenClosedWithinASecond() throws Exception {
        timeMs.addAndGet(1_000);
        frame(0);
        assertThat(nextCounts()).isEqualTo("{\"person\":1}");
        up.set(false);
        publisher.close();
        assertThat(nextCounts()).isEqualTo("{}");
    }
}
