package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.base.Clock;
import dev.vigil.mqtt.Await;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.sim.Fault;
import dev.vigil.source.sim.FaultKind;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HealthTest {
    @TempDir
    private Path folder;

    @Test
    void shouldTellWhatIsAwayWhenTheDaemonWorksAllTheSame() throws Exception {
        SimulatedCameraOptions clip =
                SimulatedCameraOptions.of(Path.of("media/demo-clip.mp4")).withPort(0);
        EmbeddedBroker broker = EmbeddedBroker.start(0);
        URI address = URI.create("mqtt://127.0.0.1:" + broker.port());
        try (RtspCameraServer good = RtspCameraServer.start(clip);
                RtspCameraServer faulty = RtspCameraServer.start(clip);
                TestDaemon daemon = new TestDaemon(
                        TestDaemon.impatient(address, null, null),
                        folder,
                        List.of(TestDaemon.impatient(good.uri(0)), TestDaemon.impatient(faulty.uri(0))))) {
            Health health = daemon.daemon().health();
            assertThat(health.unready()).contains("starting");
            assertThat(health.line()).startsWith("starting; 2 cameras, 0 up");

            daemon.subscribe(address);
            daemon.start();
            assertThat(health.unready()).isEmpty();
            assertThat(health.phase()).isEqualTo(Health.Phase.RUNNING);
            daemon.awaitUp(1);
            daemon.awaitUp(2);
            daemon.awaitMessages(1, 3);
            Await.until("a line with all figures", () -> health.line()
                    .matches("2 cameras, 2 up; \\d+(\\.\\d)? fps; age p99 \\d+ ms"));

            faulty.begin(0, Fault.of(FaultKind.REFUSE));
            daemon.awaitDown(2, Cause.REFUSED);
            Await.until("the camera's name", () -> health.line().contains("; cam2 is down"));
            assertThat(health.line()).startsWith("2 cameras, 1 up; ");
            broker.close();
            Await.until("the broker", () -> health.line().endsWith("; the broker is away"));
            assertThat(health.unready()).as("what comes back by itself").isEmpty();
            assertThat(health.stuck()).isEmpty();

            daemon.close();
            assertThat(health.unready()).contains("stopping");
            assertThat(health.line()).startsWith("stopping; 2 cameras, 0 up; ");
        }
    }

    @Test
    void shouldBeUnreadyWhenSomethingIsStuck() {
        Health health = new Health(
                Clock.SYSTEM,
                List::of,
                List::of,
                () -> true,
                nowNs -> List.of("small infer-1 for 6 s", "mqtt for 7 s"));
        assertThat(health.unready()).contains("starting");
        health.started();
        assertThat(health.unready()).contains("stuck: small infer-1 for 6 s, mqtt for 7 s");
        assertThat(health.line()).isEqualTo("stuck: small infer-1 for 6 s, mqtt for 7 s; 0 cameras, 0 up; 0.0 fps");
    }

    @Test
    void shouldKeepTellingWhenAReloadWasRefused() {
        Health health = new Health(Clock.SYSTEM, List::of, List::of, () -> true, nowNs -> List.of());
        health.started();
        health.reloading();
        health.isAt("loading the model other");
        assertThat(health.line()).startsWith("reloading: loading the model other; 0 cameras");
        assertThat(health.unready()).as("what runs, runs on").isEmpty();
        health.reloaded("3 problems");
        assertThat(health.line()).endsWith("; the last reload was refused: 3 problems");
        health.reloading();
        health.reloaded(null);
        health.stopping();
        health.reloading();
        assertThat(health.line()).isEqualTo("stopping; 0 cameras, 0 up; 0.0 fps");
    }

    @Test
    void shouldStayUnreadyWhenAReloadIsAskedForBeforeAllHasStarted() {
        Health health = new Health(Clock.SYSTEM, List::of, List::of, () -> true, nowNs -> List.of());
        List<Health.Phase> phases = new ArrayList<>();
        health.onPhase(phases::add);
        health.reloading();
        health.reloaded("1 problem");
        assertThat(health.unready()).contains("starting");
        health.started();
        health.reloading();
        health.reloaded(null);
        health.stopping();
        health.started();
        assertThat(phases)
                .containsExactly(
                        Health.Phase.RUNNING, Health.Phase.RELOADING, Health.Phase.RUNNING, Health.Phase.STOPPING);
    }
}
