package dev.vigil.mqtt;

import dev.vigil.mqtt.BrokerContract.Way;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** What takes its time of the client with Mosquitto. It knows deadlines: nothing of it runs beside another. */
class MosquittoKeepAliveTest {
    @TempDir
    private static Path folder;

    private static MosquittoListeners broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = MosquittoListeners.start(folder);
    }

    @AfterAll
    static void stopBroker() throws InterruptedException {
        if (broker != null) {
            broker.close();
        }
    }

    /** The tests over one way. */
    abstract static class KeepAlive extends KeepAliveContract {
        KeepAlive(Way way) {
            super(way);
        }

        @Override
        int port(Way to) {
            return broker.port(to);
        }

        @Override
        Certificates certificates() {
            return broker.certificates();
        }
    }

    @Nested
    class OverTcp extends KeepAlive {
        OverTcp() {
            super(Way.TCP);
        }
    }

    @Nested
    class OverWebSocketAndTls extends KeepAlive {
        OverWebSocketAndTls() {
            super(Way.WEB_SOCKET_TLS);
        }
    }
}
