package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.base.Clock;
import dev.vigil.base.Secret;
import dev.vigil.frame.DropCause;
import dev.vigil.mqtt.Await;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions.Transport;
import dev.vigil.source.sim.Fault;
import dev.vigil.source.sim.FaultEvent;
import dev.vigil.source.sim.FaultKind;
import dev.vigil.source.sim.FaultScript;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each kind of fault that the simulated camera has, as our reader meets it. */
@Timeout(90)
@Execution(ExecutionMode.CONCURRENT)
class CameraFaultKindsTest {
    /** A keyframe every 0.4 s. */
    private static final String[] ENCODING = {"-c:v", "libx264", "-g", "10", "-bf", "0", "-pix_fmt", "yuv420p"};

    @TempDir
    static Path folder;

    private static Path clip;
    private static Path other;

    private RtspCameraServer server;
    private CameraProbe probe;
    private final List<FaultEvent> events = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void encode() throws Exception {
        clip = Ffmpeg.video(folder.resolve("clip.mp4"), 20, "320x240", ENCODING);
        other = Ffmpeg.video(folder.resolve("other.mp4"), 20, "480x272", ENCODING);
    }

    @AfterEach
    void stop() {
        if (probe != null) {
            probe.close();
        }
        server.close();
    }

    private static SimulatedCameraOptions camera() {
        return SimulatedCameraOptions.of(clip).withPort(0);
    }

    /** Patient enough for a machine that stands still for a moment not to look like a camera that does. */
    private void startPatiently(SimulatedCameraOptions camera, Transport transport) throws Exception {
        start(camera, transport, Duration.ofSeconds(5));
    }

    private void start(SimulatedCameraOptions camera, Transport transport) throws Exception {
        start(camera, transport, Duration.ofMillis(600));
    }

    private void start(SimulatedCameraOptions camera, Transport transport, Duration readTimeout) throws Exception {
        server = RtspCameraServer.start(camera, events::add, Clock.SYSTEM);
        String uri = server.uri(0).toString();
        SourceOptions options =
                CameraProbe.hasty(camera.user() == null ? uri : uri.replace("://", "://ann:pw@")).toBuilder()
                        .transport(transport)
                        .readTimeout(readTimeout)
                        .build();
        probe = new CameraProbe(options).start();
        probe.awaitPictures(3);
    }

    private void awaitMorePictures() {
        probe.awaitPictures(probe.pictures.size() + 25);
    }

    @ParameterizedTest
    @CsvSource({
        "stall, STALLED, TCP",
        "stall, STALLED, UDP",
        "hang, STALLED, TCP",
        "hang, STALLED, UDP",
        "drip=500, STALLED, TCP",
        "drip=50, STALLED, UDP",
        "no-keyframes, , TCP",
        "reset, ENDED, TCP",
        "reset, ENDED, UDP",
        "close, ENDED, TCP",
        "close, ENDED, UDP",
        "cut, ENDED, TCP",
        "cut, ENDED, UDP",
        "bye, ENDED, TCP",
        "bye, ENDED, UDP",
        "teardown, STALLED, TCP",
        "teardown, STALLED, UDP",
        "refuse, REFUSED, TCP",
        "refuse, REFUSED, UDP",
        "answer=404, NO_SUCH_PATH, TCP",
        "answer=503, REFUSED, TCP",
        "answer=SETUP:453, REFUSED, UDP",
        "answer=PLAY:500, REFUSED, TCP",
        "answer=DESCRIBE:401, WRONG_PASSWORD, TCP",
        "password, WRONG_PASSWORD, TCP",
        "garbage, CORRUPT, TCP",
        "endless-headers, CORRUPT, TCP",
        "endless-body, CORRUPT, TCP",
        "half-answer, UNREACHABLE, TCP",
        "no-video, NO_VIDEO, TCP",
    })
    void shouldGoDownByItsCauseAndComeBackWhenTheFaultIsOver(String spec, Cause cause, Transport transport)
            throws Exception {
        start(camera(), transport);
        Fault fault = Fault.parse(spec);
        server.begin(0, fault);
        if (cause != null) {
            Await.until(
                    spec + " by " + cause + ", it was " + probe.statuses,
                    Duration.ofSeconds(15),
                    () -> probe.statuses.stream().anyMatch(status -> status.cause() == cause));
        }
        if (!fault.kind().momentary()) {
            server.end(0, fault);
        }
        awaitMorePictures();
        assertThat(probe.ledger().balances()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"lose=20%, TCP", "lose=20%, UDP", "corrupt=50%, TCP", "corrupt=50%, UDP"})
    void shouldDropWhatIsDamagedAndStayUpWhenPacketsAreSpoilt(String spec, Transport transport) throws Exception {
        startPatiently(camera(), transport);
        Fault fault = Fault.parse(spec);
        server.begin(0, fault);
        Await.until("damaged frames to be dropped", () -> probe.ledger().dropped(DropCause.CORRUPT) > 2);
        server.end(0, fault);
        awaitMorePictures();
        assertThat(probe.statuses).noneMatch(status -> status.state() == CameraStatus.State.DOWN);
    }

    @ParameterizedTest
    @CsvSource({
        "reorder=30%, UDP",
        "no-reports, TCP",
        "pts-jump=+1h, TCP",
        "pts-jump=-1h, UDP",
        "clock-step=-1h, TCP",
        "drift=500, TCP",
    })
    void shouldGoOnWhenPicturesStillCome(String spec, Transport transport) throws Exception {
        startPatiently(camera(), transport);
        Fault fault = Fault.parse(spec);
        server.begin(0, fault);
        awaitMorePictures();
        server.end(0, fault);
        awaitMorePictures();
        assertThat(probe.statuses).noneMatch(status -> status.state() == CameraStatus.State.DOWN);
    }

    @ParameterizedTest
    @EnumSource
    void shouldLogInAnewWhenRealmAndNonceChange(SimulatedCameraOptions.Digest digest) throws Exception {
        // Over UDP the session lives by what the client asks, which must be let in anew.
        startPatiently(
                camera().withLogin("ann", new Secret("pw"))
                        .withDigest(digest)
                        .withSessionTimeout(Duration.ofSeconds(2)),
                Transport.UDP);
        server.begin(0, Fault.of(FaultKind.AUTH));
        probe.awaitPictures(probe.pictures.size() + 25 * 5);
        assertThat(probe.statuses).noneMatch(status -> status.state() == CameraStatus.State.DOWN);
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultKind.class,
            names = {"CHANGE", "CHANGE_INBAND"})
    void shouldShowTheOtherClipAndTheFirstAgainWhenItChanges(FaultKind kind) throws Exception {
        startPatiently(camera().withThen(other), Transport.TCP);
        server.begin(0, Fault.of(kind));
        Await.until("the other size", () -> newestWidth() == 480);
        server.end(0, Fault.of(kind));
        Await.until("the first size", () -> newestWidth() == 320);
        assertThat(probe.statuses.stream().anyMatch(status -> status.state() == CameraStatus.State.DOWN))
                .as("goes over by a new session")
                .isEqualTo(kind == FaultKind.CHANGE);
    }

    private int newestWidth() {
        return probe.pictures.get(probe.pictures.size() - 1).widthPx();
    }

    @Test
    void shouldFollowItsScriptAndTellOfEachFault() throws Exception {
        start(camera().withFaults(FaultScript.parse(List.of("reset@1s", "answer=503@1s+1s/4s"), 1)), Transport.TCP);
        Await.until("the cause", () -> probe.statuses.stream().anyMatch(status -> status.cause() == Cause.REFUSED));
        Await.until("four events", () -> events.size() >= 4);
        awaitMorePictures();
        assertThat(events.stream().limit(4).map(event -> event.fault() + (event.begins() ? " begins" : " ends")))
                .containsExactlyInAnyOrder("reset begins", "reset ends", "answer=503 begins", "answer=503 ends");
        assertThat(events).allMatch(event -> event.camera() == 0);
        FaultEvent end = events.get(3);
        assertThat(end.begins()).isFalse();
        assertThat(end.sinceStartNs()).isGreaterThanOrEqualTo(2_000_000_000L);
        assertThat(Math.abs(end.utcUs() - Clock.SYSTEM.utcUs())).isLessThan(60_000_000);
    }

    @Test
    void shouldSayWhatIsMissingWhenAFaultIsNotPossible() throws Exception {
        server = RtspCameraServer.start(camera());
        assertThatThrownBy(() -> server.begin(0, Fault.of(FaultKind.AUTH))).hasMessageContaining("needs a user");
        assertThatThrownBy(() -> server.begin(0, Fault.of(FaultKind.CHANGE))).hasMessageContaining("--then");
        for (String spec : List.of("auth", "random=change", "change-inband", "stall#2")) {
            FaultScript script = FaultScript.parse(List.of(spec), 1);
            assertThatThrownBy(() -> RtspCameraServer.start(camera().withFaults(script)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldServeOverTlsWhenItHasACertificate() throws Exception {
        SimulatedCameraOptions.Tls tls = TestCertificate.make(folder);
        server = RtspCameraServer.start(camera().withTls(tls), events::add, Clock.SYSTEM);
        URI uri = server.uri(0);
        assertThat(uri.getScheme()).isEqualTo("rtsps");
        probe = new CameraProbe(CameraProbe.hasty(uri.toString()).toBuilder()
                        .tlsVerify(false)
                        .build())
                .start();
        probe.awaitPictures(3);
        for (String spec : List.of("reset", "cut", "drip=500")) {
            long before = probe.reader.status().reconnects();
            Fault fault = Fault.parse(spec);
            server.begin(0, fault);
            Await.until(spec, () -> probe.reader.status().reconnects() > before);
            server.end(0, fault);
            awaitMorePictures();
        }
    }
}
