package dev.vigil.app.soak;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stands between the daemon and its broker, and does to their connections what networks do. Threadsafe. */
final class BrokerProxy implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerProxy.class);
    private static final int BUFFER_BYTES = 16 << 10;

    private final ServerSocket server;
    private final int target;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final Object gate = new Object();
    /** Guarded by {@link #gate}. */
    private boolean holding;

    private volatile boolean refusing;

    BrokerProxy(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("proxy-accept", this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** From now on bytes wait here, both ways, and connections stay open; false lets them go on. */
    void hold(boolean on) {
        synchronized (gate) {
            holding = on;
            gate.notifyAll();
        }
    }

    /** From now on each connection is reset as soon as it is there; those that are stay. */
    void refuse(boolean on) {
        refusing = on;
    }

    /** Says what is no MQTT to all who are connected. */
    void garble() {
        byte[] rubbish = new byte[BUFFER_BYTES];
        new Random(1).nextBytes(rubbish);
        for (Socket socket : open) {
            if (socket.getLocalPort() == port()) {
                try {
                    socket.getOutputStream().write(rubbish);
                } catch (IOException gone) {
                    LOG.debug("a connection was gone already", gone);
                }
            }
        }
    }

    /** Resets all connections that there are. */
    void reset() {
        open.forEach(BrokerProxy::reset);
        open.clear();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (refusing) {
                    reset(client);
                } else {
                    connect(client);
                }
            } catch (IOException e) {
                LOG.debug("the proxy took no connection", e); // closed, or the client was gone already
            }
        }
    }

    private void connect(Socket client) {
        try {
            Socket broker = new Socket(InetAddress.getLoopbackAddress(), target);
            for (Socket socket : List.of(client, broker)) {
                socket.setTcpNoDelay(true);
                open.add(socket);
            }
            start("proxy-out", () -> pump(client, broker));
            start("proxy-back", () -> pump(broker, client));
        } catch (IOException away) {
            reset(client); // as the broker's own port would
        }
    }

    /** Ends with either side's end; what was read till then is passed on. */
    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                awaitGate();
                out.write(buffer, 0, count);
            }
        } catch (IOException e) {
            LOG.debug("a connection through the proxy broke", e); // both ends see it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        open.removeAll(List.of(from, to));
    }

    private void awaitGate() throws InterruptedException {
        synchronized (gate) {
            while (holding) {
                gate.wait();
            }
        }
    }

    private static void reset(Socket socket) {
        try (socket) {
            if (!socket.isClosed()) {
                socket.setSoLinger(true, 0); // closing sends RST instead of FIN
            }
        } catch (IOException gone) {
            LOG.debug("a connection was gone already", gone);
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        hold(false);
        reset();
    }
}
