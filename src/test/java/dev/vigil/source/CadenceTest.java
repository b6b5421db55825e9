package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.Clock;
import dev.vigil.metrics.health.Pulses;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CadenceTest {
    private static final long MS_IN_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long READ_MS = 2_000;

    private static final SourceOptions OPTIONS = SourceOptions.builder(URI.create("rtsp://camera/"))
            .openTimeout(Duration.ofSeconds(5))
            .firstFrameTimeout(Duration.ofSeconds(20))
            .readTimeout(Duration.ofMillis(READ_MS))
            .build();

    private final Cadence cadence = new Cadence(OPTIONS);
    private long nowNs = 1_000 * MS_IN_NS;

    private void open() {
        cadence.opened(nowNs, Duration.ZERO);
    }

    private void packets(int count, long intervalMs) {
        for (int i = 0; i < count; i++) {
            nowNs += intervalMs * MS_IN_NS;
            cadence.came(nowNs, false);
        }
    }

    private long allowedMs() {
        return (cadence.dueNs(nowNs) - nowNs) / MS_IN_NS;
    }

    @Test
    void shouldExpectAPacketInEachOpenTimeoutWhenNothingIsKnown() {
        open();
        assertThat(allowedMs()).isEqualTo(5_000 + READ_MS);
        packets(1, 100);
        assertThat(allowedMs()).isEqualTo(5_000 + READ_MS);
    }

    @ParameterizedTest
    @ValueSource(longs = {33, 40, 1_000, 5_000, 19_000})
    void shouldAllowReadTimeoutBeyondTheCamerasOwnInterval(long intervalMs) {
        open();
        packets(20, intervalMs);
        assertThat(allowedMs()).isEqualTo(intervalMs + READ_MS);
    }

    @Test
    void shouldForgetALongPauseWhenManyShortIntervalsFollow() {
        open();
        packets(10, 40);
        packets(1, 1_900);
        packets(100, 40);
        assertThat(allowedMs()).as("it may pause so again").isEqualTo(1_900 + READ_MS);
        packets(2_000, 40);
        assertThat(allowedMs()).isEqualTo(40 + READ_MS);
    }

    /** Stopped, or without a core: the next packet comes late, and the camera is not slow for that. */
    @Test
    void shouldNotTakeTheTimeInWhichTheProcessStoodStillForTheCamerasInterval() {
        Pulses pulses = new Pulses(Clock.SYSTEM);
        Cadence watched = new Cadence(OPTIONS, pulses);
        watched.opened(nowNs, Duration.ZERO);
        for (int i = 0; i < 200; i++) {
            long stopNs = i == 100 ? 3_500 * MS_IN_NS : 0;
            nowNs += 40 * MS_IN_NS;
            pulses.look(nowNs);
            nowNs += stopNs;
            pulses.look(nowNs);
            watched.came(nowNs, false);
        }
        assertThat((watched.dueNs(nowNs) - nowNs) / MS_IN_NS)
                .as("what a watch that looks now and then can not tell of a standstill is left")
                .isBetween(40 + READ_MS, 400 + READ_MS);
    }

    @Test
    void shouldKnowTheIntervalWhenConnectedAgain() {
        open();
        packets(20, 40);
        nowNs += 60_000 * MS_IN_NS;
        open();
        assertThat(allowedMs()).isEqualTo(40 + READ_MS);
        packets(20, 40);
        assertThat(allowedMs()).as("the pause between connections is none").isEqualTo(40 + READ_MS);
    }

    @Test
    void shouldAllowForAFirstPacketThatTookLongBefore() {
        open();
        packets(1, 3_000);
        packets(20, 40);
        assertThat(allowedMs()).isEqualTo(40 + READ_MS);
        open();
        assertThat(allowedMs()).isEqualTo(3_000 + READ_MS);
    }

    @Test
    void shouldGetUsedToACameraThatBecameSlow() {
        open();
        packets(50, 40);
        int stalls = 0;
        for (int packet = 0; packet < 40; packet++) {
            if (allowedMs() < 15_000) { // a packet in 15 s now
                nowNs = cadence.dueNs(nowNs);
                cadence.stalled();
                stalls++;
                open();
                packets(1, 200); // as many cameras do when they are connected to
            } else {
                packets(1, 15_000);
            }
        }
        assertThat(stalls).isBetween(1, 5);
        assertThat(allowedMs()).isEqualTo(15_000 + READ_MS);
    }

    @Test
    void shouldBeQuickAgainWhenAStalledCameraIsBackAtItsPace() {
        open();
        packets(50, 40);
        cadence.dueNs(nowNs);
        cadence.stalled();
        open();
        assertThat(allowedMs()).isGreaterThan(40 + READ_MS);
        packets(10, 40);
        assertThat(allowedMs()).isEqualTo(40 + READ_MS);
    }

    @Test
    void shouldNotWaitLongerThanForAFirstFrameWhenACameraStaysSilent() {
        for (int i = 0; i < 100; i++) {
            open();
            assertThat(allowedMs()).isLessThanOrEqualTo(20_000 + READ_MS);
            cadence.stalled();
        }
    }

    @Test
    void shouldNotTakeThePauseOfAStreamInSegmentsForAStall() {
        cadence.opened(nowNs, Duration.ofSeconds(10));
        packets(100, 0);
        assertThat(allowedMs()).isEqualTo(10_000 + READ_MS);
    }

    @Test
    void shouldWaitForTheNextKeyframeAndNoLongerWhenPicturesAreDamaged() {
        open();
        assertThat(cadence.nextPictureNs()).isEqualTo(20_000 * MS_IN_NS);
        for (int keyframe = 0; keyframe < 3; keyframe++) {
            nowNs += 4_000 * MS_IN_NS;
            cadence.came(nowNs, true);
            packets(10, 10);
        }
        assertThat(cadence.nextPictureNs() / MS_IN_NS).isEqualTo(4_100 + READ_MS);
    }

    @Test
    void shouldWaitLongerForAFirstKeyframeEachTimeNoneCame() {
        assertThat(cadence.firstPictureNs()).isEqualTo(20_000 * MS_IN_NS);
        cadence.keyframeMissed();
        assertThat(cadence.firstPictureNs()).isEqualTo(40_000 * MS_IN_NS);
        for (int i = 0; i < 10; i++) {
            cadence.keyframeMissed();
        }
        assertThat(cadence.firstPictureNs()).isEqualTo(120_000 * MS_IN_NS);
    }
}
