package dev.vigil.source.rtsp;

import dev.vigil.base.Clock;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceException.Cause;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RTP and RTCP over a pair of UDP ports, beside the RTSP connection. Reorders, sends receiver reports, opens the way through a
 * NAT, and looks at the connection when the camera falls silent.
 */
final class UdpTransport implements MediaTransport {
    private static final Logger LOG = LoggerFactory.getLogger(RtspStream.class);
    private static final int BIND_ATTEMPTS = 32;
    private static final int RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
    private static final int REORDER_PACKETS = 128;
    private static final long REORDER_NS = 50_000_000;
    private static final long REPORT_NS = 5_000_000_000L;
    /** After so much silence the RTSP connection is looked at: a camera that went away closes it. */
    private static final long SILENCE_NS = 250_000_000;
    /** An answer to a keep-alive is looked for so often. */
    private static final long ANSWER_NS = 100_000_000;

    private final RtspConnection connection;
    private final RtspSession session;
    private final RtspAddress address;
    private final Clock clock;
    private final OpenResources resources;
    private final Faults faults;
    private final InetAddress camera;
    private final Selector selector;
    private final DatagramChannel rtp;
    private final DatagramChannel rtcp;
    private final JitterQueue queue = new JitterQueue(REORDER_PACKETS, REORDER_NS);
    private final ByteBuffer received = ByteBuffer.allocateDirect(65_536);
    private final byte[] control = new byte[65_536];
    private final ByteBuffer report = ByteBuffer.allocateDirect(Reception.REPORT_BYTES_MAX);
    private final int ownSsrc = ThreadLocalRandom.current().nextInt();

    private InetAddress source;
    private SocketAddress rtpTo;
    private SocketAddress rtcpTo;
    /** A packet that found no room in the queue. */
    private boolean waiting;

    private long waitingNs;

    private RtpReceiver receiver;
    private long lookNs;
    private long reportNs;

    UdpTransport(
            RtspConnection connection,
            RtspSession session,
            RtspAddress address,
            Clock clock,
            OpenResources resources,
            Faults faults,
            Wire wire)
            throws SourceException {
        this.connection = connection;
        this.session = session;
        this.address = address;
        this.clock = clock;
        this.resources = resources;
        this.faults = faults;
        this.camera = wire.peer();
        this.source = camera;
        this.lookNs = clock.monotonicNs();
        this.reportNs = lookNs + REPORT_NS;
        try {
            selector = resources.guard(Selector.open());
            DatagramChannel[] pair = bind(wire.local());
            rtp = resources.guard(pair[0]);
            rtcp = resources.guard(pair[1]);
            for (DatagramChannel channel : pair) {
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ);
            }
            rtp.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
            LOG.debug(
                    "{}: UDP receive buffer {} bytes", address.shown(), rtp.getOption(StandardSocketOptions.SO_RCVBUF));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** An even port for RTP and the next one for RTCP (RFC 3550, section 11). */
    private static DatagramChannel[] bind(InetAddress local) throws IOException {
        IOException failure = new IOException("no two neighbouring UDP ports are free");
        for (int attempt = 0; attempt < BIND_ATTEMPTS; attempt++) {
            DatagramChannel first = DatagramChannel.open();
            DatagramChannel second = DatagramChannel.open();
            try {
                first.bind(new InetSocketAddress(local, 0));
                int port = ((InetSocketAddress) first.getLocalAddress()).getPort();
                if (port % 2 == 0) {
                    second.bind(new InetSocketAddress(local, port + 1));
                    return new DatagramChannel[] {first, second};
                }
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            first.close();
            second.close();
        }
        throw failure;
    }

    @Override
    public String offer() {
        int port = rtp.socket().getLocalPort();
        return "RTP/AVP;unicast;client_port=" + port + "-" + (port + 1);
    }

    @Override
    public void agreed(String transport) throws SourceException {
        for (String part : transport == null ? new String[0] : transport.split("[;,]")) {
            String word = part.strip().toLowerCase(Locale.ROOT);
            if (word.equals("rtp/avp/tcp") || word.startsWith("interleaved=")) {
                throw address.error(Cause.UNSUPPORTED, "sends over TCP, though asked for UDP");
            } else if (word.startsWith("source=")) {
                source = literal(word.substring("source=".length()));
            } else if (word.startsWith("server_port=")) {
                String[] ports = word.substring("server_port=".length()).split("-");
                int first = Text.number(ports.length > 0 ? ports[0] : "", 0);
                int second = Text.number(ports.length > 1 ? ports[1] : "", first + 1);
                if (first > 0 && first < 65_536 && second > 0 && second < 65_536) {
                    rtpTo = new InetSocketAddress(camera, first);
                    rtcpTo = new InetSocketAddress(camera, second);
                }
            }
        }
        punch();
    }

    /** The camera's other address, when it is a literal one: no name is looked up for it. */
    private InetAddress literal(String text) {
        boolean plausible =
                !text.isEmpty() && text.chars().allMatch(c -> c == '.' || c == ':' || Character.digit(c, 16) >= 0);
        if (plausible && text.chars().anyMatch(c -> c == '.' || c == ':')) {
            try {
                return InetAddress.getByName(text);
            } catch (IOException e) {
                LOG.debug("{}: its source address can not be read: {}", address.shown(), e.toString());
            }
        }
        return camera;
    }

    /** An empty RTP packet and an empty report make a firewall or NAT on the way expect the camera's packets. */
    private void punch() throws SourceException {
        ByteBuffer empty = ByteBuffer.allocate(12).put((byte) 0x80).position(0); // version 2, all else 0
        send(rtp, empty, rtpTo);
        ByteBuffer report = ByteBuffer.allocate(8)
                .putShort((short) 0x80c9)
                .putShort((short) 1)
                .putInt(ownSsrc)
                .flip();
        send(rtcp, report, rtcpTo);
    }

    /** From here on receiver reports are sent about this reception. */
    void reportOn(RtpReceiver receiver) {
        this.receiver = receiver;
    }

    @Override
    public boolean next(Datagram into, long untilNs) throws SourceException {
        long quietNs = clock.monotonicNs() + SILENCE_NS;
        try {
            while (true) {
                long nowNs = clock.monotonicNs();
                if (queue.poll(into, nowNs)) {
                    return true;
                }
                if (waiting || receive(rtp, nowNs)) {
                    waitingNs = waiting ? waitingNs : nowNs;
                    waiting = !queue.offer(received, received.getShort(2) & 0xffff, waitingNs);
                    continue;
                }
                if (receive(rtcp, nowNs)) {
                    int length = received.remaining();
                    received.get(control, 0, length);
                    into.set(control, 0, length, nowNs, true);
                    return true;
                }
                if (nowNs - untilNs >= 0) {
                    return false;
                }
                maintain(nowNs);
                if (nowNs - quietNs >= 0) {
                    lookAtConnection();
                    quietNs = nowNs + SILENCE_NS;
                }
                await(nowNs, Math.min(untilNs, quietNs));
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Reads one datagram of the camera, if one is there. */
    private boolean receive(DatagramChannel channel, long nowNs) throws IOException {
        while (true) {
            received.clear();
            SocketAddress from = channel.receive(received);
            if (from == null) {
                return false;
            }
            received.flip();
            InetAddress sender = ((InetSocketAddress) from).getAddress();
            if (received.remaining() >= 4 && (sender.equals(source) || sender.equals(camera))) {
                return true;
            }
            faults.count(Faults.Fault.FOREIGN, 1);
            faults.log(nowNs);
        }
    }

    private void maintain(long nowNs) throws SourceException {
        session.maintain(nowNs);
        if (session.awaitsAnswer() && nowNs - lookNs >= 0) {
            // Also while pictures come: the answer may be a demand to log in anew.
            lookNs = nowNs + ANSWER_NS;
            lookAtConnection();
        }
        long late = queue.takeLate();
        if (late > 0) {
            faults.count(Faults.Fault.LATE, late);
        }
        if (receiver != null && nowNs - reportNs >= 0) {
            reportNs = nowNs + REPORT_NS;
            report.clear();
            receiver.reception().write(report, ownSsrc, receiver.ssrc(), nowNs);
            send(rtcp, report.flip(), rtcpTo);
        }
    }

    private void await(long nowNs, long untilNs) throws IOException {
        long wakeNs = Math.min(Math.min(untilNs, reportNs), session.keepAliveNs());
        if (!queue.isEmpty()) {
            wakeNs = Math.min(wakeNs, queue.wakeNs());
        }
        try {
            selector.select(Math.max(1, (wakeNs - nowNs + 999_999) / 1_000_000));
            selector.selectedKeys().clear();
        } catch (ClosedSelectorException e) {
            throw new IOException("stopped", e);
        }
    }

    /** Reads the answers to keep-alives, and notices the connection's end. */
    private void lookAtConnection() throws SourceException {
        RtspConnection.Item item = connection.next(clock.monotonicNs() + 1_000_000);
        while (item != RtspConnection.Item.NOTHING) {
            if (item == RtspConnection.Item.MESSAGE) {
                session.answered(connection.message());
            }
            item = connection.next(clock.monotonicNs() + 1_000_000);
        }
    }

    private void send(DatagramChannel from, ByteBuffer packet, SocketAddress to) throws SourceException {
        if (to == null) {
            return;
        }
        try {
            from.send(packet, to);
        } catch (IOException e) {
            if (resources.closed()) {
                throw failed(e);
            }
            LOG.debug("{}: can not send to {}: {}", address.shown(), to, e.toString()); // reports are a courtesy
        }
    }

    private SourceException failed(IOException e) {
        return resources.closed()
                ? address.error(Cause.ENDED, "stopped", e)
                : address.error(Cause.UNREACHABLE, "UDP failed: " + Text.printable(e.toString(), 120), e);
    }

    @Override
    public void close() throws IOException {
        resources.release(selector);
        resources.release(rtp);
        resources.release(rtcp);
        selector.close();
        rtp.close();
        rtcp.close();
    }
}
