package dev.vigil.app.watch;

import dev.vigil.mqtt.InboundMessage;
import dev.vigil.mqtt.MqttListener;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Stands between the MQTT client and a {@link Sink}: what the connection does, and what can not be read, becomes a line for
 * people, and neither ends anything.
 */
public final class Subscriber implements MqttListener {
    private static final String AWAY = "away";
    private static final String UNREADABLE = "unreadable";

    private final String broker;
    private final Sink sink;
    private final Notices notices;
    private volatile boolean everConnected;
    private volatile String away = "";
    private volatile long unreadable;

    /** @param broker its name for people */
    public Subscriber(String broker, Sink sink, Notices notices) {
        this.broker = broker;
        this.sink = sink;
        this.notices = notices;
    }

    @Override
    public void onConnected(boolean sessionPresent) {
        if (!away.isEmpty()) {
            notices.tell(broker + " connected" + (everConnected ? " again" : ""));
        }
        away = "";
        everConnected = true;
        notices.over(AWAY);
        sink.connected();
    }

    @Override
    public void onAway(String reason) {
        // Another reason is news; the same one again is not.
        if (!reason.equals(away)) {
            notices.over(AWAY);
        }
        away = Text.oneLine(reason);
        notices.tellNowAndThen(AWAY, away + "; trying again");
    }

    @Override
    public void onSubscribeRefused(String filter, String reason) {
        notices.tell(broker + " refused the subscription to " + filter + ": " + Text.oneLine(reason));
    }

    @Override
    public void onMessage(InboundMessage message) {
        try {
            sink.message(message.topic(), utf8(message.payload().nioBuffer()));
        } catch (UnreadableException e) {
            unreadable++; // only the event loop writes
            notices.tellNowAndThen(
                    UNREADABLE, "passed by: the message on " + Text.oneLine(message.topic()) + " " + e.getMessage());
        }
    }

    private static String utf8(ByteBuffer bytes) throws UnreadableException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new UnreadableException("is not UTF-8");
        }
    }

    public boolean everConnected() {
        return everConnected;
    }

    /** Why there is no connection, for people; empty when there is one, or the first is on its way. */
    String away() {
        return away;
    }

    /** Messages that were passed by. */
    public long unreadable() {
        return unreadable;
    }

    String broker() {
        return broker;
    }
}
