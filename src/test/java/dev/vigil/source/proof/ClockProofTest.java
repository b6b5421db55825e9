package dev.vigil.source.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.frame.CaptureClock;
import dev.vigil.frame.Warnings.Kind;
import dev.vigil.mqtt.Await;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A short version of {@code vigil prove clock}. */
@Timeout(180)
class ClockProofTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    @Test
    void shouldTellCaptureWithin5MsWhateverHappensToTheCamerasClock(@TempDir Path folder) throws Exception {
        Path clip = folder.resolve("numbered.mp4");
        ClockProofClip.write(clip);
        try (ClockProofRun run = new ClockProofRun(clip)) {
            int before = ClockProofRun.pictures(Duration.ofSeconds(3));
            Await.until("pictures", DEADLINE, () -> run.pictures() >= before);
            run.happen();
            int after = before + ClockProofRun.pictures(Duration.ofSeconds(8));
            Await.until("pictures after it happened", DEADLINE, () -> run.pictures() >= after);
            for (ClockProofCamera camera : run.cameras()) {
                assertThat(camera.unread()).isZero();
                assertThat(camera.captureErrorMs(camera.happens.byWay() ? 0.9 : 1))
                        .as("capture, error in ms: " + camera.happens.shown)
                        .isLessThanOrEqualTo(ClockProofCommand.ERROR_MAX_MS);
                assertThat(camera.ageErrorMs(0.5))
                        .as("age, error in ms: " + camera.happens.shown)
                        .isLessThanOrEqualTo(ClockProofCommand.ERROR_MAX_MS);
                switch (camera.happens) {
                    case STEP_FORWARDS, STEP_BACK -> {
                        assertThat(camera.clocks()).containsExactly(CaptureClock.RTCP, CaptureClock.RTCP_ADJUSTED);
                        assertThat(camera.warnings()).contains(Kind.CLOCK_STEP, Kind.CLOCK_OFFSET);
                    }
                    case JUMP_FORWARDS, JUMP_BACK -> {
                        assertThat(camera.clocks()).containsExactly(CaptureClock.RTCP);
                        assertThat(camera.warnings()).containsExactly(Kind.CLOCK_STEP);
                    }
                    default -> assertThat(camera.clocks()).containsExactly(CaptureClock.RTCP);
                }
            }
        }
    }
}
