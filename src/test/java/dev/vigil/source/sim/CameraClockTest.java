package dev.vigil.source.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.base.Clock;
import dev.vigil.base.ManualClock;
import dev.vigil.source.sim.RtspTestClient.Packet;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CameraClockTest {
    private static final long SECOND_NS = 1_000_000_000;
    private static final long UTC_US = 1_795_305_600_000_000L; // 2026-11-22T00:00:00Z

    private final ManualClock truth = new ManualClock(7 * SECOND_NS, UTC_US);
    private final CameraClock clock = new CameraClock(truth, new UtcAnchor(truth));

    private long wallErrorNs() {
        return clock.wallNs(truth.monotonicNs()) - truth.utcUs() * 1_000;
    }

    @Test
    void shouldDriftFromNowOnWhenTold() {
        assertThat(wallErrorNs()).isZero();
        clock.wallDrift(500);
        clock.samplingDrift(-200);
        assertThat(wallErrorNs()).isZero();
        truth.advanceNs(10 * SECOND_NS);
        assertThat(wallErrorNs()).isEqualTo(5_000_000);
        assertThat(clock.samplingErrorTicks(truth.monotonicNs())).isCloseTo(-180, within(1e-6));
        clock.wallDrift(-500);
        truth.advanceNs(4 * SECOND_NS);
        assertThat(wallErrorNs()).isEqualTo(3_000_000);
    }

    @Test
    void shouldStepOneClockWhenTheOtherGoesOn() {
        clock.stepWall(Duration.ofSeconds(-2));
        assertThat(wallErrorNs()).isEqualTo(-2 * SECOND_NS);
        assertThat(clock.samplingErrorTicks(truth.monotonicNs())).isZero();
        clock.jumpTimestamps(Duration.ofSeconds(10));
        assertThat(wallErrorNs()).isEqualTo(-2 * SECOND_NS);
        assertThat(clock.samplingErrorTicks(truth.monotonicNs())).isEqualTo(900_000);
        clock.setRight();
        assertThat(wallErrorNs()).isZero();
        assertThat(clock.samplingErrorTicks(truth.monotonicNs())).isZero();
    }

    @Test
    void shouldShowInReportsAndTimestampsWhenBothClocksAreWrong(@TempDir Path folder) throws Exception {
        Path clip = TestClips.firstFrames(30, folder.resolve("short.mp4"));
        try (RtspCameraServer server =
                RtspCameraServer.start(SimulatedCameraOptions.of(clip).withPort(0))) {
            server.clock(0).stepWall(Duration.ofHours(3));
            server.clock(0).samplingDrift(100_000);
            try (RtspTestClient client = new RtspTestClient(server.uri(0))) {
                client.request("OPTIONS", "");
                client.play();
                Packet report = client.packet();
                assertThat(report.channel()).isEqualTo(1);
                assertThat((report.reportUtcUs() - report.arrivalUtcUs()) / 1e6).isCloseTo(3 * 3_600, within(5.0));
                Packet first = client.packet();
                Packet next = client.packet();
                while (next.channel() == 1 || next.timestamp() == first.timestamp()) {
                    next = client.packet();
                }
                // 40 ms are 3600 ticks, and 10 % more.
                assertThat(next.timestamp() - first.timestamp()).isBetween(3_959, 3_961);
            }
        }
    }

    @Test
    void shouldSendNoReportWhenTheyAreToBeMissing(@TempDir Path folder) throws Exception {
        Path clip = TestClips.firstFrames(30, folder.resolve("short.mp4"));
        try (RtspCameraServer server =
                RtspCameraServer.start(SimulatedCameraOptions.of(clip).withPort(0))) {
            server.clock(0).reports(false);
            try (RtspTestClient client = new RtspTestClient(server.uri(0))) {
                client.play();
                for (int packet = 0; packet < 30; packet++) {
                    assertThat(client.packet().channel()).isZero();
                }
            }
        }
    }

    @Test
    void shouldTellWhenAPictureWasTrulyCaptured(@TempDir Path folder) throws Exception {
        Path clip = TestClips.firstFrames(30, folder.resolve("short.mp4"));
        try (RtspCameraServer server =
                RtspCameraServer.start(SimulatedCameraOptions.of(clip).withPort(0))) {
            long someNs = Clock.SYSTEM.monotonicNs() + 100 * SECOND_NS;
            long firstNs = server.captureNs(0, 0, someNs);
            assertThat(Math.abs(firstNs - someNs)).isLessThanOrEqualTo(600_000_000); // half of the loop's 1.2 s
            assertThat(server.captureNs(0, 5, firstNs + 200_000_000) - firstNs).isEqualTo(200_000_000);
            assertThat(server.captureNs(0, 29, firstNs) - firstNs).isEqualTo(-40_000_000);
            assertThat(server.frameIndexAt(0, server.clock(0).wallNs(firstNs) / 1_000))
                    .isZero();
        }
    }
}
