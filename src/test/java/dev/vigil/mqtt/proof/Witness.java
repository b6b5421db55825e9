package dev.vigil.mqtt.proof;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.vigil.mqtt.Await;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Subscribes with a client of another make, in a session that outlives its connections and the broker's deaths, and keeps account of
 * what arrives. Messages are {@code <prefix><topic number>} with the message's number as the payload's first word.
 */
final class Witness implements AutoCloseable {
    private static final String MARKER = "proof/marker";
    private static final long SECONDS = Await.DEADLINE.toSeconds();

    private final String prefix;
    private final Arrivals arrivals;
    private final Mqtt5AsyncClient client;
    private final AtomicInteger markerSeen = new AtomicInteger();
    private final CompletableFuture<Throwable> broken = new CompletableFuture<>();
    private int markers;

    Witness(int port, String prefix, Arrivals arrivals) throws Exception {
        this.prefix = prefix;
        this.arrivals = arrivals;
        client = Mqtt5Client.builder()
                .identifier("witness")
                .serverHost("127.0.0.1")
                .serverPort(port)
                .automaticReconnect()
                .initialDelay(50, TimeUnit.MILLISECONDS)
                .maxDelay(200, TimeUnit.MILLISECONDS)
                .applyAutomaticReconnect()
                .buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, this::received);
        await(client.connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(3_600)
                .keepAlive(5)
                .send());
        await(client.subscribeWith()
                .topicFilter("proof/#")
                .qos(MqttQos.AT_LEAST_ONCE)
                .send());
    }

    private static void await(CompletableFuture<?> answer) throws Exception {
        answer.get(SECONDS, TimeUnit.SECONDS);
    }

    private void received(Mqtt5Publish message) {
        try {
            String topic = message.getTopic().toString();
            String payload = StandardCharsets.US_ASCII
                    .decode(message.getPayload().orElseThrow())
                    .toString();
            int number = Integer.parseInt(payload, 0, end(payload), 10);
            if (topic.equals(MARKER)) {
                markerSeen.accumulateAndGet(number, Math::max);
            } else {
                arrivals.received(Integer.parseInt(topic.substring(prefix.length())), number);
            }
        } catch (RuntimeException e) {
            broken.complete(e);
        }
    }

    private static int end(String payload) {
        int blank = payload.indexOf(' ');
        return blank < 0 ? payload.length() : blank;
    }

    /** Waits until everything has come that the broker took before this was called: it hands on in order. */
    void catchUp() throws Exception {
        int marker = ++markers;
        await(client.publishWith()
                .topic(MARKER)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(Integer.toString(marker).getBytes(StandardCharsets.US_ASCII))
                .send());
        Await.until("the broker's queue to run empty", () -> markerSeen.get() >= marker);
        if (broken.isDone()) {
            throw new IllegalStateException("the witness can not read what came", broken.get());
        }
    }

    @Override
    public void close() throws Exception {
        await(client.disconnect());
    }
}
