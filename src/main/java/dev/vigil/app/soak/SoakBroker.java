package dev.vigil.app.soak;

import dev.vigil.app.bench.MosquittoProcess;
import dev.vigil.app.demo.DemoBroker;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

/**
 * The broker, and a proxy in front of it for the daemon: Mosquitto where it is installed, which can be ended and started again
 * without losing what it has acknowledged, else one in this process, which can not. The subscriber goes past the proxy.
 */
public final class SoakBroker implements AutoCloseable {
    /** What it confirmed to the daemon comes to the subscriber, over its own restart too: no queue is bounded. */
    private static final String LINES = """
            persistence true
            persistence_location %s/
            autosave_interval 0
            max_inflight_messages 0
            max_queued_messages 0
            set_tcp_nodelay true
            """;

    private static final long SUBSCRIBER_S = 10;

    private final MosquittoProcess mosquitto;
    private final Closeable running;
    private final int port;
    private final Path store;
    private final BrokerProxy proxy;
    private Witness witness;

    private SoakBroker(MosquittoProcess mosquitto, Closeable running, int port, Path store) throws IOException {
        this.store = store;
        this.mosquitto = mosquitto;
        this.running = running;
        this.port = port;
        this.proxy = new BrokerProxy(port);
    }

    /** @param folder for what Mosquitto keeps over its end */
    public static SoakBroker start(Path folder) throws IOException, InterruptedException {
        if (MosquittoProcess.isInstalled()) {
            Path store = Files.createDirectory(folder.resolve("mosquitto"));
            // Mosquitto gives up being root; the folders above must let it through.
            for (Path open : new Path[] {folder, store}) {
                Files.setPosixFilePermissions(
                        open, PosixFilePermissions.fromString(open.equals(store) ? "rwxrwxrwx" : "rwxr-xr-x"));
            }
            MosquittoProcess mosquitto = MosquittoProcess.start(LINES.formatted(store));
            return new SoakBroker(mosquitto, mosquitto, mosquitto.port(), store);
        }
        DemoBroker broker = DemoBroker.embedded();
        return new SoakBroker(null, broker, broker.port(), null);
    }

    public boolean canRestart() {
        return mosquitto != null;
    }

    /**
     * From here on the sessions that there are outlive a restart: messages for them are kept before they are back themselves.
     *
     * @param subscriber that is to miss nothing
     */
    public void keepSessions(Witness subscriber) throws IOException, InterruptedException {
        witness = subscriber;
        if (mosquitto != null) {
            mosquitto.save(store.resolve("mosquitto.db"));
        }
    }

    /** Ends the broker. */
    void end() throws IOException {
        mosquitto.close();
    }

    /**
     * Starts it again. The daemon gets through when the subscriber is back: Mosquitto 2.0.11 now and then loses the session of one
     * that it was sending something to as it ended, and confirms messages that nobody gets.
     */
    void restart() throws IOException, InterruptedException {
        proxy.refuse(true);
        try {
            mosquitto.restart();
            long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(SUBSCRIBER_S);
            while (!witness.isListening()) {
                if (System.nanoTime() - endNs > 0) {
                    throw new IOException(
                            "the subscriber did not come back to the broker within " + SUBSCRIBER_S + " s");
                }
                TimeUnit.MILLISECONDS.sleep(5);
            }
        } finally {
            proxy.refuse(false);
        }
    }

    /** Has the broker say to the daemon what is no MQTT. */
    public void garble() {
        proxy.garble();
    }

    BrokerProxy proxy() {
        return proxy;
    }

    /** For the subscriber. */
    public URI uri() {
        return URI.create("mqtt://127.0.0.1:" + port);
    }

    /** For the daemon. */
    public URI proxyUri() {
        return URI.create("mqtt://127.0.0.1:" + proxy.port());
    }

    @Override
    public void close() throws IOException {
        try (proxy) {
            running.close();
        }
    }
}
