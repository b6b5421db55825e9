package dev.vigil.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Hands Netty's decoder one whole packet at a time and has it make one message of each. By itself that decoder would take what
 * a packet lacks from the packet behind it, or wait for ever for one.
 */
final class PacketFramer extends ByteToMessageDecoder {
    private static final int LENGTH_BYTES_MAX = 4;

    private final int packetMaxBytes;
    private int messages;
    private boolean broken;

    /** @param packetMaxBytes largest packet that is taken, with its header */
    PacketFramer(int packetMaxBytes) {
        this.packetMaxBytes = packetMaxBytes;
    }

    /** Stands right behind the decoder. */
    ChannelHandler witness() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                messages++;
                ctx.fireChannelRead(message);
            }
        };
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (broken) {
            in.skipBytes(in.readableBytes());
            return;
        }
        int first = in.getUnsignedByte(in.readerIndex());
        if (!canBegin(first)) {
            fail(ctx, malformed(String.format("a packet that begins with 0x%02x", first)));
            return;
        }
        int remaining = 0;
        for (int i = 0; i < LENGTH_BYTES_MAX; i++) {
            if (in.readableBytes() < 1 + i + 1) {
                return;
            }
            byte digit = in.getByte(in.readerIndex() + 1 + i);
            remaining |= (digit & 0x7F) << 7 * i;
            if (digit >= 0) {
                packet(ctx, in, 1 + i + 1 + remaining);
                return;
            }
        }
        fail(ctx, malformed("a length of more than four bytes"));
    }

    /** Whether there is such a type with such flags (MQTT 5, sections 2.1.2 and 2.1.3), known before the whole packet is here. */
    private static boolean canBegin(int first) {
        int flags = first & 0x0F;
        return switch (first >>> 4) {
            case 0 -> false;
            case 3 -> (flags & 0x06) != 0x06; // PUBLISH, of which there is no QoS 3
            case 6, 8, 10 -> flags == 0x02; // PUBREL, SUBSCRIBE, UNSUBSCRIBE
            default -> flags == 0;
        };
    }

    private static MqttFault malformed(String what) {
        return MqttFault.protocol("sent what is not MQTT: " + what, ReasonCodes.MALFORMED_PACKET);
    }

    private void packet(ChannelHandlerContext ctx, ByteBuf in, int bytes) {
        if (bytes > packetMaxBytes) {
            fail(
                    ctx,
                    MqttFault.protocol(
                            "sent a packet larger than " + packetMaxBytes + " bytes", ReasonCodes.PACKET_TOO_LARGE));
        } else if (in.readableBytes() >= bytes) {
            int before = messages;
            ctx.fireChannelRead(in.readRetainedSlice(bytes));
            if (messages != before + 1 && !ctx.isRemoved()) {
                fail(ctx, malformed("a packet whose length does not fit what is in it"));
            }
        }
    }

    private void fail(ChannelHandlerContext ctx, MqttFault fault) {
        broken = true;
        ctx.fireExceptionCaught(fault);
    }
}
