package dev.vigil.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.mqtt.MqttProperties;

/**
 * Stands before the decoder of MQTT 5 for the first two bytes. Brokers from before MQTT 5 answer in their own form, whatever
 * they say in it: a CONNACK of two bytes, too short for MQTT 5, for the rest of which the decoder would wait.
 */
final class OlderConnAck extends ChannelInboundHandlerAdapter {
    private static final int CONNACK = 0x20;
    private static final int LENGTH_311 = 2;

    private int type = -1;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        int at = bytes.readerIndex();
        if (type < 0 && bytes.isReadable()) {
            type = bytes.getUnsignedByte(at++);
        }
        if (at < bytes.writerIndex()) {
            ctx.pipeline().remove(this);
            if (type == CONNACK && bytes.getUnsignedByte(at) == LENGTH_311) {
                bytes.release();
                ctx.fireExceptionCaught(MqttFault.said(
                        "refused the connection", ReasonCodes.UNSUPPORTED_VERSION, MqttProperties.NO_PROPERTIES));
                return;
            }
        }
        ctx.fireChannelRead(message);
    }
}
