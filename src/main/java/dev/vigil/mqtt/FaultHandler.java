package dev.vigil.mqtt;

import dev.vigil.base.FullHeap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;

/**
 * Stands last in the pipeline: the first fault of any handler ends the connection, and its end is told once with that fault.
 */
final class FaultHandler extends ChannelInboundHandlerAdapter {
    /** Is told of a connection's end, once, on the event loop. */
    interface End {
        /** @param fault why; null when the other side just closed the connection */
        void ended(MqttFault fault);
    }

    private final End end;
    private final boolean v5;
    private MqttFault fault;

    FaultHandler(boolean v5, End end) {
        this.v5 = v5;
        this.end = end;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (fault != null) {
            return; // What follows from the first fault, such as writes that fail on the closed channel.
        }
        try {
            fail(ctx, cause);
        } catch (OutOfMemoryError unmet) {
            FullHeap.end(unmet); // the connection's end may never be told
        }
    }

    private void fail(ChannelHandlerContext ctx, Throwable cause) {
        fault = Causes.fault(cause);
        if (v5 && fault.disconnectCode() != 0 && ctx.channel().isActive()) {
            // Closed without waiting for it to be written: over a stuck socket that would be for ever.
            Wire.writeAndFlush(ctx.channel(), disconnect(fault.disconnectCode(), MqttProperties.NO_PROPERTIES));
        }
        Wire.close(ctx.channel());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        try {
            end.ended(fault);
        } catch (OutOfMemoryError unmet) {
            FullHeap.end(unmet); // nobody would connect again
        }
    }

    static MqttMessage disconnect(int reasonCode, MqttProperties properties) {
        return new MqttMessage(
                new MqttFixedHeader(MqttMessageType.DISCONNECT, false, MqttQoS.AT_MOST_ONCE, false, 0),
                new MqttReasonCodeAndPropertiesVariableHeader((byte) reasonCode, properties));
    }
}
