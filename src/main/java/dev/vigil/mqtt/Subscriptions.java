package dev.vigil.mqtt;

import io.netty.channel.Channel;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttSubscribePayload;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption.RetainedHandlingPolicy;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnsubscribePayload;
import io.netty.util.collection.IntObjectHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The filters that a client wants messages for, and how far the broker knows of them; renewed with each connection whose
 * session the broker did not keep. Confined to the event loop.
 */
final class Subscriptions {
    /** How the filter of a shared subscription begins (MQTT 5, section 4.8.2). */
    static final String SHARED = "$share/";

    private final PacketIds packetIds;
    private final MqttListener listener;
    private final Faults faults;
    private final long answerNs;
    /** What came of QoS 2 and is not released yet. */
    final Receipts receipts = new Receipts();

    // For the client's life.
    private final Map<String, Wanted> wanted = new LinkedHashMap<>();

    // For the session.
    /** Filters that the broker may know and that are wanted no longer. */
    private final Set<String> unwanted = new LinkedHashSet<>();

    // For one connection.
    private final IntObjectHashMap<Request> open = new IntObjectHashMap<>();
    private Channel channel;
    private BrokerLimits limits;

    Subscriptions(PacketIds packetIds, MqttListener listener, Faults faults, long answerNs) {
        this.packetIds = packetIds;
        this.listener = listener;
        this.faults = faults;
        this.answerNs = answerNs;
    }

    private static final class Wanted {
        final SubscribeOptions options;
        /** The broker confirmed it in the session that stands. */
        boolean confirmed;

        Wanted(SubscribeOptions options) {
            this.options = options;
        }
    }

    /** A SUBSCRIBE, or UNSUBSCRIBE without {@code wanted}, of one filter that awaits its answer. */
    private record Request(String filter, Wanted wanted, long sentNs) {}

    void subscribe(String filter, SubscribeOptions options) {
        Wanted subscription = new Wanted(options);
        wanted.put(filter, subscription);
        unwanted.remove(filter);
        if (channel != null) {
            subscribe(filter, subscription);
            channel.flush();
        }
    }

    void unsubscribe(String filter) {
        if (wanted.remove(filter) != null) {
            unwanted.add(filter);
            if (channel != null) {
                unsubscribeNow(filter);
                channel.flush();
            }
        }
    }

    void connected(Channel to, BrokerLimits brokerLimits, boolean sessionPresent) {
        channel = to;
        limits = brokerLimits;
        receipts.connected(sessionPresent);
        if (!sessionPresent) {
            unwanted.clear();
        }
        unwanted.forEach(this::unsubscribeNow);
        wanted.forEach((filter, subscription) -> {
            subscription.confirmed &= sessionPresent;
            if (!subscription.confirmed) {
                subscribe(filter, subscription);
            }
        });
        channel.flush();
    }

    void disconnected() {
        channel = null;
        open.keySet().forEach(packetIds::free);
        open.clear();
    }

    private void subscribe(String filter, Wanted subscription) {
        String refusal = limits.refusal(filter);
        if (refusal != null) {
            refused(filter, refusal);
            return;
        }
        MqttMessageIdAndPropertiesVariableHeader id = open(new Request(filter, subscription, System.nanoTime()));
        if (id == null) {
            refused(filter, "every packet id is in use");
            return;
        }
        SubscribeOptions options = subscription.options;
        MqttQoS qos = MqttQoS.valueOf(options.qos());
        // To MQTT 3.1.1 these bits are reserved.
        MqttSubscriptionOption option = limits.v5()
                ? new MqttSubscriptionOption(
                        qos,
                        options.noLocal(),
                        options.retainAsPublished(),
                        RetainedHandlingPolicy.valueOf(options.retained().ordinal()))
                : MqttSubscriptionOption.onlyFromQos(qos);
        Wire.write(
                channel,
                new MqttSubscribeMessage(
                        header(MqttMessageType.SUBSCRIBE),
                        id,
                        new MqttSubscribePayload(List.of(new MqttTopicSubscription(filter, option)))));
    }

    private void unsubscribeNow(String filter) {
        MqttMessageIdAndPropertiesVariableHeader id = open(new Request(filter, null, System.nanoTime()));
        if (id == null) {
            faults.note("could not unsubscribe from " + filter + ": every packet id is in use");
            return;
        }
        Wire.write(
                channel,
                new MqttUnsubscribeMessage(
                        header(MqttMessageType.UNSUBSCRIBE), id, new MqttUnsubscribePayload(List.of(filter))));
    }

    /** Null when every packet id is in use. */
    private MqttMessageIdAndPropertiesVariableHeader open(Request request) {
        int id = packetIds.take();
        if (id == 0) {
            return null;
        }
        open.put(id, request);
        return new MqttMessageIdAndPropertiesVariableHeader(id, MqttProperties.NO_PROPERTIES);
    }

    private static MqttFixedHeader header(MqttMessageType type) {
        // The protocol sets the second bit of the flags (MQTT 5, section 3.8.1), which is where QoS 1 stands.
        return new MqttFixedHeader(type, false, MqttQoS.AT_LEAST_ONCE, false, 0);
    }

    /**
     * SUBACK came.
     *
     * @param code granted QoS, or a reason code from 0x80
     */
    void subscribed(int packetId, int code, MqttProperties properties) throws MqttFault {
        Request request = take(packetId);
        if (request == null) {
            return;
        }
        if (request.wanted == null || code < 0x80 && code > request.wanted.options.qos()) {
            throw wrong(request, "SUBACK of code " + code);
        }
        if (code >= 0x80) {
            refused(request.filter, ReasonCodes.describe(code, properties));
        } else {
            request.wanted.confirmed = true;
            listener.onSubscribed(request.filter, code);
        }
    }

    /** UNSUBACK came; a code from 0x80 says that the subscription goes on. */
    void unsubscribed(int packetId, int code, MqttProperties properties) throws MqttFault {
        Request request = take(packetId);
        if (request == null) {
            return;
        }
        if (request.wanted != null) {
            throw wrong(request, "UNSUBACK");
        }
        unwanted.remove(request.filter);
        if (code >= 0x80) {
            faults.note("the broker refused to end the subscription to " + request.filter + ": "
                    + ReasonCodes.describe(code, properties));
        }
    }

    /** What an answer is to; null for nothing that is open, which is harmless. */
    private Request take(int packetId) {
        Request request = open.remove(packetId);
        if (request != null) {
            packetIds.free(packetId);
        }
        return request;
    }

    private static MqttFault wrong(Request request, String answer) {
        return MqttFault.protocol(
                "answered " + name(request) + " for " + request.filter + " with " + answer, ReasonCodes.PROTOCOL_ERROR);
    }

    private void refused(String filter, String reason) {
        faults.note("the subscription to " + filter + " was refused: " + reason);
        listener.onSubscribeRefused(filter, reason);
    }

    private static String name(Request request) {
        return request.wanted == null ? "UNSUBSCRIBE" : "SUBSCRIBE";
    }

    /** What the broker owes for too long, for people; null when nothing. */
    String overdue(long nowNs) {
        for (Request request : open.values()) {
            if (nowNs - request.sentNs > answerNs) {
                return "did not answer the " + name(request) + " for " + request.filter + " within "
                        + TimeUnit.NANOSECONDS.toMillis(answerNs) + " ms";
            }
        }
        return null;
    }
}
