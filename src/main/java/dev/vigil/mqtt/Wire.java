package dev.vigil.mqtt;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;

/** Writing and closing without asking how it went: a write that fails reaches {@link FaultHandler}, and ends the connection. */
final class Wire {
    // First bytes of packets, with the flags that the protocol demands (MQTT 5, section 2.1.3).
    static final int PUBACK = 0x40;
    static final int PUBREC = 0x50;
    static final int PUBREL = 0x62;
    static final int PUBCOMP = 0x70;

    private Wire() {}

    static void write(Channel channel, Object message) {
        ChannelFuture untold = channel.write(message, channel.voidPromise());
    }

    static void writeAndFlush(Channel channel, Object message) {
        ChannelFuture untold = channel.writeAndFlush(message, channel.voidPromise());
    }

    /**
     * Writes PUBACK, PUBREC, PUBREL or PUBCOMP (MQTT 5, section 3.4) past the encoder, so that it leaves no garbage.
     *
     * @param reasonCode 0 for success, which is not spelled out; MQTT 3.1.1 knows no other
     */
    static void reply(Channel channel, int firstByte, int packetId, int reasonCode) {
        var packet = channel.alloc().ioBuffer(5);
        packet.writeByte(firstByte);
        packet.writeByte(reasonCode == 0 ? 2 : 3);
        packet.writeShort(packetId);
        if (reasonCode != 0) {
            packet.writeByte(reasonCode);
        }
        write(channel, packet);
    }

    /** The end is told by {@link FaultHandler#channelInactive}. */
    static void close(Channel channel) {
        ChannelFuture untold = channel.close();
    }
}
