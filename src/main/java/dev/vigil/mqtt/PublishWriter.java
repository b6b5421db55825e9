package dev.vigil.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/** Writes messages to one connection as its broker will have them. Confined to the event loop. */
final class PublishWriter {
    /** Payloads up to this size in bytes are copied behind their header: a second buffer in the socket's queue costs more. */
    private static final int COPIED_BYTES_MAX = 4_096;

    private final Channel channel;
    private final BrokerLimits limits;
    private final Faults faults;
    private final TopicAliases aliases;
    private boolean steppedDown;

    PublishWriter(Channel channel, BrokerLimits limits, Faults faults) {
        this.channel = channel;
        this.limits = limits;
        this.faults = faults;
        this.aliases = new TopicAliases(limits.topicAliasMax());
    }

    /** The quality of service that the broker takes a message with; tells once when that is less than was asked for. */
    int qos(OutboundMessage message) {
        if (message.qos > limits.qosMax() && !steppedDown) {
            steppedDown = true;
            faults.note("the broker takes no messages above QoS " + limits.qosMax() + ": those of QoS " + message.qos
                    + " go with QoS " + limits.qosMax());
        }
        return Math.min(message.qos, limits.qosMax());
    }

    /**
     * Writes a message, without flushing; it learns itself when that is done.
     *
     * @param again the broker may have seen it
     */
    void write(OutboundMessage message, boolean again) {
        long beganNs = MqttTrace.nowNs();
        int alias = aliases.known(message.topic);
        boolean known = alias != 0;
        if (!known && limits.topicAliasMax() > 0 && message.packetBytes(true, true) <= limits.packetMaxBytes()) {
            alias = aliases.assign(message.topic);
        }
        message.channel = channel;
        message.writing = true;
        ByteBuf payload = message.payload;
        int bytes = payload.readableBytes();
        if (bytes <= COPIED_BYTES_MAX) {
            ByteBuf packet = message.header(channel.alloc(), limits.v5(), again, alias, known, bytes);
            packet.writeBytes(payload, payload.readerIndex(), bytes);
            if (message.qos == 0) {
                payload.release();
            }
            channel.write(packet).addListener(message);
        } else {
            Wire.write(channel, message.header(channel.alloc(), limits.v5(), again, alias, known, 0));
            // One of QoS 1 or 2 is kept for a resend; the socket gets its own view of the same bytes.
            channel.write(message.qos == 0 ? payload : payload.retainedDuplicate())
                    .addListener(message);
        }
        MqttTrace.written(beganNs, bytes);
    }
}
