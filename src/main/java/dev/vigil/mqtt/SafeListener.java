package dev.vigil.mqtt;

/** A user's listener whose exceptions are logged and end there, so that they can not break the connection. */
final class SafeListener implements MqttListener {
    private final MqttListener listener;
    private final Faults faults;

    SafeListener(MqttListener listener, Faults faults) {
        this.listener = listener;
        this.faults = faults;
    }

    @Override
    public void onConnected(boolean sessionPresent) {
        guard(() -> listener.onConnected(sessionPresent));
    }

    @Override
    public void onAway(String reason) {
        guard(() -> listener.onAway(reason));
    }

    @Override
    public void onLoginRefused() {
        guard(listener::onLoginRefused);
    }

    @Override
    public void onMessage(InboundMessage message) {
        guard(() -> listener.onMessage(message));
    }

    @Override
    public void onSubscribed(String filter, int grantedQos) {
        guard(() -> listener.onSubscribed(filter, grantedQos));
    }

    @Override
    public void onSubscribeRefused(String filter, String reason) {
        guard(() -> listener.onSubscribeRefused(filter, reason));
    }

    private void guard(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            faults.thrown("a listener", e);
        }
    }
}
