package dev.vigil.app;

import dev.vigil.mqtt.InboundMessage;
import dev.vigil.mqtt.MqttListener;
import java.util.List;

/** Several listeners of one client, told in their order. */
record Listeners(List<MqttListener> all) implements MqttListener {
    @Override
    public void onConnected(boolean sessionPresent) {
        all.forEach(listener -> listener.onConnected(sessionPresent));
    }

    @Override
    public void onAway(String reason) {
        all.forEach(listener -> listener.onAway(reason));
    }

    @Override
    public void onLoginRefused() {
        all.forEach(MqttListener::onLoginRefused);
    }

    @Override
    public void onMessage(InboundMessage message) {
        all.forEach(listener -> listener.onMessage(message));
    }

    @Override
    public void onSubscribed(String filter, int grantedQos) {
        all.forEach(listener -> listener.onSubscribed(filter, grantedQos));
    }

    @Override
    public void onSubscribeRefused(String filter, String reason) {
        all.forEach(listener -> listener.onSubscribeRefused(filter, reason));
    }
}
