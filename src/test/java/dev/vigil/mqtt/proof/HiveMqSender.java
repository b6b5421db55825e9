package dev.vigil.mqtt.proof;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttTopic;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.vigil.mqtt.Await;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * HiveMQ's client, with its asynchronous interface. Its payloads lie off the heap in buffers that are used again, which costs it
 * less heap than its users' arrays would.
 */
final class HiveMqSender implements Sender {
    private static final MqttTopic TOPIC = MqttTopic.of(SpeedSubscriber.TOPIC);
    private static final long TIMEOUT_S = 30;

    /** As many as may be outstanding: taking one waits. */
    private final ArrayBlockingQueue<ByteBuffer> payloads = new ArrayBlockingQueue<>(OUTSTANDING_MAX);

    private volatile Throwable failed;
    private Mqtt5AsyncClient client;

    @Override
    public void connect(int port) throws Exception {
        for (int i = 0; i < OUTSTANDING_MAX; i++) {
            payloads.add(ByteBuffer.allocateDirect(PAYLOAD_BYTES));
        }
        client = Mqtt5Client.builder()
                .identifier("hivemq")
                .serverHost("127.0.0.1")
                .serverPort(port)
                .buildAsync();
        client.connect().get(TIMEOUT_S, TimeUnit.SECONDS);
    }

    @Override
    public void send(int qos, long timeNs) throws Exception {
        ByteBuffer payload = payloads.poll(TIMEOUT_S, TimeUnit.SECONDS);
        if (payload == null) {
            throw new IllegalStateException("nothing was acknowledged for " + TIMEOUT_S + " s", failed);
        }
        payload.putLong(0, timeNs);
        var untold = client.publish(Mqtt5Publish.builder()
                        .topic(TOPIC)
                        .qos(qos == 0 ? MqttQos.AT_MOST_ONCE : MqttQos.AT_LEAST_ONCE)
                        .payload(payload)
                        .build())
                .whenComplete((result, error) -> {
                    failed = error != null ? error : failed;
                    payloads.add(payload);
                });
    }

    @Override
    public void drain() throws Exception {
        Await.until("the last acknowledgement", () -> payloads.size() == OUTSTANDING_MAX);
        if (failed != null) {
            throw new IllegalStateException("not all was acknowledged", failed);
        }
    }

    @Override
    public void close() throws Exception {
        client.disconnect().get(TIMEOUT_S, TimeUnit.SECONDS);
    }
}
