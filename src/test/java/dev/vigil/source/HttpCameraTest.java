package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.Clock;
import dev.vigil.mqtt.Await;
import dev.vigil.source.CameraStatus.State;
import dev.vigil.source.SourceException.Cause;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
class HttpCameraTest {
    private static HttpCamera camera;

    @BeforeAll
    static void start() throws Exception {
        camera = new HttpCamera(100);
    }

    @AfterAll
    static void stop() {
        camera.close();
    }

    /** Deadlines that no test waits for. */
    private static SourceOptions patient(String uri) {
        return CameraProbe.hasty(uri).toBuilder()
                .openTimeout(Duration.ofMinutes(5))
                .readTimeout(Duration.ofMinutes(5))
                .build();
    }

    @Test
    void shouldGiveEveryPictureWhenServerHasAFile() throws Exception {
        try (PictureReader reader = PictureReader.open(
                SourceOptions.of(CameraProbe.hasty(camera.uri("/clip.mp4")).uri()), Clock.SYSTEM)) {
            int pictures = 0;
            while (reader.next() != null) {
                pictures++;
            }
            assertThat(pictures).isEqualTo(400);
        }
    }

    @Test
    void shouldConnectAgainWhenCameraEndsItsStream() {
        try (CameraProbe probe = new CameraProbe(CameraProbe.hasty(camera.uri("/mjpeg"))).start()) {
            CameraStatus down = probe.awaitDown();
            assertThat(down.cause()).isEqualTo(Cause.ENDED);
            assertThat(down.error()).contains("came to its end").doesNotContain("\n");
            assertThat(down.stream().codec()).isEqualTo("mjpeg");
            // All of the first connection, and the second one goes on in the same account.
            probe.awaitPictures(HttpCamera.PICTURES + 2);
            assertThat(probe.numbers()).startsWith(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
            probe.awaitState(State.UP);
            assertThat(probe.reader.status().reconnects()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/basic", "/digest", "/unsized"})
    void shouldGiveEveryPictureHoweverTheCameraServesThem(String path) {
        String uri = camera.uri(path).replace("//", "//" + HttpCamera.LOGIN + "@");
        try (CameraProbe probe = new CameraProbe(CameraProbe.hasty(uri)).start()) {
            CameraStatus down = probe.awaitDown();
            assertThat(down.cause()).as(down.error()).isEqualTo(Cause.ENDED);
            assertThat(probe.pictures).hasSizeGreaterThanOrEqualTo(HttpCamera.PICTURES - 1);
        }
    }

    @Test
    void shouldGivePicturesAtOnceWhenCameraIsSlow() throws Exception {
        // A demuxer that measures the rate first would hold back twenty pictures: here that is longer than the
        // deadline.
        try (HttpCamera slow = new HttpCamera(400);
                CameraProbe probe = new CameraProbe(CameraProbe.hasty(slow.uri("/stall"))).start()) {
            probe.awaitPictures(2);
            assertThat(probe.statuses).noneMatch(s -> s.state() == State.DOWN);
        }
    }

    @Test
    void shouldNoticeWhenCameraGoesSilent() {
        try (CameraProbe probe = new CameraProbe(CameraProbe.hasty(camera.uri("/stall"))).start()) {
            CameraStatus down = probe.awaitDown();
            assertThat(down.cause()).isEqualTo(Cause.STALLED);
            assertThat(down.error()).contains("gave no picture for ").doesNotContain("\n");
            assertThat(probe.pictures).hasSizeBetween(HttpCamera.PICTURES - 1, HttpCamera.PICTURES);
            probe.awaitPictures(HttpCamera.PICTURES + 1); // it is connected to again
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/missing, NO_SUCH_PATH",
        "/private, WRONG_PASSWORD",
        "/broken, REFUSED",
        "/page, CORRUPT",
        "/mute, UNREACHABLE",
        "/headers, UNREACHABLE",
    })
    void shouldNameTheCauseWhenCameraCanNotBeOpened(String path, Cause cause) {
        String uri = camera.uri(path).replace("//", "//admin:s3cret-w0rd@");
        try (CameraProbe probe = new CameraProbe(CameraProbe.hasty(uri)).start()) {
            CameraStatus down = probe.awaitDown();
            assertThat(down.cause()).as(down.error()).isEqualTo(cause);
            assertThat(down.error()).contains(path).doesNotContain("\n", "s3cret-w0rd");
        }
    }

    @Test
    void shouldSayRefusedWhenNobodyListens() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (CameraProbe probe = new CameraProbe(CameraProbe.hasty("http://127.0.0.1:" + port + "/x")).start()) {
            assertThat(probe.awaitDown().cause()).isEqualTo(Cause.REFUSED);
        }
    }

    /** JavaCPP has room for ten callbacks of a kind: the streams share one. */
    @Test
    void shouldHoldEveryDeadlineWhenManyCamerasHangAtOnce() {
        List<CameraProbe> probes = new ArrayList<>();
        try {
            for (int i = 0; i < 25; i++) {
                probes.add(new CameraProbe(CameraProbe.hasty(camera.uri("/mute"))).start());
            }
            probes.forEach(probe -> assertThat(probe.awaitDown().cause()).isEqualTo(Cause.UNREACHABLE));
        } finally {
            probes.forEach(probe -> probe.reader.stop());
            probes.forEach(CameraProbe::close);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/mute", "/headers", "/stall"})
    void shouldEndAtOnceWhenStoppedWhileBlocked(String path) throws Exception {
        try (CameraProbe probe = new CameraProbe(patient(camera.uri(path))).start()) {
            if (path.equals("/stall")) {
                probe.awaitPictures(HttpCamera.PICTURES - 1);
            } else {
                Await.until("a thread inside FFmpeg", () -> isInNativeCode(probe));
            }
            assertThat(probe.stop()).isTrue();
            assertThat(probe.reader.status().state()).isEqualTo(State.STOPPED);
            assertThat(probe.statuses).noneMatch(s -> s.state() == State.DOWN);
            assertThat(probe.ledger().inFlight()).isZero();
            assertThat(probe.ledger().balances()).isTrue();
        }
    }

    private static boolean isInNativeCode(CameraProbe probe) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().equals("camera-" + probe.feed.camera()))
                .flatMap(entry -> java.util.Arrays.stream(entry.getValue()))
                .anyMatch(frame -> frame.getMethodName().startsWith("avformat_"));
    }

    @Test
    void shouldEndAtOnceWhenStoppedBeforeItStarted() throws Exception {
        CameraProbe probe = new CameraProbe(patient(camera.uri("/mjpeg")));
        probe.reader.stop();
        probe.start();
        assertThat(probe.stop()).isTrue();
        assertThat(probe.pictures).isEmpty();
        probe.close();
    }
}
