package dev.vigil.source.sim;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** RTP and RTCP as datagrams to two ports of the client. */
final class UdpSink extends RtpSink {
    /** Datagrams sent in one go: what a receiver's default socket buffer (208 KiB, counted with overhead) takes well. */
    private static final int BURST_PACKETS = 32;
    /** A large frame is spread over this many bursts, one a millisecond, so that it ends before the next one is due. */
    private static final int BURSTS_MAX = 16;

    private final UdpPorts ports;
    private final DripRate rate;
    private final InetSocketAddress rtp;
    private final InetSocketAddress rtcp;

    UdpSink(UdpPorts ports, DripRate rate, InetSocketAddress rtp, InetSocketAddress rtcp, boolean waitsForKey) {
        super(waitsForKey);
        this.ports = ports;
        this.rate = rate;
        this.rtp = rtp;
        this.rtcp = rtcp;
    }

    InetSocketAddress rtcpAddress() {
        return rtcp;
    }

    @Override
    protected boolean hasRoom() {
        return ports.rtp().isWritable();
    }

    @Override
    protected void write(OutgoingFrame frame) {
        int packets = 0; // what a drip does not let through is lost
        while (packets < frame.packets() && rate.lets(frame.packet(packets).readableBytes())) {
            packets++;
        }
        int burst = Math.max(BURST_PACKETS, (packets + BURSTS_MAX - 1) / BURSTS_MAX);
        for (int first = 0; first < packets; first += burst) {
            int count = Math.min(burst, packets - first);
            if (first == 0) {
                send(datagrams(frame, first, count));
            } else {
                DatagramPacket[] later = datagrams(frame, first, count);
                ports.later(() -> send(later), first / burst, TimeUnit.MILLISECONDS);
            }
        }
    }

    private DatagramPacket[] datagrams(OutgoingFrame frame, int first, int count) {
        DatagramPacket[] datagrams = new DatagramPacket[count];
        for (int i = 0; i < count; i++) {
            datagrams[i] = new DatagramPacket(frame.datagram(first + i), rtp);
        }
        return datagrams;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // A void promise: failures come to the channel's exceptionCaught.
    private void send(DatagramPacket[] datagrams) {
        Channel channel = ports.rtp();
        for (DatagramPacket datagram : datagrams) {
            channel.write(datagram, channel.voidPromise());
        }
        channel.flush();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The session ends either way.
    @Override
    protected void writeHalf(OutgoingFrame frame, Runnable after) {
        ByteBuf whole = frame.datagram(0);
        ByteBuf half = whole.slice(0, whole.readableBytes() / 2);
        ports.rtp().writeAndFlush(new DatagramPacket(half, rtp)).addListener(written -> after.run());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // As above.
    @Override
    protected void writeReport(ByteBuf report) {
        Channel channel = ports.rtcp();
        channel.writeAndFlush(new DatagramPacket(report, rtcp), channel.voidPromise());
    }

    @Override
    String transport() {
        return "RTP/AVP;unicast;client_port=" + rtp.getPort() + "-" + rtcp.getPort() + ";server_port=" + ports.rtpPort()
                + "-" + ports.rtcpPort();
    }
}
