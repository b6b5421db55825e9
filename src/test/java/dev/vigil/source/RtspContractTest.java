package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.mqtt.Await;
import dev.vigil.source.CameraStatus.State;
import dev.vigil.source.RtspPeer.Codec;
import dev.vigil.source.RtspPeer.Maker;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions.Transport;
import dev.vigil.source.rtsp.GstreamerServer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What reading an RTSP camera is like, the same with our simulated camera and with GStreamer's server, over TCP and UDP. */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class RtspContractTest {
    @TempDir
    static Path folder;

    private static final Map<Codec, Path> CLIPS = new EnumMap<>(Codec.class);

    static Stream<Arguments> camerasOfEachCodec() {
        return Stream.of(Maker.values()).flatMap(maker -> Stream.of(Transport.values())
                .flatMap(transport -> Stream.of(Codec.values()).map(codec -> Arguments.of(maker, transport, codec))));
    }

    static Stream<Arguments> cameras() {
        return Stream.of(Maker.values())
                .flatMap(maker -> Stream.of(Transport.values()).map(transport -> Arguments.of(maker, transport)));
    }

    private static RtspPeer start(Maker maker, Codec codec, boolean login) throws Exception {
        if (maker == Maker.GSTREAMER) {
            GstreamerServer.require();
        }
        return RtspPeer.start(maker, codec, clip(codec), login);
    }

    private static Path clip(Codec codec) throws Exception {
        synchronized (CLIPS) {
            Path clip = CLIPS.get(codec);
            if (clip == null) {
                clip = codec.clip(folder);
                CLIPS.put(codec, clip);
            }
            return clip;
        }
    }

    private static CameraProbe read(URI uri, Transport transport) {
        return new CameraProbe(CameraProbe.hasty(uri.toString()).toBuilder()
                        .transport(transport)
                        .openTimeout(Duration.ofSeconds(5))
                        .readTimeout(Duration.ofSeconds(1))
                        .build())
                .start();
    }

    private static void assertAllAccountedFor(CameraProbe probe) throws InterruptedException {
        assertThat(probe.stop()).isTrue();
        assertThat(probe.ledger().balances()).isTrue();
        assertThat(probe.ledger().inFlight()).isZero();
        assertThat(probe.ledger().read()).isPositive();
    }

    private static void awaitMorePictures(CameraProbe probe) {
        int before = probe.pictures.size();
        Await.until("pictures after the " + before + "th", () -> probe.pictures.size() > before + 5);
    }

    private static void awaitDown(CameraProbe probe, Cause cause) {
        Await.until("its being down with " + cause + ", it is " + probe.reader.status(), () -> {
            CameraStatus status = probe.reader.status();
            return status.state() == State.DOWN && status.cause() == cause;
        });
    }

    @ParameterizedTest
    @MethodSource("camerasOfEachCodec")
    void shouldGivePicturesWhenConnected(Maker maker, Transport transport, Codec codec) throws Exception {
        try (RtspPeer peer = start(maker, codec, false);
                CameraProbe probe = read(peer.uri(""), transport)) {
            probe.awaitPictures(10);
            StreamInfo stream = probe.reader.status().stream();
            assertThat(stream)
                    .isEqualTo(new StreamInfo(320, 192, codec.label, "software")
                            .from(transport.name().toLowerCase(Locale.ROOT), "main"));
            assertThat(probe.statuses).extracting(CameraStatus::state).doesNotContain(State.DOWN);
            assertAllAccountedFor(probe);
        }
    }

    @ParameterizedTest
    @MethodSource("cameras")
    void shouldComeBackWhenTheCameraIsKilledAndStartedAgain(Maker maker, Transport transport) throws Exception {
        try (RtspPeer peer = start(maker, Codec.H264, false);
                CameraProbe probe = read(peer.uri(""), transport)) {
            probe.awaitPictures(5);
            peer.kill();
            awaitDown(probe, Cause.REFUSED);
            peer.restart();
            probe.awaitState(State.UP);
            awaitMorePictures(probe);
            assertAllAccountedFor(probe);
        }
    }

    @ParameterizedTest
    @MethodSource("cameras")
    void shouldSayStalledAndComeBackWhenTheCameraFreezes(Maker maker, Transport transport) throws Exception {
        try (RtspPeer peer = start(maker, Codec.H264, false);
                CameraProbe probe = read(peer.uri(""), transport)) {
            probe.awaitPictures(5);
            peer.freeze(true);
            assertThat(probe.awaitDown().cause()).isEqualTo(Cause.STALLED);
            peer.freeze(false);
            awaitMorePictures(probe);
            probe.awaitState(State.UP);
            assertAllAccountedFor(probe);
        }
    }

    @ParameterizedTest
    @MethodSource("cameras")
    void shouldSayNoSuchPathWhenTheCameraDoesNotKnowIt(Maker maker, Transport transport) throws Exception {
        try (RtspPeer peer = start(maker, Codec.H264, false);
                CameraProbe probe = read(URI.create(peer.uri("") + "-not"), transport)) {
            CameraStatus down = probe.awaitDown();
            assertThat(down.cause()).isEqualTo(Cause.NO_SUCH_PATH);
            assertThat(down.error()).contains("/cam-not").contains("404");
            assertThat(probe.stop()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("cameras")
    void shouldSayWrongPasswordAndShowNoneWhenItIsRefused(Maker maker, Transport transport) throws Exception {
        try (RtspPeer peer = start(maker, Codec.H264, true)) {
            try (CameraProbe probe = read(peer.uri(RtspPeer.USER + ":guess@"), transport)) {
                CameraStatus down = probe.awaitDown();
                assertThat(down.cause()).isEqualTo(Cause.WRONG_PASSWORD);
                assertThat(down.error()).doesNotContain("guess").doesNotContain(RtspPeer.USER);
                assertThat(probe.stop()).isTrue();
            }
            try (CameraProbe probe = read(peer.uri(RtspPeer.USER + ":" + RtspPeer.PASSWORD + "@"), transport)) {
                probe.awaitPictures(3);
                assertAllAccountedFor(probe);
            }
        }
    }
}
