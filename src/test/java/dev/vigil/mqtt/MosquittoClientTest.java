package dev.vigil.mqtt;

import dev.vigil.mqtt.BrokerContract.Way;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The client with Mosquitto, over each of its listeners. */
class MosquittoClientTest {
    @TempDir
    private static Path folder;

    private static final Map<Way, Integer> PORTS = new EnumMap<>(Way.class);
    private static Certificates certificates;
    private static Mosquitto broker;

    @BeforeAll
    static void startBroker() throws Exception {
        Mosquitto.require();
        certificates = new Certificates(folder);
        certificates.server("broker", "ip:127.0.0.1");
        certificates.server("client", "dns:client.example");
        for (Way way : Way.values()) {
            PORTS.put(way, Mosquitto.freePort());
        }
        String tls = "cafile " + certificates.authority() + "\ncertfile " + certificates.certificate("broker")
                + "\nkeyfile " + certificates.key("broker") + "\n";
        broker = Mosquitto.start(
                folder,
                "allow_anonymous true\n"
                        + listener(Way.MUTUAL_TLS)
                        + tls
                        + "require_certificate true\n"
                        + listener(Way.WEB_SOCKET)
                        + "protocol websockets\n"
                        + listener(Way.WEB_SOCKET_TLS)
                        + "protocol websockets\n"
                        + tls,
                PORTS.get(Way.MUTUAL_TLS),
                PORTS.get(Way.WEB_SOCKET),
                PORTS.get(Way.WEB_SOCKET_TLS));
        PORTS.put(Way.TCP, broker.port());
    }

    private static String listener(Way way) {
        return "listener " + PORTS.get(way) + " 127.0.0.1\n";
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
            return PORTS.get(to);
        }

        /** Mosquitto 2.0 sends 4 KiB in 100 ms over a WebSocket, to any client. */
        @Override
        Way largeMessagesBack() {
            return Way.TCP;
        }

        @Override
        Certificates certificates() {
            return certificates;
        }
    }

    /** The tests that take their time, over one way. */
    abstract static class KeepAlive extends KeepAliveContract {
        KeepAlive(Way way) {
            super(way);
        }

        @Override
        int port(Way to) {
            return PORTS.get(to);
        }

        @Override
        Certificates certificates() {
            return certificates;
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

    @Nested
    class KeepAliveOverTcp extends KeepAlive {
        KeepAliveOverTcp() {
            super(Way.TCP);
        }
    }

    @Nested
    class KeepAliveOverWebSocketAndTls extends KeepAlive {
        KeepAliveOverWebSocketAndTls() {
            super(Way.WEB_SOCKET_TLS);
        }
    }
}
