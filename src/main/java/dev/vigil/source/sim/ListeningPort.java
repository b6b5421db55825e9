package dev.vigil.source.sim;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The RTSP port, which can be closed so that connections are refused, and opened again. Belongs to the server's thread. */
final class ListeningPort {
    private static final Logger log = LoggerFactory.getLogger(ListeningPort.class);
    private static final long RETRY_MS = 250;

    private final ServerBootstrap bootstrap;
    private final EventLoop loop;
    private final String address;
    private final int port;
    private Channel listener;
    private boolean wanted = true;
    private boolean changing;
    private boolean closed;

    private ListeningPort(ServerBootstrap bootstrap, EventLoop loop, String address, Channel listener) {
        this.bootstrap = bootstrap;
        this.loop = loop;
        this.address = address;
        this.listener = listener;
        this.port = ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /**
     * Listens; not on the server's thread.
     *
     * @param port 0 for a free one
     */
    static ListeningPort open(ServerBootstrap bootstrap, EventLoop loop, String address, int port) throws IOException {
        ChannelFuture bound = bootstrap.bind(address, port).awaitUninterruptibly();
        if (bound.isSuccess()) {
            return new ListeningPort(bootstrap, loop, address, bound.channel());
        }
        String why = bound.cause().getMessage();
        boolean taken = bound.cause() instanceof BindException && why.contains("in use");
        throw new IOException(
                "can not listen at " + address + ":" + port + ": "
                        + (taken ? "the port is in use; choose another with --port" : why),
                bound.cause());
    }

    int port() {
        return port;
    }

    /** Opens or closes it, soon. */
    void listen(boolean listen) {
        wanted = listen && !closed;
        if (changing || wanted == (listener != null)) {
            return;
        }
        changing = true;
        if (wanted) {
            bootstrap.bind(address, port).addListener((ChannelFuture bound) -> {
                if (bound.isSuccess()) {
                    listener = bound.channel();
                    changed();
                } else {
                    log.warn(
                            "can not listen at {}:{} again, tries on: {}",
                            address,
                            port,
                            bound.cause().toString());
                    later();
                }
            });
        } else {
            listener.close().addListener(closed -> {
                listener = null;
                changed();
            });
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Ends with the loop.
    private void later() {
        loop.schedule(this::changed, RETRY_MS, TimeUnit.MILLISECONDS);
    }

    /** Closes it for good. */
    void close() {
        closed = true;
        listen(false);
    }

    /** What was wanted meanwhile may be something else. */
    private void changed() {
        changing = false;
        listen(wanted);
    }
}
