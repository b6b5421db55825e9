package dev.vigil.mqtt;

import dev.vigil.mqtt.BrokerContract.Way;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** A Mosquitto that listens in every way. */
final class MosquittoListeners implements AutoCloseable {
    private final Map<Way, Integer> ports = new EnumMap<>(Way.class);
    private final Certificates certificates;
    private final Mosquitto broker;

    private MosquittoListeners(Certificates certificates, Mosquitto broker) {
        this.certificates = certificates;
        this.broker = broker;
    }

    /** @param folder for its files, and the certificates that it shows and wants */
    static MosquittoListeners start(Path folder) throws Exception {
        Mosquitto.require();
        Certificates certificates = new Certificates(folder);
        certificates.server("broker", "ip:127.0.0.1");
        certificates.server("client", "dns:client.example");
        int mutual = Mosquitto.freePort();
        int webSocket = Mosquitto.freePort();
        int webSocketTls = Mosquitto.freePort();
        String tls = "cafile " + certificates.authority() + "\ncertfile " + certificates.certificate("broker")
                + "\nkeyfile " + certificates.key("broker") + "\n";
        Mosquitto broker = Mosquitto.start(
                folder,
                "allow_anonymous true\n"
                        + listener(mutual)
                        + tls
                        + "require_certificate true\n"
                        + listener(webSocket)
                        + "protocol websockets\n"
                        + listener(webSocketTls)
                        + "protocol websockets\n"
                        + tls,
                mutual,
                webSocket,
                webSocketTls);
        MosquittoListeners all = new MosquittoListeners(certificates, broker);
        all.ports.put(Way.TCP, broker.port());
        all.ports.put(Way.MUTUAL_TLS, mutual);
        all.ports.put(Way.WEB_SOCKET, webSocket);
        all.ports.put(Way.WEB_SOCKET_TLS, webSocketTls);
        return all;
    }

    private static String listener(int port) {
        return "listener " + port + " 127.0.0.1\n";
    }

    int port(Way to) {
        return ports.get(to);
    }

    Certificates certificates() {
        return certificates;
    }

    @Override
    public void close() throws InterruptedException {
        broker.close();
    }
}
