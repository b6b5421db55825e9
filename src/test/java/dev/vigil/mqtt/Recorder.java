package dev.vigil.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Keeps all that a client tells its listener. */
public class Recorder implements MqttListener {
    public record Received(String topic, String payload, int qos, boolean retain) {}

    public final BlockingQueue<Received> messages = new LinkedBlockingQueue<>();
    public final BlockingQueue<Boolean> sessionsPresent = new LinkedBlockingQueue<>();
    public final BlockingQueue<String> away = new LinkedBlockingQueue<>();
    public final BlockingQueue<String> subscribed = new LinkedBlockingQueue<>();
    public final BlockingQueue<String> refusedSubscriptions = new LinkedBlockingQueue<>();

    @Override
    public void onConnected(boolean sessionPresent) {
        sessionsPresent.add(sessionPresent);
    }

    @Override
    public void onAway(String reason) {
        away.add(reason);
    }

    @Override
    public void onMessage(InboundMessage message) {
        messages.add(new Received(
                message.topic(), message.payload().toString(StandardCharsets.UTF_8), message.qos(), message.retain()));
    }

    @Override
    public void onSubscribed(String filter, int grantedQos) {
        subscribed.add(filter + " " + grantedQos);
    }

    @Override
    public void onSubscribeRefused(String filter, String reason) {
        refusedSubscriptions.add(filter + " " + reason);
    }
}
