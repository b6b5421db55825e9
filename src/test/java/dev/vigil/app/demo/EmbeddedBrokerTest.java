package dev.vigil.app.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.mqtt.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EmbeddedBrokerTest {
    @Test
    void shouldListenOnLoopbackAndLeaveNothingBehindWhenClosed() throws Exception {
        List<Path> before = folders();
        EmbeddedBroker broker = EmbeddedBroker.start(0);
        int port = broker.port();
        try (broker) {
            assertThat(port).isPositive();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                // MQTT 3.1.1 CONNECT: clean session, keep-alive 60 s, empty client id.
                socket.getOutputStream().write(new byte[] {0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 0});
                socket.setSoTimeout(20_000);
                // CONNACK: no session, accepted.
                assertThat(socket.getInputStream().readNBytes(4)).containsExactly(0x20, 2, 0, 0);
            }
        }
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(ConnectException.class);
        Await.until("its folders to be deleted", () -> before.containsAll(folders()));
    }

    @Test
    void shouldSayWhyWhenThePortIsTaken() throws Exception {
        List<Path> before = folders();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> EmbeddedBroker.start(taken.getLocalPort()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()));
        }
        assertThat(before).containsAll(folders());
    }

    private static List<Path> folders() {
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(path -> path.getFileName().toString().startsWith("vigil-broker-"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
