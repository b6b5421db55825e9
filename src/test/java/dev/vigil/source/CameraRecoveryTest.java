package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.mqtt.Await;
import dev.vigil.source.CameraStatus.State;
import dev.vigil.source.SourceException.Cause;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** When a camera is said to have failed, and when it is tried again. */
@Timeout(30)
@Execution(ExecutionMode.CONCURRENT)
class CameraRecoveryTest {
    @Test
    void shouldNotCallACameraStalledThatIsSlowerThanTheReadTimeout() throws Exception {
        try (HttpCamera camera = new HttpCamera(900);
                CameraProbe probe = new CameraProbe(CameraProbe.hasty(camera.uri("/stall")).toBuilder()
                                .readTimeout(Duration.ofMillis(300))
                                .openTimeout(Duration.ofSeconds(5))
                                .build())
                        .start()) {
            probe.awaitPictures(HttpCamera.PICTURES - 1);
            assertThat(probe.statuses).noneMatch(status -> status.state() == State.DOWN);
            assertThat(probe.awaitDown().cause()).isEqualTo(Cause.STALLED);
        }
    }

    /** Without the commands the tries would take longer than the test may. */
    @Test
    void shouldTryAtOnceWhenToldToThoughThePasswordWasWrong() throws Exception {
        try (HttpCamera camera = new HttpCamera(10);
                CameraProbe probe = new CameraProbe(CameraProbe.hasty(camera.uri("/private"))).start()) {
            assertThat(probe.awaitDown().cause()).isEqualTo(Cause.WRONG_PASSWORD);
            for (int tries = 2; tries <= 6; tries++) {
                int wanted = tries;
                probe.reader.enable(true);
                Await.until("another try", () -> probe.reader.status().reconnects() >= wanted);
            }
        }
    }

    @Test
    void shouldSayCorruptAndConnectAgainWhenPicturesStayDamaged() throws Exception {
        try (HttpCamera camera = new HttpCamera(20);
                CameraProbe probe = new CameraProbe(CameraProbe.hasty(camera.uri("/damaged"))).start()) {
            CameraStatus down = probe.awaitDown();
            assertThat(down.cause()).isEqualTo(Cause.CORRUPT);
            assertThat(down.error()).contains("no whole picture").doesNotContain("\n");
            assertThat(probe.pictures).hasSizeBetween(1, HttpCamera.PICTURES);
        }
    }
}
