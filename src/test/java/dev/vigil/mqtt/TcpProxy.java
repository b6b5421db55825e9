package dev.vigil.mqtt;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands between a client and its broker, and does to their connections what networks do: lets bytes vanish, so that neither
 * side notices, as with a dead mobile network; breaks them; slows them down. Threadsafe.
 */
public final class TcpProxy implements AutoCloseable {
    private static final int SLOW_BYTES = 512;
    private static final long SLOW_NS = 4_000_000;

    private final ServerSocket server;
    private final int target;
    private final List<Link> links = new CopyOnWriteArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Object answers = new Object();
    private volatile boolean swallowing;
    private volatile boolean holding;
    private volatile boolean refusing;
    private volatile boolean slow;

    public TcpProxy(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    /** One client's connection and the one to the broker that belongs to it. */
    private static final class Link {
        private final Socket client;
        private final Socket broker;
        private volatile boolean stranded;

        private Link(Socket client, Socket broker) {
            this.client = client;
            this.broker = broker;
        }

        private void reset() throws IOException {
            // Without lingering, closing sends RST instead of FIN.
            for (Socket socket : List.of(client, broker)) {
                if (!socket.isClosed()) {
                    socket.setSoLinger(true, 0);
                    socket.close();
                }
            }
        }

        private void close() throws IOException {
            client.close();
            broker.close();
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    /** From now on all bytes vanish, both ways, and connections stay open. */
    public void swallow(boolean on) {
        swallowing = on;
    }

    /** The connections that are open now are half-open from now on: they stay, and nothing passes them any more. */
    public void strand() {
        for (Link link : links) {
            link.stranded = true;
        }
    }

    /** Whether what the broker says vanishes. When this returns with {@code on}, no byte of it is on its way any more. */
    public void holdAnswers(boolean on) {
        synchronized (answers) {
            holding = on;
        }
    }

    /** Whether about 100 KB/s pass, both ways. */
    public void slow(boolean on) {
        slow = on;
    }

    /** Whether new connections are closed at once. */
    public void refuse(boolean on) {
        refusing = on;
    }

    /** Breaks all connections. */
    public void cut() throws IOException {
        for (Link link : links) {
            link.close();
        }
        links.clear();
    }

    /** Breaks all connections as a router that has forgotten them does (RST). */
    public void reset() throws IOException {
        for (Link link : links) {
            link.reset();
        }
        links.clear();
    }

    /** Whether something passes between a client and the broker. */
    public boolean isLinked() {
        return links.stream().anyMatch(link -> !link.stranded);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket broker = refusing ? null : connect();
                if (broker == null) {
                    client.close();
                    continue;
                }
                client.setTcpNoDelay(true);
                broker.setTcpNoDelay(true);
                Link link = new Link(client, broker);
                links.add(link);
                daemon(() -> copy(link, client, broker));
                daemon(() -> copy(link, broker, client));
            }
        } catch (IOException closed) {
            ended.countDown();
        }
    }

    /** Null when the broker is away, which a client behind the proxy sees as a connection that closes. */
    private Socket connect() {
        try {
            return new Socket(InetAddress.getLoopbackAddress(), target);
        } catch (IOException away) {
            return null;
        }
    }

    private void copy(Link link, Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] bytes = new byte[8192];
            while (true) {
                int count = in.read(bytes, 0, slow ? SLOW_BYTES : bytes.length);
                if (count < 0) {
                    break;
                }
                if (slow) {
                    LockSupport.parkNanos(SLOW_NS);
                }
                if (swallowing || link.stranded) {
                    continue;
                }
                if (from == link.client) {
                    out.write(bytes, 0, count);
                } else {
                    answer(out, bytes, count);
                }
            }
            // A lost network does not tell that the other side hung up either.
            if (!swallowing && !link.stranded) {
                links.remove(link);
                link.close();
            }
        } catch (IOException closed) {
            links.remove(link);
            hangUp(link);
        }
    }

    private void answer(OutputStream out, byte[] bytes, int count) throws IOException {
        synchronized (answers) {
            if (!holding) {
                out.write(bytes, 0, count);
            }
        }
    }

    private static void hangUp(Link link) {
        try {
            link.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        server.close();
        cut();
        ended.await();
    }
}
