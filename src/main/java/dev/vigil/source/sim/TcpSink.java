package dev.vigil.source.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.Channel;

/** RTP and RTCP interleaved with the answers on the client's RTSP connection. */
final class TcpSink extends RtpSink {
    private final Channel connection;
    private final int rtpChannel;
    private final int rtcpChannel;

    TcpSink(Channel connection, int rtpChannel, int rtcpChannel, boolean waitsForKey) {
        super(waitsForKey);
        this.connection = connection;
        this.rtpChannel = rtpChannel;
        this.rtcpChannel = rtcpChannel;
    }

    @Override
    protected boolean hasRoom() {
        return connection.isWritable();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // A void promise: failures come to the channel's exceptionCaught.
    @Override
    protected void write(OutgoingFrame frame) {
        connection.writeAndFlush(frame.interleaved(connection.alloc(), rtpChannel), connection.voidPromise());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The connection ends either way.
    @Override
    protected void writeHalf(OutgoingFrame frame, Runnable after) {
        ByteBuf whole = frame.interleaved(connection.alloc(), rtpChannel);
        ByteBuf half =
                whole.slice(0, RtpPacketizer.PREFIX_BYTES + frame.packet(0).readableBytes() / 2);
        connection.writeAndFlush(half).addListener(written -> after.run());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // As above.
    @Override
    protected void writeReport(ByteBuf report) {
        ByteBuf prefix = connection.alloc().directBuffer(4);
        prefix.writeByte('$').writeByte(rtcpChannel).writeShort(report.readableBytes());
        CompositeByteBuf framed = connection.alloc().compositeBuffer(2).addComponents(true, prefix, report);
        connection.writeAndFlush(framed, connection.voidPromise());
    }

    @Override
    String transport() {
        return "RTP/AVP/TCP;unicast;interleaved=" + rtpChannel + "-" + rtcpChannel;
    }
}
