package dev.vigil.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.MqttOptions.Tls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;

/** A client before a broker, whichever it is, and whatever lies between the two. */
abstract class BrokerContract {
    private final List<MqttClient> clients = new ArrayList<>();
    final String root = "test/" + UUID.randomUUID();

    private final Way way;

    BrokerContract(Way way) {
        this.way = way;
    }

    /** What lies between the client and its broker. */
    enum Way {
        TCP("mqtt"),
        /** TLS with a certificate of the client's own, which the broker asks for. */
        MUTUAL_TLS("mqtts"),
        WEB_SOCKET("ws"),
        WEB_SOCKET_TLS("wss");

        private final String scheme;

        Way(String scheme) {
            this.scheme = scheme;
        }
    }

    /** The broker's port on 127.0.0.1 for one way. */
    abstract int port(Way to);

    /** Over which way large messages come to a subscriber. */
    Way largeMessagesBack() {
        return way;
    }

    /** Made before the broker starts. */
    abstract Certificates certificates();

    int port() {
        return port(way);
    }

    /** Options for the broker itself, or for a proxy before it. */
    TestOptions options(int port) {
        return options(way, port);
    }

    TestOptions options(Way way, int port) {
        TestOptions options =
                TestOptions.of(way.scheme + "://127.0.0.1:" + port + (way.scheme.startsWith("ws") ? "/mqtt" : ""));
        if (way == Way.MUTUAL_TLS || way == Way.WEB_SOCKET_TLS) {
            options.tls = Tls.DEFAULT.withCaFile(certificates().authority());
        }
        if (way == Way.MUTUAL_TLS) {
            options.tls = options.tls.withClientCertificate(
                    certificates().certificate("client"), certificates().key("client"), null);
        }
        return options;
    }

    @AfterEach
    void closeClients() {
        clients.forEach(MqttClient::close);
    }

    MqttClient start(TestOptions options, Recorder recorder) {
        MqttClient client = new MqttClient(options.build(), recorder);
        clients.add(client);
        client.start();
        return client;
    }

    MqttClient connected(TestOptions options, Recorder recorder) throws InterruptedException {
        MqttClient client = start(options, recorder);
        Await.next("the connection", recorder.sessionsPresent);
        return client;
    }

    Recorder subscriber(Protocol protocol, String filter, int qos) throws InterruptedException {
        return subscriber(way, protocol, filter, qos);
    }

    Recorder subscriber(Way from, Protocol protocol, String filter, int qos) throws InterruptedException {
        Recorder recorder = new Recorder();
        MqttClient client = connected(options(from, port(from)).protocol(protocol), recorder);
        client.subscribe(filter, qos);
        assertThat(Await.next("SUBACK", recorder.subscribed)).isEqualTo(filter + " " + qos);
        return recorder;
    }

    static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }
}
