package dev.vigil.mqtt;

import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.mqtt.BrokerContract.Way;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The client with HiveMQ CE, whose Receive Maximum of 10 is small enough to be met, over each of its listeners. */
class HiveMqClientTest {
    @TempDir
    private static Path folder;

    private static final Map<Way, Integer> PORTS = new EnumMap<>(Way.class);
    private static Certificates certificates;
    private static EmbeddedBroker broker;

    @BeforeAll
    static void startBroker() throws Exception {
        certificates = new Certificates(folder);
        certificates.server("broker", "ip:127.0.0.1");
        certificates.server("client", "dns:client.example");
        for (Way way : Way.values()) {
            PORTS.put(way, Mosquitto.freePort());
        }
        String keyStore = """
                <keystore><path>%s</path><password>%2$s</password><private-key-password>%2$s</private-key-password></keystore>
                """.formatted(certificates.keyStore("broker"), Certificates.PASSWORD);
        String trustStore = "<truststore><path>%s</path><password>%s</password></truststore>"
                .formatted(certificates.trustStore(), Certificates.PASSWORD);
        String path = "<path>/mqtt</path><subprotocols><subprotocol>mqtt</subprotocol></subprotocols>";
        String required = "<client-authentication-mode>REQUIRED</client-authentication-mode>";
        broker = EmbeddedBroker.start(
                0,
                listener("tls-tcp-listener", Way.MUTUAL_TLS, "<tls>" + keyStore + trustStore + required + "</tls>")
                        + listener("websocket-listener", Way.WEB_SOCKET, path)
                        + listener("tls-websocket-listener", Way.WEB_SOCKET_TLS, path + "<tls>" + keyStore + "</tls>"));
        PORTS.put(Way.TCP, broker.port());
    }

    private static String listener(String kind, Way way, String more) {
        return "<" + kind + "><port>" + PORTS.get(way) + "</port><bind-address>127.0.0.1</bind-address>" + more + "</"
                + kind + ">";
    }

    @AfterAll
    static void stopBroker() throws IOException {
        broker.close();
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
