package dev.vigil.mqtt.proof;

import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.mqtt.ProofClient;
import dev.vigil.mqtt.PublishCallback;
import dev.vigil.mqtt.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.locks.LockSupport;

/** Our client: a buffer a message, which it takes over, of the allocator that reuses buffers whatever thread they come from. */
final class VigilSender implements Sender {
    private static final MqttTopic TOPIC = MqttTopic.of(SpeedSubscriber.TOPIC);
    private static final long PAUSE_NS = 20_000;

    private final byte[] filling = new byte[PAYLOAD_BYTES - Long.BYTES];
    private volatile Refusal refused;
    private MqttClient client;

    private final PublishCallback callback = new PublishCallback() {
        @Override
        public void sent(long sentNs) {}

        @Override
        public void refused(Refusal cause) {
            if (cause != Refusal.QUEUE_FULL) {
                refused = cause;
            }
        }
    };

    @Override
    public void connect(int port) {
        client = new MqttClient(ProofClient.patient(port, Protocol.MQTT_5, OUTSTANDING_MAX), new MqttListener() {});
        client.start();
        Await.until("the connection", () -> client.status().connected());
    }

    @Override
    public void send(int qos, long timeNs) {
        // The queue is as long as messages may be outstanding.
        while (!client.publish(TOPIC, payload(timeNs), qos, false, callback)) {
            LockSupport.parkNanos(PAUSE_NS);
        }
    }

    private ByteBuf payload(long timeNs) {
        return ByteBufAllocator.DEFAULT
                .directBuffer(PAYLOAD_BYTES)
                .writeLong(timeNs)
                .writeBytes(filling);
    }

    @Override
    public void drain() {
        Await.until("the last acknowledgement", () -> client.status().waiting() == 0);
        if (refused != null) {
            throw new IllegalStateException("refused: " + refused);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
