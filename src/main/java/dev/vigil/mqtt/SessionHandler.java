package dev.vigil.mqtt;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttReasonCodes;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import java.util.List;

/** What passes once the broker has accepted: messages both ways, acknowledgements, and the broker's farewell. */
final class SessionHandler extends SimpleChannelInboundHandler<MqttMessage> {
    private final boolean v5;
    private final Outbox outbox;
    private final Subscriptions subscriptions;
    private final MqttListener listener;
    private final Counters counters;
    /** Something was written and not flushed. */
    private boolean replied;

    SessionHandler(boolean v5, Outbox outbox, Subscriptions subscriptions, MqttListener listener, Counters counters) {
        this.v5 = v5;
        this.outbox = outbox;
        this.subscriptions = subscriptions;
        this.listener = listener;
        this.counters = counters;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        outbox.pump();
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (replied) {
            replied = false;
            ctx.channel().flush();
        }
        outbox.pump();
        ctx.fireChannelReadComplete();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, MqttMessage message) throws MqttFault {
        MqttFault broken = Decoding.fault(message);
        if (broken != null) {
            throw broken;
        }
        MqttMessageType type = message.fixedHeader().messageType();
        switch (type) {
            case PUBLISH -> received(ctx, (MqttPublishMessage) message);
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> answered(ctx, type, message);
            case SUBACK -> {
                MqttSubAckMessage ack = (MqttSubAckMessage) message;
                MqttMessageIdAndPropertiesVariableHeader header = ack.idAndPropertiesVariableHeader();
                List<MqttReasonCodes.SubAck> codes = ack.payload().typedReasonCodes();
                int code = single(type, codes).byteValue() & 0xFF;
                subscriptions.subscribed(header.messageId(), code, header.properties());
            }
            case UNSUBACK -> {
                MqttUnsubAckMessage ack = (MqttUnsubAckMessage) message;
                MqttMessageIdAndPropertiesVariableHeader header = ack.idAndPropertiesVariableHeader();
                // MQTT 3.1.1 answers without a code.
                int code = v5 ? single(type, ack.payload().typedReasonCodes()).byteValue() & 0xFF : 0;
                subscriptions.unsubscribed(header.messageId(), code, header.properties());
            }
            case DISCONNECT -> disconnected(ctx, message);
            default ->
                throw MqttFault.protocol("sent " + type + ", which has no place here", ReasonCodes.PROTOCOL_ERROR);
        }
    }

    /** The one code of an answer, as each request has one filter; the decoder gives null for a code that there is not. */
    private static <T> T single(MqttMessageType type, List<T> codes) throws MqttFault {
        if (codes.size() != 1 || codes.get(0) == null) {
            throw MqttFault.protocol(
                    "sent " + type + " with "
                            + (codes.size() == 1
                                    ? "an unknown reason code"
                                    : codes.size() + " reason codes for one filter"),
                    ReasonCodes.PROTOCOL_ERROR);
        }
        return codes.get(0);
    }

    private void received(ChannelHandlerContext ctx, MqttPublishMessage message) throws MqttFault {
        checkTopic(message.variableHeader());
        int qos = message.fixedHeader().qosLevel().value();
        int packetId = message.variableHeader().packetId();
        if (qos < 2 || subscriptions.receipts.take(packetId, v5)) {
            counters.received.increment();
            MqttTrace.received(message.payload().readableBytes());
            listener.onMessage(new InboundMessage(
                    message.variableHeader().topicName(),
                    message.payload(),
                    qos,
                    message.fixedHeader().isRetain(),
                    PublishProperties.of(message.variableHeader().properties())));
        }
        if (qos > 0) {
            reply(ctx, qos == 1 ? Wire.PUBACK : Wire.PUBREC, packetId, 0);
        }
    }

    /** No alias was allowed, so each message has its topic's name. The decoder has looked for wildcards. */
    private static void checkTopic(MqttPublishVariableHeader header) throws MqttFault {
        if (header.properties() != null && header.properties().getProperty(MqttProperties.TOPIC_ALIAS) != null) {
            throw MqttFault.protocol(
                    "sent a topic alias, which it was not allowed to use", ReasonCodes.TOPIC_ALIAS_INVALID);
        }
        if (header.topicName().isEmpty()) {
            throw MqttFault.protocol("sent a message without a topic", ReasonCodes.PROTOCOL_ERROR);
        }
    }

    private void reply(ChannelHandlerContext ctx, int firstByte, int packetId, int code) {
        Wire.reply(ctx.channel(), firstByte, packetId, code);
        replied = true;
    }

    private void answered(ChannelHandlerContext ctx, MqttMessageType type, MqttMessage message) throws MqttFault {
        if (!v5 && message.fixedHeader().remainingLength() != 2) {
            throw MqttFault.protocol(
                    "sent what is not MQTT: " + type + " with more than a packet id", ReasonCodes.MALFORMED_PACKET);
        }
        MqttMessageIdVariableHeader header = (MqttMessageIdVariableHeader) message.variableHeader();
        int packetId = header.messageId();
        int code = 0;
        MqttProperties properties = MqttProperties.NO_PROPERTIES;
        if (header instanceof MqttPubReplyMessageVariableHeader reply) {
            code = reply.reasonCode() & 0xFF;
            properties = reply.properties();
        }
        String words = code < 0x80 ? "" : ReasonCodes.describe(code, properties);
        switch (type) {
            case PUBACK -> outbox.inFlight().acknowledged(packetId, code, words);
            case PUBREC -> {
                outbox.inFlight().received(packetId, code, words);
                replied = true;
            }
            case PUBREL -> {
                boolean known = subscriptions.receipts.release(packetId);
                reply(ctx, Wire.PUBCOMP, packetId, known || !v5 ? 0 : ReasonCodes.PACKET_ID_NOT_FOUND);
            }
            default -> outbox.inFlight().completed(packetId);
        }
    }

    private static void disconnected(ChannelHandlerContext ctx, MqttMessage message) {
        int code = 0;
        MqttProperties properties = MqttProperties.NO_PROPERTIES;
        if (message.variableHeader() instanceof MqttReasonCodeAndPropertiesVariableHeader reason) {
            code = reason.reasonCode() & 0xFF;
            properties = reason.properties();
        }
        ctx.fireExceptionCaught(MqttFault.said("ended the connection", code, properties));
    }
}
