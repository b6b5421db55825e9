package dev.vigil.homeassistant;

import dev.vigil.app.demo.EmbeddedBroker;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class HiveMqDiscoveryTest extends DiscoveryContract {
    private static EmbeddedBroker broker;

    @BeforeAll
    static void start() throws IOException {
        broker = EmbeddedBroker.start(0);
    }

    @AfterAll
    static void stop() throws IOException {
        broker.close();
    }

    @Override
    int port() {
        return broker.port();
    }
}
