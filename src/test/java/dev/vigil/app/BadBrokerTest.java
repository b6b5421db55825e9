package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Ledger;
import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.Mosquitto;
import dev.vigil.source.CameraStatus;
import dev.vigil.source.SourceOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Brokers that are not there, or do not let the daemon in: what can not be published is counted, and the rest goes on. */
@Timeout(90)
class BadBrokerTest {
    @TempDir
    private Path folder;

    private LogLines log;

    @BeforeEach
    void listen() {
        log = new LogLines();
    }

    @AfterEach
    void endListening() {
        log.close();
    }

    private static SourceOptions clip() {
        return TestDaemon.impatient(Path.of("media/demo-clip.mp4").toUri());
    }

    private TestDaemon daemon(URI broker, String user, String password) throws Exception {
        return new TestDaemon(TestDaemon.impatient(broker, user, password), folder, List.of(clip()));
    }

    private static void awaitRefused(TestDaemon daemon) {
        long refused = daemon.dropped(1, DropCause.BROKER_AWAY);
        Await.until("frames to be counted", () -> daemon.dropped(1, DropCause.BROKER_AWAY) >= refused + 5);
        assertThat(daemon.status(1).state()).as("the camera goes on").isEqualTo(CameraStatus.State.UP);
        assertThat(daemon.ledger(1).balances()).isTrue();
    }

    @Test
    void shouldPublishWhenTheBrokerComesAndComesAgain() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        URI broker = URI.create("mqtt://127.0.0.1:" + port);
        try (TestDaemon daemon = daemon(broker, null, null)) {
            daemon.start();
            awaitRefused(daemon);
            assertThat(daemon.ledger(1).published()).isZero();
            assertThat(log.of("127.0.0.1:" + port)).hasSize(1).allMatch(line -> line.contains("can not be reached"));

            daemon.subscribe(broker);
            try (EmbeddedBroker first = EmbeddedBroker.start(port)) {
                assertThat(first.port()).isEqualTo(port);
                daemon.awaitMessages(1, 5);
            }
            awaitRefused(daemon);
            try (EmbeddedBroker second = EmbeddedBroker.start(port)) {
                assertThat(second.port()).isEqualTo(port);
                daemon.awaitMessages(1, 5);
                Await.until("the loss to be told", () -> daemon.statuses(1).stream()
                        .anyMatch(told -> told.at("/ledger/dropped/broker_away").longValue() > 0));
                daemon.close();
            }
            Ledger.Snapshot ledger = daemon.ledger(1);
            assertThat(ledger.published()).isGreaterThanOrEqualTo(daemon.messages(1));
            assertThat(ledger.dropped(DropCause.BROKER_AWAY)).isPositive();
        }
    }

    @Test
    void shouldSayWhyAndGoOnWhenTheBrokerRefusesThePassword() throws Exception {
        Mosquitto.require();
        Path passwords = folder.resolve("passwords");
        Files.createFile(passwords);
        Process hashing = new ProcessBuilder("mosquitto_passwd", "-b", passwords.toString(), "vigil", "right")
                .inheritIO()
                .start();
        assertThat(hashing.waitFor()).isZero();
        try (Mosquitto broker = Mosquitto.start(folder, "allow_anonymous false\npassword_file " + passwords);
                TestDaemon daemon = daemon(URI.create("mqtt://127.0.0.1:" + broker.port()), "vigil", "hunter2")) {
            daemon.start();
            awaitRefused(daemon);
            assertThat(log.of("127.0.0.1:" + broker.port()))
                    .hasSize(1)
                    .allMatch(line -> line.contains(
                            "refused the login with the configured username and password: not authorized"));
            assertThat(log.all()).noneMatch(line -> line.contains("hunter2"));
            assertThat(daemon.ledger(1).published()).isZero();
        }
    }
}
