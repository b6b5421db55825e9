package dev.vigil.mqtt;

import dev.vigil.mqtt.BrokerContract.Way;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The client with Mosquitto, over each of its listeners; it lets one wait, above all over a WebSocket. */
@Execution(ExecutionMode.CONCURRENT)
class MosquittoClientTest {
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

    /** The suite over one way. */
    abstract static class Suite extends MqttMessageContract {
        Suite(Way way) {
            super(way);
        }

        @Override
        int port(Way to) {
            return broker.port(to);
        }

        /** Mosquitto 2.0 sends 4 KiB in 100 ms over a WebSocket, to any client. */
        @Override
        Way largeMessagesBack() {
            return Way.TCP;
        }

        @Override
        Certificates certificates() {
            return broker.certificates();
        }
    }

    @Nested
    class OverTcp extends Suite {
        OverTcp() {
            super(Way.TCP);
        }
    }

    @Nested
    class OverMutualTls extends Suite {
        OverMutualTls() {
            super(Way.MUTUAL_TLS);
        }
    }

    @Nested
    class OverWebSocket extends Suite {
        OverWebSocket() {
            super(Way.WEB_SOCKET);
        }
    }

    @Nested
    class OverWebSocketAndTls extends Suite {
        OverWebSocketAndTls() {
            super(Way.WEB_SOCKET_TLS);
        }
    }
}
