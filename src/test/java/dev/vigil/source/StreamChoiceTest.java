package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.Clock;
import dev.vigil.base.ManualClock;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Warnings;
import dev.vigil.metrics.health.Pulses;
import dev.vigil.mqtt.Await;
import dev.vigil.source.CameraStatus.State;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions.Transport;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
class StreamChoiceTest {
    private static final long SECOND_NS = 1_000_000_000;

    private static RtspCameraServer camera;

    /** Goes only when it is told. */
    private final ManualClock clock = new ManualClock();

    private final Warnings warnings = new Warnings();

    @BeforeAll
    static void start() throws Exception {
        camera = RtspCameraServer.start(
                SimulatedCameraOptions.of(Path.of("media/demo-clip.mp4")).withPort(0));
    }

    @AfterAll
    static void stop() {
        camera.close();
    }

    private static SourceOptions.Builder options(URI uri) {
        return SourceOptions.builder(uri)
                .hardware(SourceOptions.Hardware.NONE)
                .openTimeout(Duration.ofSeconds(4)) // half of it for UDP
                .readTimeout(Duration.ofSeconds(4))
                .retry(Duration.ofMillis(50), Duration.ofMillis(100));
    }

    private StreamChoice udp() {
        return new StreamChoice(
                options(URI.create("rtsp://camera/main"))
                        .transport(Transport.UDP)
                        .build(),
                warnings,
                clock);
    }

    private static UdpException nothingOverUdp() {
        return new UdpException(Cause.STALLED, "rtsp://camera/main: plays, but nothing comes over UDP", null);
    }

    private List<Warnings.Kind> held() {
        return warnings.held().stream().map(Warnings.Warning::kind).toList();
    }

    @Test
    void shouldRememberForAnHourThatNothingComesOverUdp() {
        StreamChoice choice = udp();
        assertThat(choice.next().transport()).isEqualTo(Transport.UDP);
        assertThat(choice.another(nothingOverUdp())).isTrue();
        assertThat(choice.next().transport()).isEqualTo(Transport.TCP);
        assertThat(held()).as("before anything came over TCP").isEmpty();
        choice.delivers();
        assertThat(held()).containsExactly(Warnings.Kind.TRANSPORT_FALLBACK);
        assertThat(warnings.held().get(0).text()).contains("over TCP", "nothing comes over UDP");
        assertThat(choice.another(new SourceException(Cause.ENDED, "over"))).isFalse();

        clock.advanceNs(3_599 * SECOND_NS);
        assertThat(choice.next().transport()).isEqualTo(Transport.TCP);
        clock.advanceNs(SECOND_NS);
        assertThat(choice.next().transport()).isEqualTo(Transport.UDP);
        assertThat(held()).as("until it works").hasSize(1);
        choice.delivers();
        assertThat(held()).isEmpty();
    }

    @Test
    void shouldBlameTheCameraWhenTcpDoesNoBetter() {
        StreamChoice choice = udp();
        choice.next();
        assertThat(choice.another(nothingOverUdp())).isTrue();
        choice.next();
        assertThat(choice.another(new SourceException(Cause.STALLED, "sends no picture any more")))
                .isFalse();
        assertThat(choice.next().transport()).isEqualTo(Transport.UDP);
        assertThat(held()).isEmpty();
    }

    @Test
    void shouldReadTheMainStreamOnlyWhenTheCameraHasNotTheOther() {
        SourceOptions both = options(URI.create("rtsp://camera/main"))
                .detectUri(URI.create("rtsp://camera/sub"))
                .build();
        StreamChoice choice = new StreamChoice(both, warnings, clock);
        assertThat(choice.next().uri()).isEqualTo(both.detectUri());
        for (Cause cause : List.of(Cause.UNREACHABLE, Cause.WRONG_PASSWORD, Cause.ENDED)) {
            assertThat(choice.another(new SourceException(cause, "no")))
                    .as("%s", cause)
                    .isFalse();
        }
        assertThat(choice.another(new SourceException(Cause.NO_SUCH_PATH, "has no such path")))
                .isTrue();
        assertThat(choice.next().uri()).isEqualTo(both.uri());
        assertThat(choice.stream()).isEqualTo("main");
        choice.delivers();
        assertThat(held()).containsExactly(Warnings.Kind.STREAM_FALLBACK);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldReadOverTcpAndAskForUdpOnceWhenItDoesNotGetThrough(boolean refuses) throws Exception {
        try (UdpBlock network = new UdpBlock(camera.uri(0), refuses);
                CameraProbe probe = new CameraProbe(
                                options(network.uri()).transport(Transport.UDP).build())
                        .start()) {
            probe.awaitPictures(1);
            assertThat(probe.awaitState(State.UP).stream().transport()).isEqualTo("tcp");
            assertThat(probe.statuses).as("it was never down").noneMatch(s -> s.state() == State.DOWN);
            assertThat(probe.feed.warnings().held()).hasSize(1);
            assertThat(probe.feed.warnings().held().get(0).text()).contains(refuses ? "461" : "nothing comes over UDP");
            int connections = network.connections.get();
            network.cut();
            Await.until("another connection", () -> network.connections.get() > connections);
            probe.awaitPictures(probe.pictures.size() + 1);
            assertThat(network.setUpsOverUdp).hasValue(1);
        }
    }

    @Test
    void shouldSayUdpWhenItComesThrough() throws Exception {
        try (CameraProbe probe =
                new CameraProbe(options(camera.uri(0)).transport(Transport.UDP).build()).start()) {
            assertThat(probe.awaitState(State.UP).stream().transport()).isEqualTo("udp");
            assertThat(probe.feed.warnings().held()).isEmpty();
        }
    }

    @Test
    void shouldGoBackToTheStreamForDetectionWhenItIsThereAgain() throws Exception {
        SimulatedCameraOptions second =
                SimulatedCameraOptions.of(Path.of("media/demo-clip.mp4")).withPort(0);
        URI gone;
        int port;
        try (RtspCameraServer before = RtspCameraServer.start(second)) {
            gone = before.uri(0);
            port = before.port();
        }
        SourceOptions both = options(camera.uri(0)).detectUri(gone).build();
        Feed feed = new Feed("probe", false);
        feed.mailbox().onArrival(() -> {
            Picture picture = feed.mailbox().take();
            feed.ledger().published();
            feed.mailbox().recycle(picture);
        });
        StreamChoice choice = new StreamChoice(
                both,
                feed.warnings(),
                Clock.SYSTEM,
                new Pulses(Clock.SYSTEM),
                SECOND_NS,
                Duration.ofMillis(300).toNanos());
        Abort abort = new Abort();
        List<StreamInfo> streams = new CopyOnWriteArrayList<>();
        Thread reading = new Thread(() -> {
            try {
                SourceReader.read("probe", feed, choice, FrameGate.OPEN, Clock.SYSTEM, abort, streams::add);
            } catch (SourceException | InterruptedException e) {
                if (!abort.isRequested()) {
                    throw new AssertionError(e);
                }
            }
        });
        reading.start();
        Await.until("the main stream", () -> streams.stream()
                .anyMatch(s -> s.stream().equals("main")));
        assertThat(feed.warnings().held()).hasSize(1);
        try (RtspCameraServer again = RtspCameraServer.start(second.withPort(port))) {
            assertThat(again.uri(0)).isEqualTo(gone);
            Await.until("the stream for detection", () -> streams.get(streams.size() - 1).stream()
                    .equals("detect"));
            assertThat(feed.warnings().held()).isEmpty();
        } finally {
            abort.request();
            reading.join(10_000);
        }
        assertThat(reading.isAlive()).isFalse();
        feed.mailbox().close();
        assertThat(feed.ledger().snapshot().balances()).isTrue();
    }
}
