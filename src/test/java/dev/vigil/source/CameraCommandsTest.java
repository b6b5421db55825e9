package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.Clock;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Picture;
import dev.vigil.mqtt.Await;
import dev.vigil.source.CameraStatus.State;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What a camera's reader does when it is enabled, disabled and given another rate while it runs. */
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class CameraCommandsTest {
    private static final Path CLIP = Path.of("media/demo-clip.mp4");

    private static final Duration RETRY_MIN = Duration.ofMillis(100);

    private static RtspCameraServer camera;

    @BeforeAll
    static void start() throws Exception {
        camera = RtspCameraServer.start(SimulatedCameraOptions.of(CLIP).withPort(0));
    }

    @AfterAll
    static void stop() {
        camera.close();
    }

    /** As {@link CameraProbe#hasty}, with time for the clip's keyframe every two seconds. */
    private static SourceOptions patient(String uri) {
        return CameraProbe.hasty(uri).toBuilder()
                .loop(true)
                .openTimeout(Duration.ofSeconds(10))
                .readTimeout(Duration.ofSeconds(10))
                .retry(RETRY_MIN, RETRY_MIN)
                .build();
    }

    private static CameraProbe probe() {
        return new CameraProbe(patient(camera.uri(0).toString()));
    }

    private static void assertAllAccountedFor(CameraProbe probe) throws InterruptedException {
        assertThat(probe.stop()).isTrue();
        Ledger.Snapshot ledger = probe.ledger();
        assertThat(ledger.balances()).isTrue();
        assertThat(ledger.inFlight()).isZero();
    }

    @Test
    void shouldNotConnectWhenDisabledFromTheStartOn() throws Exception {
        try (CameraProbe probe = probe()) {
            probe.reader.enable(false);
            probe.start();
            probe.awaitState(State.DISABLED);
            assertThat(probe.ledger().read()).isZero();
            assertThat(camera.clients(0)).isZero();
            probe.reader.enable(true);
            probe.awaitPictures(3);
            assertThat(probe.statuses)
                    .extracting(CameraStatus::state)
                    .startsWith(State.DISABLED, State.CONNECTING, State.UP);
            assertAllAccountedFor(probe);
        }
    }

    @Test
    void shouldForgetWhyItWasDownWhenDisabled() throws Exception {
        try (CameraProbe probe = new CameraProbe(CameraProbe.hasty("rtsp://127.0.0.1:1/none"))) {
            probe.start();
            probe.awaitDown();
            probe.reader.enable(false);
            CameraStatus disabled = probe.awaitState(State.DISABLED);
            assertThat(disabled.cause()).isNull();
            assertThat(disabled.error()).isNull();
            long tries = disabled.reconnects();
            probe.reader.enable(true);
            Await.until("another try", () -> probe.reader.status().reconnects() > tries);
            assertThat(probe.reader.status().cause()).isIn(Cause.REFUSED, null);
            assertAllAccountedFor(probe);
        }
    }

    @Test
    void shouldEndAsLastToldAndConnectNoFasterThanItsRetriesWhenSwitchedAllTheTime() throws Exception {
        try (CameraProbe probe = probe()) {
            probe.start();
            probe.awaitPictures(1);
            long startedNs = System.nanoTime();
            for (int i = 0; i < 20_000; i++) {
                probe.reader.enable(i % 2 == 0);
            }
            probe.reader.enable(true);
            int seen = probe.pictures.size();
            probe.awaitPictures(seen + 3);
            long passedMs = (System.nanoTime() - startedNs) / 1_000_000;
            long connections = probe.statuses.stream()
                    .filter(status -> status.state() == State.UP)
                    .count();
            assertThat(connections).isLessThanOrEqualTo(2 + passedMs / RETRY_MIN.toMillis());
            probe.reader.enable(false);
            Await.until("no connection", () -> camera.clients(0) == 0);
            assertAllAccountedFor(probe);
        }
    }

    @Test
    void shouldConnectNoFasterThanItsRetriesWhenDisabledForMomentsOnly() throws Exception {
        try (CameraProbe probe = probe()) {
            probe.start();
            probe.awaitPictures(1);
            long startedNs = System.nanoTime();
            for (int i = 0; i < 5; i++) {
                probe.reader.enable(false);
                probe.awaitState(State.DISABLED);
                probe.reader.enable(true);
                probe.awaitState(State.UP);
            }
            assertThat(System.nanoTime() - startedNs).isGreaterThanOrEqualTo(4 * RETRY_MIN.toNanos());
            assertAllAccountedFor(probe);
        }
    }

    @Test
    void shouldTakeNewRateWithoutConnectingAgain() throws Exception {
        try (CameraProbe probe = probe()) {
            probe.start();
            probe.awaitPictures(3);
            probe.reader.fpsMax(0.001);
            long unwanted = probe.ledger().dropped(DropCause.UNWANTED);
            Await.until(
                    "frames that are not wanted", () -> probe.ledger().dropped(DropCause.UNWANTED) >= unwanted + 20);
            int seen = probe.pictures.size();
            probe.reader.fpsMax(0);
            probe.awaitPictures(seen + 10);
            assertThat(probe.reader.status().reconnects()).isZero();
            assertAllAccountedFor(probe);
        }
    }

    @Test
    void shouldPlayFileFromItsStartAgainWhenEnabledAgainAfterItsEnd() throws Exception {
        try (CameraProbe probe = new CameraProbe(CameraProbe.file(CLIP))) {
            probe.start();
            probe.awaitState(State.ENDED);
            int frames = probe.pictures.size();
            probe.reader.enable(false);
            probe.awaitState(State.DISABLED);
            probe.reader.enable(true);
            probe.awaitState(State.ENDED);
            assertThat(probe.pictures).hasSize(2 * frames);
            assertAllAccountedFor(probe);
            assertThat(probe.reader.status().state()).isEqualTo(State.ENDED);
        }
    }

    @Test
    void shouldCloseTheAccountWhenDisabledWhileItWaitsForThePipeline() throws Exception {
        Feed feed = new Feed("slow", true);
        try (CameraReader reader =
                new CameraReader(feed, CameraProbe.file(CLIP), Clock.SYSTEM, new Random(1), status -> {})) {
            reader.start();
            Await.until(
                    "a picture that lies there, and one behind it",
                    () -> feed.ledger().snapshot().inFlight() >= 2);
            reader.enable(false);
            Await.until("the state", () -> reader.status().state() == State.DISABLED);
            assertThat(feed.ledger().snapshot().inFlight())
                    .as("the one that lies there")
                    .isEqualTo(1);
            Picture first = feed.mailbox().take();
            assertThat(first.number()).isEqualTo(1);
            feed.ledger().published();
            feed.mailbox().recycle(first);
            assertThat(feed.ledger().snapshot().balances()).isTrue();
            reader.enable(true);
            Await.until("a picture of the next run", () -> feed.mailbox().isFull());
        }
        feed.mailbox().close();
        assertThat(feed.ledger().snapshot().inFlight()).isZero();
    }
}
