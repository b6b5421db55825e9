package dev.vigil.app.chaos;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Many clients of the HTTP port that mean harm, each of which comes again when it is cut off. One thread's own. */
final class HostileClients implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(HostileClients.class);
    /** More than the port serves at once. */
    private static final int CLIENTS = 100;

    private static final int CONNECT_MS = 1_000;
    private static final long PAUSE_MS = 20;

    private final int port;
    private final List<Thread> threads = new ArrayList<>();

    /** What each does to its connection, over and over or for ever. */
    interface Play {
        void on(OutputStream out) throws IOException, InterruptedException;
    }

    /** @param port of this machine */
    HostileClients(int port) {
        this.port = port;
    }

    void play(Play play) {
        for (int i = 0; i < CLIENTS; i++) {
            Thread thread = new Thread(() -> go(play), "hostile-client");
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    private void go(Play play) {
        try {
            while (true) {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MS);
                    while (!Thread.currentThread().isInterrupted()) {
                        play.on(socket.getOutputStream());
                    }
                } catch (IOException cutOff) {
                    LOG.trace("cut off", cutOff); // what the port is to do
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            }
        } catch (InterruptedException over) {
            LOG.trace("no more", over);
        }
    }

    /** Whether one that means no harm is told that all is well. */
    boolean isAnswered() {
        try {
            HttpURLConnection request = (HttpURLConnection)
                    new URL("http", InetAddress.getLoopbackAddress().getHostAddress(), port, "/livez").openConnection();
            request.setConnectTimeout(CONNECT_MS);
            request.setReadTimeout(CONNECT_MS);
            return request.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException e) {
            LOG.warn("the HTTP port does not answer: {}", e.toString());
            return false;
        }
    }

    /** All of them go away. A write that is stuck ends when the port cuts it off. */
    void end() {
        threads.forEach(Thread::interrupt);
        threads.clear();
    }

    @Override
    public void close() {
        end();
    }
}
