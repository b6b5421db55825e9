package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.app.service.NotifyReceiver;
import dev.vigil.app.service.Systemd;
import dev.vigil.base.Clock;
import dev.vigil.base.Sabotage;
import dev.vigil.mqtt.Await;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether systemd's watchdog is fed by a daemon of which one part at a time is wedged. */
@Isolated("orders of sabotage are for the whole process")
@Timeout(120)
class WatchdogTest {
    /** Looked at every 20 ms: a part that is repaired is stuck for a tenth of a second only. */
    private static final String LIMIT_US = "160000";
    /** What is started anew in the place of a part is wedged as well, until that was seen. */
    private static final int EVERY_PASS = 1_000;

    @TempDir
    static Path folder;

    private static EmbeddedBroker broker;
    private static RtspCameraServer cameras;
    private static NotifyReceiver systemd;
    private static TestDaemon daemon;
    private static Systemd ours;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start(0);
        cameras = RtspCameraServer.start(
                SimulatedCameraOptions.of(Path.of("media/demo-clip.mp4")).withPort(0));
        String socket = folder.resolve("notify").toString();
        systemd = new NotifyReceiver(socket);
        ours = Systemd.of(Map.of("NOTIFY_SOCKET", socket, "WATCHDOG_USEC", LIMIT_US), Clock.SYSTEM);
        daemon = new TestDaemon(
                TestDaemon.impatient(URI.create("mqtt://127.0.0.1:" + broker.port()), null, null),
                folder,
                List.of(TestDaemon.impatient(cameras.uri(0))));
        ours.watch(daemon.daemon().health());
        daemon.start();
    }

    @AfterAll
    static void stop() throws Exception {
        Sabotage.endAll();
        daemon.close();
        ours.close();
        systemd.close();
        cameras.close();
        broker.close();
    }

    @AfterEach
    void endAll() {
        Sabotage.endAll();
    }

    @ParameterizedTest
    @CsvSource({
        "reader,   cam1 reader",
        "convert,  small convert",
        "infer,    small infer",
        "post,     small post",
        "publish,  small publish",
        "mqtt,     mqtt",
        "reporter, reporter",
    })
    void shouldStarveTheWatchdogWhenAndOnlyWhenAPartIsWedged(String place, String part) {
        Await.until("all to be well", () -> systemd.lastStatus().startsWith("1 camera, 1 up"));
        systemd.awaitOneMore("WATCHDOG=1", systemd.count("WATCHDOG=1") + 2);
        int from = systemd.datagrams().size();

        Sabotage.hang(place, Duration.ofMinutes(1), EVERY_PASS);
        Await.until(part + " to be told as stuck", () -> firstStuck(from) >= 0);
        assertThat(systemd.datagrams().get(firstStuck(from)))
                .contains("STATUS=stuck: ")
                .contains(part);
        Sabotage.endAll();
        long fed = systemd.count("WATCHDOG=1");
        systemd.awaitOneMore("WATCHDOG=1", fed + 2);
        Await.until("all to be well again", () -> systemd.lastStatus().startsWith("1 camera, 1 up"));

        String told = "";
        for (String datagram : systemd.datagrams()
                .subList(firstStuck(from), systemd.datagrams().size())) {
            told = datagram.startsWith("STATUS=") ? datagram : told;
            if (datagram.equals("WATCHDOG=1")) {
                assertThat(told).as("what was told when the watchdog was fed").doesNotContain("stuck:");
            }
        }
    }

    /** Where in what came it is told first, from a place on; -1 when it is not. */
    private static int firstStuck(int from) {
        List<String> came = systemd.datagrams();
        for (int i = from; i < came.size(); i++) {
            if (came.get(i).startsWith("STATUS=stuck: ")) {
                return i;
            }
        }
        return -1;
    }
}
