package dev.vigil.source.rtsp;

import dev.vigil.base.Clock;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import javax.net.ssl.SSLException;

/**
 * A TCP connection, or TLS on one, on which every read has an absolute deadline: a peer that sends a byte a second extends
 * nothing. Writes are small and fit the send buffer.
 */
final class Wire implements Closeable {
    private final InputStream in;
    private final OutputStream out;
    private final DeadlineSocket raw;
    private final Socket socket;

    private Wire(DeadlineSocket raw, Socket socket) throws IOException {
        this.raw = raw;
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /** A wire without a socket, which has no deadline: for tests. */
    Wire(InputStream in, OutputStream out) {
        this.raw = null;
        this.socket = null;
        this.in = in;
        this.out = out;
    }

    /** Connects, with TLS where the address asks for it. Tries the host's addresses one after the other. */
    static Wire connect(RtspAddress to, SourceOptions.Tls tls, long deadlineNs, Clock clock, OpenResources resources)
            throws SourceException {
        InetAddress[] addresses = Resolver.resolve(to.host(), to.shown(), deadlineNs, clock, resources);
        SourceException failure = null;
        for (int i = 0; i < addresses.length; i++) {
            long nowNs = clock.monotonicNs();
            long shareNs = Math.max(0, deadlineNs - nowNs) / (addresses.length - i);
            try {
                return connect(to, addresses[i], tls, nowNs + shareNs, deadlineNs, clock, resources);
            } catch (SourceException e) {
                failure =
                        e; // the last address's failure is told; with one address, which is the rule, that is all there
                // is
            }
        }
        throw failure == null ? to.error(Cause.UNREACHABLE, "has no address") : failure;
    }

    private static Wire connect(
            RtspAddress to,
            InetAddress address,
            SourceOptions.Tls tls,
            long connectDeadlineNs,
            long deadlineNs,
            Clock clock,
            OpenResources resources)
            throws SourceException {
        DeadlineSocket raw = new DeadlineSocket(clock);
        boolean done = false;
        try {
            resources.guard(raw);
            raw.setOption(StandardSocketOptions.TCP_NODELAY, true);
            raw.connect(new InetSocketAddress(address, to.port()), leftMs(connectDeadlineNs, clock));
            raw.deadlineNs = deadlineNs;
            Wire wire = new Wire(raw, to.tls() ? Tls.over(raw, to, tls) : raw);
            done = true;
            return wire;
        } catch (SocketTimeoutException e) {
            throw to.error(
                    Cause.UNREACHABLE,
                    to.tls() && raw.isConnected() ? "no TLS answer in time" : "no answer to connecting",
                    e);
        } catch (ConnectException e) {
            boolean refused = String.valueOf(e.getMessage()).contains("refused");
            throw to.error(
                    refused ? Cause.REFUSED : Cause.UNREACHABLE,
                    refused ? "connection refused" : "can not connect: " + e.getMessage(),
                    e);
        } catch (SSLException e) {
            throw resources.closed()
                    ? to.error(Cause.ENDED, "stopped", e)
                    : to.error(Cause.REFUSED, "no TLS: " + Text.printable(String.valueOf(e.getMessage()), 400), e);
        } catch (IOException e) {
            Cause cause = resources.closed() ? Cause.ENDED : raw.isConnected() ? Cause.REFUSED : Cause.UNREACHABLE;
            throw to.error(
                    cause, resources.closed() ? "stopped" : "can not connect: " + Text.printable(e.toString(), 160), e);
        } finally {
            if (!done) {
                resources.release(raw);
                closeFailed(raw);
            }
        }
    }

    /** Reads must end by then, on the clock's monotonic time. */
    void deadlineNs(long deadlineNs) {
        if (raw != null) {
            raw.deadlineNs = deadlineNs;
        }
    }

    /**
     * Reads at least one byte.
     *
     * @return how many, or -1 at the end
     * @throws SocketTimeoutException at the deadline; reading may go on after it
     */
    int read(byte[] into, int offset, int length) throws IOException {
        return in.read(into, offset, length);
    }

    void write(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** The camera's address as connected. */
    InetAddress peer() {
        return raw.getInetAddress();
    }

    /** This side's address as the camera sees it, but for a NAT. */
    InetAddress local() {
        return raw.getLocalAddress();
    }

    /** What {@link OpenResources} closes: closing TLS from another thread may wait for its reader, the socket below never does. */
    Closeable abortable() {
        return raw;
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            try {
                socket.close();
            } finally {
                raw.close();
            }
        }
    }

    private static void closeFailed(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException("a socket that never connected can not be closed", e);
        }
    }

    private static int leftMs(long deadlineNs, Clock clock) throws SocketTimeoutException {
        long leftNs = deadlineNs - clock.monotonicNs();
        if (leftNs <= 0) {
            throw new SocketTimeoutException("deadline passed");
        }
        return (int) Math.min(Integer.MAX_VALUE, (leftNs + 999_999) / 1_000_000);
    }

    /** Sets SO_TIMEOUT to what is left before each read, also for those that TLS makes on its own. */
    private static final class DeadlineSocket extends Socket {
        private final Clock clock;
        private long deadlineNs;

        DeadlineSocket(Clock clock) {
            this.clock = clock;
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read() throws IOException {
                    setSoTimeout(leftMs(deadlineNs, clock));
                    return in.read();
                }

                @Override
                public int read(byte[] into, int offset, int length) throws IOException {
                    setSoTimeout(leftMs(deadlineNs, clock));
                    return in.read(into, offset, length);
                }
            };
        }
    }
}
