package dev.vigil.mqtt;

import io.netty.handler.codec.mqtt.MqttProperties;
import java.time.Duration;

/**
 * What the broker said in CONNACK that it can take (MQTT 5, section 3.2.2.3), with the protocol's own limits where it said
 * nothing.
 *
 * @param v5 the connection speaks MQTT 5, not 3.1.1
 * @param receiveMax most messages of QoS 1 and 2 together that may be in flight
 * @param receiveMaxQos2 most messages of QoS 2 among them
 * @param packetMaxBytes largest packet, with its header
 * @param qosMax highest quality of service
 * @param retainAvailable takes retained messages
 * @param topicAliasMax highest topic alias; 0 for none
 * @param wildcardAvailable takes subscriptions with wildcards
 * @param sharedAvailable takes shared subscriptions
 * @param keepAlive longest silence; zero for any
 */
record BrokerLimits(
        boolean v5,
        int receiveMax,
        int receiveMaxQos2,
        long packetMaxBytes,
        int qosMax,
        boolean retainAvailable,
        int topicAliasMax,
        boolean wildcardAvailable,
        boolean sharedAvailable,
        Duration keepAlive) {
    /** Largest packet that MQTT can express: one byte of type, four of length, and what four bytes of length can say. */
    static final long PROTOCOL_PACKET_MAX_BYTES = 1 + 4 + 268_435_455L;

    private static final int PACKET_IDS = 65_535;
    /**
     * MQTT 3.1.1 has no words for a limit, but brokers have one: Mosquitto by default answers no more than 20 messages of QoS 2
     * at once, and forgets or disorders what comes beyond.
     */
    private static final int QOS_2_MAX_311 = 20;

    static BrokerLimits v311(Duration keepAlive) {
        return new BrokerLimits(
                false, PACKET_IDS, QOS_2_MAX_311, PROTOCOL_PACKET_MAX_BYTES, 2, true, 0, true, true, keepAlive);
    }

    static BrokerLimits v5(MqttProperties connAck, Duration keepAliveAsked) {
        long askedS = keepAliveAsked.toSeconds();
        long brokersS = value(connAck, MqttProperties.SERVER_KEEP_ALIVE, askedS);
        // A broker that allows more silence, or any, is still pinged: it is how a dead connection is noticed.
        long keepAliveS = askedS == 0 || brokersS == 0 ? Math.max(askedS, brokersS) : Math.min(askedS, brokersS);
        int receiveMax = (int) Math.max(1, value(connAck, MqttProperties.RECEIVE_MAXIMUM, PACKET_IDS));
        return new BrokerLimits(
                true,
                receiveMax,
                receiveMax,
                Math.min(
                        PROTOCOL_PACKET_MAX_BYTES,
                        value(connAck, MqttProperties.MAXIMUM_PACKET_SIZE, PROTOCOL_PACKET_MAX_BYTES)),
                (int) value(connAck, MqttProperties.MAXIMUM_QOS, 2),
                value(connAck, MqttProperties.RETAIN_AVAILABLE, 1) != 0,
                (int) value(connAck, MqttProperties.TOPIC_ALIAS_MAXIMUM, 0),
                value(connAck, MqttProperties.WILDCARD_SUBSCRIPTION_AVAILABLE, 1) != 0,
                value(connAck, MqttProperties.SHARED_SUBSCRIPTION_AVAILABLE, 1) != 0,
                Duration.ofSeconds(keepAliveS));
    }

    /**
     * Why this broker would not take a message, or null when it takes it.
     *
     * @param faults gets the reason in words
     */
    Refusal refusal(OutboundMessage message, Faults faults) {
        // With the topic in full, even where an alias stands for it: a resend over another connection has to fit too.
        if (message.packetBytes(v5, false) > packetMaxBytes) {
            faults.note("a message to " + message.topic + " of " + message.payload.readableBytes()
                    + " bytes is larger than the broker's limit of " + packetMaxBytes);
            return Refusal.TOO_LARGE;
        }
        if (message.retain && !retainAvailable) {
            faults.note("the broker takes no retained messages, such as to " + message.topic);
            return Refusal.NOT_SUPPORTED;
        }
        return null;
    }

    /** Why this broker would not take a subscription, in words; null when it takes it. */
    String refusal(String filter) {
        if (!wildcardAvailable && (filter.indexOf('+') >= 0 || filter.indexOf('#') >= 0)) {
            return ReasonCodes.describe(ReasonCodes.WILDCARDS_NOT_SUPPORTED, MqttProperties.NO_PROPERTIES);
        }
        if (!sharedAvailable && filter.startsWith(Subscriptions.SHARED)) {
            return ReasonCodes.describe(ReasonCodes.SHARED_NOT_SUPPORTED, MqttProperties.NO_PROPERTIES);
        }
        return null;
    }

    private static long value(MqttProperties properties, int id, long otherwise) {
        return properties.getProperty(id) instanceof MqttProperties.IntegerProperty property
                // Netty decodes four-byte properties as signed.
                ? Integer.toUnsignedLong(property.value())
                : otherwise;
    }
}
