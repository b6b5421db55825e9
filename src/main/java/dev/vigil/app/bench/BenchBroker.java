package dev.vigil.app.bench;

import dev.vigil.app.demo.DemoBroker;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;

/** The broker to measure with: Mosquitto where it is installed, which takes little of the box, else one in this process. */
record BenchBroker(URI uri, String name, Closeable running) implements AutoCloseable {
    /** @param given null to start one */
    static BenchBroker of(URI given) throws IOException, InterruptedException {
        if (given != null) {
            return new BenchBroker(given, "given", () -> {});
        }
        if (MosquittoProcess.isInstalled()) {
            // Left alone, Mosquitto holds a message back until the subscriber has confirmed the one before, for up to 8
            // ms
            // here.
            MosquittoProcess mosquitto = MosquittoProcess.start("set_tcp_nodelay true\n");
            return new BenchBroker(uri(mosquitto.port()), "Mosquitto", mosquitto);
        }
        DemoBroker broker = DemoBroker.embedded();
        return new BenchBroker(uri(broker.port()), "HiveMQ CE in this process", broker);
    }

    private static URI uri(int port) {
        return URI.create("mqtt://127.0.0.1:" + port);
    }

    @Override
    public void close() throws IOException {
        running.close();
    }
}
