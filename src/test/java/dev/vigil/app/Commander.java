package dev.vigil.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.MessageSchema;
import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.InboundMessage;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.mqtt.PublishCallback;
import dev.vigil.mqtt.PublishProperties;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.assertj.core.api.Assertions;

/** Who commands a daemon over MQTT, and hears its answers. */
final class Commander implements MqttListener, AutoCloseable {
    static final String ANSWERS = "answers/here";

    /** @param properties of an answer's message */
    record Answer(String topic, JsonNode json, int qos, boolean retain, PublishProperties properties) {}

    final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> subscribed = new LinkedBlockingQueue<>();
    private final MqttClient client;

    Commander(URI broker) throws InterruptedException {
        client = new MqttClient(TestDaemon.impatient(broker, null, null), this);
        client.start();
        for (String filter : new String[] {"vigil/+/+/set/result", "vigil/+/set/result", ANSWERS}) {
            client.subscribe(filter, 1);
            Await.next("SUBACK", subscribed);
        }
    }

    @Override
    public void onSubscribed(String filter, int grantedQos) {
        subscribed.add(filter);
    }

    @Override
    public void onMessage(InboundMessage message) {
        String text = message.payload().toString(StandardCharsets.UTF_8);
        Assertions.assertThat(MessageSchema.RESULT.problems(text)).as(text).isEmpty();
        try {
            answers.add(new Answer(
                    message.topic(),
                    new ObjectMapper().readTree(text),
                    message.qos(),
                    message.retain(),
                    message.properties()));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Publishes, on {@code vigil/box/} and what is given. */
    boolean send(String where, byte[] payload, int qos, boolean retain, PublishProperties properties) {
        return client.publish(
                MqttTopic.of("vigil/" + TestDaemon.NODE + "/" + where),
                Unpooled.wrappedBuffer(payload),
                qos,
                retain,
                properties,
                PublishCallback.NONE);
    }

    /** Publishes a command, and waits for its answer at the usual place. */
    Answer command(String where, String payload) throws InterruptedException {
        return command(where, payload.getBytes(StandardCharsets.UTF_8));
    }

    Answer command(String where, byte[] payload) throws InterruptedException {
        send(where, payload, 0, false, PublishProperties.NONE);
        return Await.next("the answer to " + where, answers);
    }

    /** The same for one that is to be applied. */
    void set(String where, String payload) throws InterruptedException {
        Assertions.assertThat(command(where, payload).json.get("ok").booleanValue())
                .isTrue();
    }

    @Override
    public void close() {
        client.close();
    }
}
