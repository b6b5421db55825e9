package dev.vigil.app.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.base.Clock;
import dev.vigil.mqtt.InboundMessage;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttOptions;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Takes what the daemon publishes, with the time at which it came; reads it only afterwards, so as not to disturb. */
final class Subscriber implements MqttListener, AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Clock CLOCK = Clock.SYSTEM;

    private final MqttClient client;
    private final List<Received> received = new ArrayList<>();

    /** A message as it came. */
    private record Received(String topic, byte[] payload, long receivedUtcUs) {}

    /** A message that was read. */
    record Message(JsonNode json, long receivedUtcUs) {}

    Subscriber(URI broker, String filter) {
        client = new MqttClient(MqttOptions.of(broker), this);
        client.start();
        client.subscribe(filter, 0);
    }

    @Override
    public void onMessage(InboundMessage message) {
        long nowUtcUs = CLOCK.utcUs();
        byte[] bytes = ByteBufUtil.getBytes(message.payload());
        synchronized (received) {
            received.add(new Received(message.topic(), bytes, nowUtcUs));
            received.notifyAll();
        }
    }

    int detections() {
        synchronized (received) {
            return (int) received.stream().filter(Subscriber::isDetections).count();
        }
    }

    private static boolean isDetections(Received message) {
        return message.topic.endsWith("/detections");
    }

    /** Waits for a detection message after the first {@code seen}; false when none comes in time or {@code alive} is over. */
    boolean awaitMoreThan(int seen, long timeoutS, BooleanSupplier alive) throws InterruptedException {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutS);
        synchronized (received) {
            while (detections() <= seen) {
                if (System.nanoTime() - endNs > 0 || !alive.getAsBoolean()) {
                    return false;
                }
                received.wait(20);
            }
        }
        return true;
    }

    void clear() {
        synchronized (received) {
            received.clear();
        }
    }

    /** The messages so far whose topic ends so, in order; each is read when it is asked for, since an hour's do not fit. */
    List<Message> messages(String suffix) {
        List<Received> chosen;
        synchronized (received) {
            chosen = received.stream()
                    .filter(message -> message.topic.endsWith(suffix))
                    .toList();
        }
        return new AbstractList<>() {
            @Override
            public Message get(int index) {
                Received message = chosen.get(index);
                try {
                    return new Message(JSON.readTree(message.payload), message.receivedUtcUs);
                } catch (IOException e) {
                    throw new UncheckedIOException("a message on " + message.topic + " is no JSON", e);
                }
            }

            @Override
            public int size() {
                return chosen.size();
            }
        };
    }

    @Override
    public void close() {
        client.close();
    }
}
