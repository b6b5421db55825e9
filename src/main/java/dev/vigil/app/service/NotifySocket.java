package dev.vigil.app.service;

import dev.vigil.base.FullHeap;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.FileNotFoundException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket that takes a service's words. Nothing here waits: where nobody takes what is sent, a few datagrams are kept, and the
 * rest is lost. That, as any other fault, is logged once. All but the constructor is the event loop's.
 */
final class NotifySocket {
    private static final Logger LOG = LoggerFactory.getLogger(NotifySocket.class);
    private static final int PENDING_MAX = 16;
    /** What the kernel has place for, and the zero at its end. */
    private static final int ADDRESS_BYTES_MAX = 107;

    private final String name;
    private final DomainSocketAddress address;
    private final EventLoop loop;
    /** Null before the first datagram, and after a fault. */
    private ChannelFuture connecting;

    private int pending;
    private boolean faultTold;

    /**
     * @param name as {@code NOTIFY_SOCKET} has it: an absolute path, or {@code @} and an abstract name
     * @throws IllegalArgumentException when it is neither
     */
    NotifySocket(String name, EventLoop loop) {
        if (name.length() < 2 || !name.startsWith("/") && !name.startsWith("@")) {
            throw new IllegalArgumentException("an absolute path, or @ and a name, is expected");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > ADDRESS_BYTES_MAX) {
            throw new IllegalArgumentException("it is longer than " + ADDRESS_BYTES_MAX + " bytes");
        }
        this.name = name;
        this.address = new DomainSocketAddress(name.startsWith("@") ? "\0" + name.substring(1) : name);
        this.loop = loop;
    }

    /** @param state assignments, a line each, that are taken together or not at all */
    void send(String state) {
        send(state, false);
    }

    private void send(String state, boolean again) {
        if (pending >= PENDING_MAX) {
            fault("nobody takes what is sent");
            return;
        }
        pending++;
        if (connecting == null) {
            connecting = new Bootstrap()
                    .group(loop)
                    .channel(EpollDomainDatagramChannel.class)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(address);
        }
        ChannelFuture connected = connecting;
        connected.addListener((ChannelFutureListener) open -> opened(open, state, again));
    }

    private void opened(ChannelFuture connected, String state, boolean again) {
        if (!connected.isSuccess()) {
            done(connected, state, true, connected.cause()); // nobody is there: trying at once again is of no use
            return;
        }
        try {
            connected
                    .channel()
                    .writeAndFlush(Unpooled.copiedBuffer(state, StandardCharsets.UTF_8))
                    .addListener(written -> done(connected, state, again, written.cause()));
        } catch (OutOfMemoryError unmet) {
            FullHeap.unmet();
            done(connected, state, true, unmet); // the next one goes over a connection of its own
        }
    }

    /** @param cause null when it was taken */
    private void done(ChannelFuture connected, String state, boolean again, Throwable cause) {
        pending--;
        if (cause == null) {
            return;
        }
        connected.addListener(ChannelFutureListener.CLOSE);
        if (connecting == connected) {
            connecting = null;
        }
        if (again) {
            fault(cause instanceof FileNotFoundException ? "there is no such socket" : cause.getMessage());
        } else {
            send(state, true); // the socket may be another one of the same name
        }
    }

    private void fault(String reason) {
        if (!faultTold) {
            faultTold = true;
            LOG.warn("NOTIFY_SOCKET {}: {}; systemd may not know how this service is", name, reason);
        }
    }

    /** @param closed called when what was sent before is with the kernel, or is lost */
    void close(Runnable closed) {
        if (connecting == null) {
            closed.run();
            return;
        }
        connecting.addListener(open -> closed.run()).addListener(ChannelFutureListener.CLOSE);
    }
}
