package dev.vigil.homeassistant;

import dev.vigil.mqtt.Mosquitto;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class MosquittoDiscoveryTest extends DiscoveryContract {
    @TempDir
    private static Path folder;

    private static Mosquitto broker;

    @BeforeAll
    static void start() throws IOException {
        broker = Mosquitto.start(folder, "allow_anonymous true");
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (broker != null) {
            broker.close();
        }
    }

    @Override
    int port() {
        return broker.port();
    }
}
