package dev.vigil.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.MessageSchema;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.base.Clock;
import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import dev.vigil.detect.StageLabels;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Ledger;
import dev.vigil.metrics.StepTimes;
import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.mqtt.Recorder;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The end of the ring with a real client and a real broker. A client that was not started yet stands for one that is away. */
class DetectionPublisherTest {
    private static EmbeddedBroker broker;

    private final String topic = "test/" + UUID.randomUUID();
    private final Feed feed = new Feed("gate", false);
    private final StepTimes times = new StepTimes();
    private final Recorder received = new Recorder();
    private static final StageLabels LABELS = StageLabels.of("m", Labels.of(List.of("person"), "the test"));

    private final Recorder connection = new Recorder();
    private MqttClient subscriber;
    private MqttClient client;

    @BeforeAll
    static void startBroker() throws IOException {
        broker = EmbeddedBroker.start(0);
    }

    @AfterAll
    static void stopBroker() throws IOException {
        broker.close();
    }

    @BeforeEach
    void subscribe() throws Exception {
        subscriber = new MqttClient(MqttOptions.of(address(broker.port())), received);
        subscriber.start();
        subscriber.subscribe(topic, 1);
        Await.next("SUBACK", received.subscribed);
    }

    @AfterEach
    void close() {
        subscriber.close();
        client.close();
    }

    private static URI address(int port) {
        return URI.create("mqtt://127.0.0.1:" + port);
    }

    private CameraMessages camera() {
        return new CameraMessages(feed, "box-7", MqttTopic.of(topic), "run1", times);
    }

    private DetectionPublisher publisher(int qos, int queueMessages) {
        return publisher(qos, queueMessages, PublishOptions.DEFAULT);
    }

    private DetectionPublisher publisher(int qos, int queueMessages, PublishOptions options) {
        client = new MqttClient(
                MqttOptions.builder(address(broker.port()))
                        .retry(Duration.ofMillis(20), Duration.ofMillis(200))
                        .queueMessages(queueMessages)
                        .build(),
                connection);
        DetectionPublisher publisher = new DetectionPublisher(client, qos, Clock.SYSTEM);
        publisher.add(camera(), "model", LABELS, options);
        return publisher;
    }

    private void connect() throws InterruptedException {
        client.start();
        Await.next("the connection", connection.sessionsPresent);
    }

    private MadeUpResult frame() {
        return MadeUpResult.of(feed, feed.ledger().read(), new Detections(1));
    }

    private void drop(DropCause cause, int frames) {
        for (int i = 0; i < frames; i++) {
            feed.ledger().read();
            feed.ledger().dropped(cause);
        }
    }

    private JsonNode next() throws Exception {
        String message = Await.next("a message", received.messages).payload();
        assertThat(MessageSchema.DETECTIONS.problems(message)).isEmpty();
        return new ObjectMapper().readTree(message);
    }

    private void assertMessage(long frame, String dropped) throws Exception {
        JsonNode message = next();
        assertThat(message.get("frame").longValue()).isEqualTo(frame);
        assertThat(message.get("dropped")).hasToString(dropped);
    }

    private Ledger.Snapshot atRest() {
        Await.until("no frame in flight", () -> feed.ledger().snapshot().inFlight() == 0);
        assertThat(feed.ledger().snapshot().balances()).isTrue();
        return feed.ledger().snapshot();
    }

    @Test
    void shouldCountFrameAsPublishedWhenItsMessageIsSent() throws Exception {
        DetectionPublisher publisher = publisher(0, 100);
        connect();
        for (int i = 1; i <= 20; i++) {
            publisher.accept(frame());
            assertMessage(i, "{}");
        }
        assertThat(atRest().published()).isEqualTo(20);
        assertThat(times.total().getTotalCount()).isEqualTo(20);
    }

    @Test
    void shouldTellDropsOnceWhenMessagesAreSent() throws Exception {
        DetectionPublisher publisher = publisher(0, 100);
        connect();
        drop(DropCause.NO_KEYFRAME, 3);
        publisher.accept(frame());
        assertMessage(4, "{\"no_keyframe\":3}");
        publisher.accept(frame());
        assertMessage(5, "{}");
        drop(DropCause.SUPERSEDED, 2);
        drop(DropCause.CORRUPT, 1);
        publisher.accept(frame());
        assertMessage(9, "{\"superseded\":2,\"corrupt\":1}");
        assertThat(atRest().published()).isEqualTo(3);
    }

    @Test
    void shouldLeaveDropsToNextMessageWhenLaterFramesAreDroppedAlready() throws Exception {
        DetectionPublisher publisher = publisher(0, 100);
        connect();
        drop(DropCause.CORRUPT, 1);
        MadeUpResult second = frame();
        // While frame 2 is inferred, 3 and 4 come, and are replaced by 5.
        drop(DropCause.SUPERSEDED, 2);
        publisher.accept(second);
        assertMessage(2, "{\"corrupt\":1}");
        publisher.accept(frame());
        assertMessage(5, "{\"superseded\":2}");
        publisher.accept(frame());
        assertMessage(6, "{}");
    }

    @Test
    void shouldTellDropsAgainWhenMessageThatToldThemWasRefused() throws Exception {
        DetectionPublisher publisher = publisher(0, 100);
        drop(DropCause.SUPERSEDED, 2);
        publisher.accept(frame());
        drop(DropCause.UNWANTED, 1);
        publisher.accept(frame());
        publisher.accept(frame());
        assertThat(atRest().dropped(DropCause.BROKER_AWAY)).isEqualTo(3);
        assertThat(times.total().getTotalCount()).isZero();
        connect();
        publisher.accept(frame());
        assertMessage(7, "{\"superseded\":2,\"unwanted\":1,\"broker_away\":3}");
        publisher.accept(frame());
        assertMessage(8, "{}");
        assertThat(atRest().published()).isEqualTo(2);
    }

    @Test
    void shouldNameFullOutboxWhenMessagesWaitForTheBroker() throws Exception {
        DetectionPublisher publisher = publisher(1, 2);
        drop(DropCause.SUPERSEDED, 1);
        for (int i = 0; i < 5; i++) {
            publisher.accept(frame());
        }
        assertThat(feed.ledger().snapshot().dropped(DropCause.OUTBOX_FULL)).isEqualTo(3);
        assertThat(feed.ledger().snapshot().inFlight()).isEqualTo(2);
        connect();
        assertMessage(2, "{\"superseded\":1}");
        assertMessage(3, "{}");
        Await.until("the acknowledgements", () -> client.status().waiting() == 0);
        publisher.accept(frame());
        assertMessage(7, "{\"outbox_full\":3}");
        assertThat(atRest().published()).isEqualTo(3);
    }

    @Test
    void shouldNameShutDownWhenClientIsClosed() throws Exception {
        DetectionPublisher publisher = publisher(1, 100);
        publisher.accept(frame());
        publisher.accept(frame());
        client.close();
        publisher.accept(frame());
        assertThat(atRest().dropped(DropCause.SHUT_DOWN)).isEqualTo(3);
    }

    @Test
    void shouldAccountForFrameWhenEncodingFails() throws Exception {
        DetectionPublisher publisher = publisher(0, 100);
        connect();
        drop(DropCause.SUPERSEDED, 1);
        Detections unknownClass = new Detections(1);
        unknownClass.add(0, 0, 1, 1, 0.5f, 99);
        MadeUpResult bad = MadeUpResult.of(feed, feed.ledger().read(), unknownClass);
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> publisher.accept(bad)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        feed.ledger().dropped(DropCause.PUBLISH_FAILED); // as the ring's stage does with a frame that fails in it
        publisher.accept(frame());
        assertMessage(3, "{\"superseded\":1,\"publish_failed\":1}");
        assertThat(atRest().published()).isEqualTo(1);
    }

    private MadeUpResult frame(int persons) {
        Detections found = new Detections(5);
        for (int i = 0; i < persons; i++) {
            found.add(0, 0, 1, 1, 0.5f, 0);
        }
        return MadeUpResult.of(feed, feed.ledger().read(), found);
    }

    @Test
    void shouldTellWithheldFramesWithNextMessageWhenOnlyChangesArePublished() throws Exception {
        DetectionPublisher publisher = publisher(0, 100, new PublishOptions(PublishOptions.When.CHANGES, 0));
        connect();
        publisher.accept(frame(0));
        assertMessage(1, "{}");
        publisher.accept(frame(0));
        drop(DropCause.SUPERSEDED, 1);
        publisher.accept(frame(0));
        publisher.accept(frame(2));
        assertMessage(5, "{\"superseded\":1,\"withheld\":2}");
        publisher.accept(frame(2));
        publisher.renew(feed);
        publisher.accept(frame(2));
        assertMessage(7, "{\"withheld\":1}");
        assertThat(atRest().dropped(DropCause.WITHHELD)).isEqualTo(3);
        assertThat(times.total().getTotalCount()).isEqualTo(3);
    }

    @Test
    void shouldPublishUnchangedFrameWhenTheOneBeforeWasRefused() throws Exception {
        DetectionPublisher publisher = publisher(0, 100, new PublishOptions(PublishOptions.When.CHANGES, 0));
        publisher.accept(frame(1)); // there is no connection yet
        assertThat(atRest().dropped(DropCause.BROKER_AWAY)).isEqualTo(1);
        connect();
        publisher.accept(frame(1));
        assertMessage(2, "{\"broker_away\":1}");
        publisher.accept(frame(1));
        assertThat(atRest().dropped(DropCause.WITHHELD)).isEqualTo(1);
    }

    @Test
    void shouldNameEachMessageByRunAndFrame() throws Exception {
        DetectionPublisher publisher = publisher(1, 100);
        connect();
        publisher.accept(frame());
        publisher.accept(frame());
        assertThat(next().get("id").textValue()).isEqualTo("run1-1");
        assertThat(next().get("id").textValue()).isEqualTo("run1-2");
    }
}
