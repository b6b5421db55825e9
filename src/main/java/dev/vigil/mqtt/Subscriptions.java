package dev.vigil.mqtt;

import io.netty.channel.Channel;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttSubscribePayload;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnsubscribePayload;
import io.netty.util.collection.IntObjectHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The filters that a client wants messages for, and how far the broker knows of them; renewed with each connection whose
 * session the broker did not keep. Confined to the event loop.
 */
final class Subscriptions {
    private final PacketIds packetIds;
    private final MqttListener listener;
    private final FaultLog faults;
    private final long answerNs;
    /** What came of QoS 2 and is not released yet. */
    final Receipts receipts = new Receipts();

    // For the client's life.
    private final Map<String, Wanted> wanted = new LinkedHashMap<>();

    // For one connection.
    private final IntObjectHashMap<Request> open = new IntObjectHashMap<>();
    private Channel channel;

    Subscriptions(PacketIds packetIds, MqttListener listener, FaultLog faults, long answerNs) {
        this.packetIds = packetIds;
        this.listener = listener;
        this.faults = faults;
        this.answerNs = answerNs;
    }

    private static final class Wanted {
        final int qos;
        /** The broker confirmed it in the session that stands. */
        boolean confirmed;

        Wanted(int qos) {
            this.qos = qos;
        }
    }

    /** A SUBSCRIBE or UNSUBSCRIBE of one filter that awaits its answer. */
    private record Request(String filter, Wanted wanted, long sentNs) {}

    void subscribe(String filter, int qos) {
        Wanted subscription = new Wanted(qos);
        wanted.put(filter, subscription);
        if (channel != null) {
            request(filter, subscription);
            channel.flush();
        }
    }

    void unsubscribe(String filter) {
        if (wanted.remove(filter) != null && channel != null) {
            int id = packetIds.take();
            if (id == 0) {
                faults.note("could not unsubscribe from " + filter + ": every packet id is in use");
                return;
            }
            open.put(id, new Request(filter, null, System.nanoTime()));
            Wire.writeAndFlush(
                    channel,
                    new MqttUnsubscribeMessage(
                            header(MqttMessageType.UNSUBSCRIBE),
                            new MqttMessageIdAndPropertiesVariableHeader(id, MqttProperties.NO_PROPERTIES),
                            new MqttUnsubscribePayload(List.of(filter))));
        }
    }

    void connected(Channel to, boolean sessionPresent) {
        channel = to;
        receipts.connected(sessionPresent);
        wanted.forEach((filter, subscription) -> {
            subscription.confirmed &= sessionPresent;
            if (!subscription.confirmed) {
                request(filter, subscription);
            }
        });
        channel.flush();
    }

    void disconnected() {
        channel = null;
        open.keySet().forEach(packetIds::free);
        open.clear();
    }

    private void request(String filter, Wanted subscription) {
        int id = packetIds.take();
        if (id == 0) {
            refused(filter, "every packet id is in use");
            return;
        }
        open.put(id, new Request(filter, subscription, System.nanoTime()));
        MqttMessage subscribe = new MqttSubscribeMessage(
                header(MqttMessageType.SUBSCRIBE),
                new MqttMessageIdAndPropertiesVariableHeader(id, MqttProperties.NO_PROPERTIES),
                new MqttSubscribePayload(
                        List.of(new MqttTopicSubscription(filter, MqttQoS.valueOf(subscription.qos)))));
        Wire.write(channel, subscribe);
    }

    private static MqttFixedHeader header(MqttMessageType type) {
        // The protocol sets the second bit of the flags (MQTT 5, section 3.8.1), which is where QoS 1 stands.
        return new MqttFixedHeader(type, false, MqttQoS.AT_LEAST_ONCE, false, 0);
    }

    /**
     * SUBACK or UNSUBACK came.
     *
     * @param code granted QoS, or a reason code from 0x80
     */
    void answered(int packetId, int code, MqttProperties properties) {
        Request request = open.remove(packetId);
        if (request == null) {
            return; // An answer to nothing that is open; harmless.
        }
        packetIds.free(packetId);
        if (request.wanted == null) {
            if (code >= 0x80) {
                faults.note("the broker refused to end the subscription to " + request.filter + ": "
                        + ReasonCodes.describe(code, properties));
            }
        } else if (code >= 0x80) {
            refused(request.filter, ReasonCodes.describe(code, properties));
        } else {
            request.wanted.confirmed = true;
            listener.onSubscribed(request.filter, code);
        }
    }

    private void refused(String filter, String reason) {
        faults.note("the subscription to " + filter + " was refused: " + reason);
        listener.onSubscribeRefused(filter, reason);
    }

    /** What the broker owes for too long, for people; null when nothing. */
    String overdue(long nowNs) {
        for (Request request : open.values()) {
            if (nowNs - request.sentNs > answerNs) {
                return "did not answer the " + (request.wanted == null ? "UNSUBSCRIBE" : "SUBSCRIBE") + " for "
                        + request.filter + " within " + TimeUnit.NANOSECONDS.toMillis(answerNs) + " ms";
            }
        }
        return null;
    }
}
