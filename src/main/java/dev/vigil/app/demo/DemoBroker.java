package dev.vigil.app.demo;

import dev.vigil.app.bench.MosquittoProcess;
import java.io.Closeable;
import java.io.IOException;

/**
 * A broker that the demo, the benchmark and the soak start for themselves: the embedded one, which is on the class path of a
 * checkout alone, or Mosquitto, which an installed Vigil needs for that.
 */
public record DemoBroker(int port, Closeable running) implements Closeable {
    /** Looked for by name: {@link EmbeddedBroker} itself can not be loaded without it. */
    private static final String EMBEDDED = "com.hivemq.embedded.EmbeddedHiveMQ";

    /** The embedded broker where there is one, else Mosquitto. */
    static DemoBroker start() throws IOException, InterruptedException {
        if (isEmbedded() || !MosquittoProcess.isInstalled()) {
            return embedded();
        }
        MosquittoProcess mosquitto = MosquittoProcess.start("set_tcp_nodelay true\n");
        return new DemoBroker(mosquitto.port(), mosquitto);
    }

    /** @throws IOException that says what to do, when this Vigil came without it */
    public static DemoBroker embedded() throws IOException {
        if (!isEmbedded()) {
            throw new IOException(
                    "a broker is needed, and an installed Vigil comes without one: apt-get install mosquitto");
        }
        EmbeddedBroker broker = EmbeddedBroker.start(0);
        return new DemoBroker(broker.port(), broker::close);
    }

    private static boolean isEmbedded() {
        return DemoBroker.class.getClassLoader().getResource(EMBEDDED.replace('.', '/') + ".class") != null;
    }

    @Override
    public void close() throws IOException {
        running.close();
    }
}
