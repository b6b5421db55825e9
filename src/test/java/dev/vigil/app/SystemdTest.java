package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.app.service.NotifyReceiver;
import dev.vigil.app.service.Systemd;
import dev.vigil.base.Clock;
import dev.vigil.mqtt.Await;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What systemd is told of a health that the test decides about. */
@Timeout(60)
class SystemdTest {
    private static final String PID = Long.toString(ProcessHandle.current().pid());
    /** Of the watchdog: looked at every 50 ms, fed every 150 to 200 ms. */
    private static final String LIMIT_US = "400000";

    @TempDir
    private Path folder;

    private final AtomicLong asked = new AtomicLong();
    private volatile List<String> stuck = List.of();
    private final Health health = new Health(Clock.SYSTEM, List::of, List::of, () -> true, nowNs -> {
        asked.incrementAndGet();
        return stuck;
    });

    private Systemd watched(String socket, String... more) {
        Map<String, String> environment = new HashMap<>();
        environment.put("NOTIFY_SOCKET", socket);
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        Systemd systemd = Systemd.of(environment, Clock.SYSTEM);
        systemd.watch(health);
        return systemd;
    }

    private Systemd withWatchdog(String socket) {
        return watched(socket, "WATCHDOG_USEC", LIMIT_US, "WATCHDOG_PID", PID);
    }

    private String socket() {
        return folder.resolve("notify").toString();
    }

    /** Waits until systemd could have been told often enough. */
    private void awaitLooks() {
        long before = asked.get();
        Await.until("looks at what is stuck", () -> asked.get() > before + 40);
    }

    @Test
    void shouldTellEachPhaseInItsOrderWhenItBegins() {
        try (NotifyReceiver systemd = new NotifyReceiver(socket());
                Systemd ours = watched(socket())) {
            Await.until("the first status", () -> systemd.lastStatus().startsWith("starting; 0 cameras"));
            systemd.awaitOneMore("EXTEND_TIMEOUT_USEC=30000000", 0);
            assertThat(systemd.states()).as("nothing is ready yet").isEmpty();
            health.started();
            systemd.awaitOneMore("READY=1", 0);
            long beforeUs = System.nanoTime() / 1_000;
            health.reloading();
            health.reloaded("2 problems");
            systemd.awaitOneMore("READY=1", 1);
            assertThat(systemd.lastStatus()).endsWith("; the last reload was refused: 2 problems");
            health.stopping();
            systemd.awaitOneMore("STOPPING=1", 0);

            List<String> states = systemd.states();
            assertThat(states).hasSize(5).startsWith("READY=1", "RELOADING=1").endsWith("READY=1", "STOPPING=1");
            assertThat(states.get(2)).startsWith("MONOTONIC_USEC=");
            assertThat(Long.parseLong(states.get(2).split("=", 2)[1])).isBetween(beforeUs, System.nanoTime() / 1_000);
            assertThat(systemd.datagrams())
                    .as("what systemd takes together")
                    .anyMatch(datagram -> datagram.startsWith("RELOADING=1\nMONOTONIC_USEC="));
            assertThat(systemd.count("WATCHDOG=1")).as("nobody asked for it").isZero();
        }
    }

    @Test
    void shouldFeedTheWatchdogWhenAndOnlyWhenNothingIsStuck() {
        try (NotifyReceiver systemd = new NotifyReceiver(socket());
                Systemd ours = withWatchdog(socket())) {
            awaitLooks();
            assertThat(systemd.count("WATCHDOG=1")).as("not ready yet").isZero();
            health.started();
            systemd.awaitOneMore("WATCHDOG=1", 3);
            stuck = List.of("small infer-1 silent for 2100 ms, limit 1500 ms");
            Await.until("what is stuck", () -> systemd.lastStatus()
                    .startsWith("stuck: small infer-1 silent for 2100 ms, limit 1500 ms; 0 cameras"));
            long fed = systemd.count("WATCHDOG=1");
            awaitLooks();
            assertThat(systemd.count("WATCHDOG=1")).isEqualTo(fed);
            stuck = List.of();
            systemd.awaitOneMore("WATCHDOG=1", fed);
            Await.until("that it moves", () -> systemd.lastStatus().startsWith("0 cameras"));
            health.reloading();
            systemd.awaitOneMore("WATCHDOG=1", systemd.count("WATCHDOG=1") + 1);
        }
    }

    @Test
    void shouldNotBeReadyWhenSomethingIsStuckFromTheBeginning() {
        stuck = List.of("gate reader");
        try (NotifyReceiver systemd = new NotifyReceiver(socket());
                Systemd ours = withWatchdog(socket())) {
            health.started();
            awaitLooks();
            assertThat(systemd.states()).isEmpty();
            stuck = List.of();
            systemd.awaitOneMore("READY=1", 0);
        }
    }

    @Test
    void shouldLeaveTheWatchdogAloneWhenItIsAnotherProcesss() {
        try (NotifyReceiver systemd = new NotifyReceiver(socket());
                Systemd ours = watched(socket(), "WATCHDOG_USEC", LIMIT_US, "WATCHDOG_PID", "1")) {
            health.started();
            systemd.awaitOneMore("READY=1", 0);
            Await.until("looks", () -> asked.get() > 5);
            assertThat(systemd.count("WATCHDOG=1")).isZero();
        }
    }

    @Test
    void shouldBeHeardWhenTheSocketHasAnAbstractName() {
        String name = "@vigil-test-" + PID;
        try (NotifyReceiver systemd = new NotifyReceiver(name);
                Systemd ours = watched(name)) {
            health.started();
            systemd.awaitOneMore("READY=1", 0);
        }
    }

    @Test
    void shouldBeHeardAgainWhenTheSocketWasMadeAnew() throws Exception {
        try (Systemd ours = withWatchdog(socket())) {
            try (NotifyReceiver first = new NotifyReceiver(socket())) {
                health.started();
                first.awaitOneMore("WATCHDOG=1", 1);
            }
            Files.deleteIfExists(Path.of(socket()));
            try (NotifyReceiver second = new NotifyReceiver(socket())) {
                second.awaitOneMore("WATCHDOG=1", 1);
            }
        }
    }

    @Test
    void shouldSendOneAssignmentWhenATextHasLineBreaks() {
        stuck = List.of("gate\nWATCHDOG=1\r\nreader");
        try (NotifyReceiver systemd = new NotifyReceiver(socket());
                Systemd ours = watched(socket())) {
            ours.failed("vigil.yml:1:1  a: wrong\nvigil.yml:2:1  b: wrong\n", 22, 78);
            systemd.awaitOneMore("EXIT_STATUS=78", 0);
            assertThat(systemd.count("WATCHDOG=1")).isZero();
            assertThat(systemd.count("ERRNO=22")).isOne();
            assertThat(systemd.statuses())
                    .anyMatch(line -> line.startsWith("stuck: gate WATCHDOG=1 reader; "))
                    .contains("vigil.yml:1:1  a: wrong vigil.yml:2:1  b: wrong");
        }
    }

    @Test
    void shouldTellOnceAndGoOnWhenNobodyTakesDatagrams() throws Exception {
        try (LogLines log = new LogLines();
                ServerSocketChannel stream = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stream.bind(UnixDomainSocketAddress.of(socket()));
            assertTold(log, socket(), "rotocol wrong type for socket");
            assertTold(log, folder.resolve("nobody").toString(), "nobody: there is no such socket");
        }
    }

    private void assertTold(LogLines log, String address, String why) {
        int before = log.of("NOTIFY_SOCKET").size();
        try (Systemd ours = withWatchdog(address)) {
            health.started();
            awaitLooks();
            health.reloading();
            health.reloaded(null);
            awaitLooks();
        }
        assertThat(log.of("NOTIFY_SOCKET")).hasSize(before + 1);
        assertThat(log.of("NOTIFY_SOCKET").get(before)).contains(why, "systemd may not know");
    }

    @Test
    void shouldKeepLittleAndGoOnWhenNobodyReads() {
        try (LogLines log = new LogLines();
                NotifyReceiver deaf = new NotifyReceiver(socket())) {
            deaf.pause();
            try (Systemd ours = withWatchdog(socket())) {
                health.started();
                for (int i = 0; i < 2_000; i++) {
                    health.reloading();
                    health.reloaded(null);
                }
                Await.until("a word of it", () -> !log.of("NOTIFY_SOCKET").isEmpty());
                awaitLooks();
            }
            assertThat(log.of("NOTIFY_SOCKET")).hasSize(1).first().asString().contains("nobody takes what is sent");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vsock:2:1234",
                "relative",
                "@",
                "/a/path/that/is/longer/than/what/the/kernel/has/a/place/for/in/the/address/of/a/socket/in/the/domain/of/unix/is"
            })
    void shouldTellOnceWhenTheAddressIsNone(String address) {
        try (LogLines log = new LogLines();
                Systemd ours = watched(address)) {
            health.started();
            ours.failed("nothing", 22, 78);
            assertThat(log.of("NOTIFY_SOCKET is " + address)).hasSize(1);
        }
    }

    @Test
    void shouldDoNothingAtAllWhenNobodyAsks() {
        try (LogLines log = new LogLines();
                Systemd ours = Systemd.of(Map.of("WATCHDOG_USEC", LIMIT_US), Clock.SYSTEM)) {
            ours.watch(health);
            health.started();
            ours.failed("nothing", 22, 78);
            assertThat(Thread.getAllStackTraces().keySet())
                    .noneMatch(thread -> thread.getName().equals("systemd"));
            assertThat(asked.get()).isZero();
            assertThat(log.of("NOTIFY_SOCKET")).isEmpty();
            assertThat(log.of("WATCHDOG_USEC")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-5", "soon", "99999999999999999999"})
    void shouldTellWhenTheWatchdogsTimeIsNone(String usec) {
        try (LogLines log = new LogLines();
                Systemd ours = Systemd.of(Map.of("WATCHDOG_USEC", usec), Clock.SYSTEM)) {
            ours.watch(health);
            assertThat(log.of("WATCHDOG_USEC is " + usec)).hasSize(1);
        }
    }
}
