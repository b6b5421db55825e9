package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.ManualClock;
import dev.vigil.frame.CaptureClock;
import dev.vigil.frame.ClockStatus;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Warnings.Kind;
import dev.vigil.frame.Warnings.Warning;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.junit.jupiter.api.Test;

class ClockWatchTest {
    private static final long SECOND_NS = 1_000_000_000;

    private final ManualClock clock = new ManualClock(0, 5_000_000);

    private ClockStatus told = ClockStatus.ARRIVAL;
    private final PacketStream stream = new PacketStream() {
        @Override
        public AVCodecParameters parameters() {
            throw new AssertionError("is not asked for");
        }

        @Override
        public boolean read(AVPacket packet, PacketInfo info, long untilNs) {
            throw new AssertionError("is not asked for");
        }

        @Override
        public ClockStatus clock() {
            return told;
        }

        @Override
        public void close() {}
    };

    private final Feed feed = new Feed("gate", false);
    private final SourceOptions options = SourceOptions.builder(URI.create("rtsp://camera/x"))
            .clockOffsetMax(Duration.ofMillis(500))
            .clockDriftMaxPpm(50)
            .build();
    private final ClockWatch watch = new ClockWatch(feed, stream, options, clock);

    private void look(CaptureClock source, Long offsetUs, Double driftPpm, long steps, long lastStepUs) {
        told = new ClockStatus(
                source,
                20L,
                offsetUs,
                driftPpm,
                driftPpm == null ? null : 5.0,
                9,
                steps,
                steps == 0 ? null : "its clock was set",
                lastStepUs);
        watch.look();
    }

    private List<Kind> kinds() {
        return feed.warnings().held().stream().map(Warning::kind).toList();
    }

    private String text() {
        return feed.warnings().held().get(0).text();
    }

    @Test
    void shouldWarnOfOffsetUntilItIsWellWithinItsBound() {
        look(CaptureClock.RTCP, 499_000L, null, 0, 0);
        assertThat(kinds()).isEmpty();
        look(CaptureClock.RTCP_ADJUSTED, 10_800_000_000L, null, 0, 0);
        assertThat(kinds()).containsExactly(Kind.CLOCK_OFFSET);
        assertThat(text()).isEqualTo("its clock is 3.0 h ahead of this box's; 0.500 s is allowed");
        look(CaptureClock.RTCP_ADJUSTED, -600_000L, null, 0, 0);
        assertThat(text()).isEqualTo("its clock is 0.600 s behind this box's; 0.500 s is allowed");
        look(CaptureClock.RTCP, -400_000L, null, 0, 0);
        assertThat(kinds()).containsExactly(Kind.CLOCK_OFFSET);
        look(CaptureClock.RTCP, -300_000L, null, 0, 0);
        assertThat(kinds()).isEmpty();
    }

    @Test
    void shouldWarnOfDriftOnlyWhenItIsSure() {
        look(CaptureClock.RTCP, 0L, 54.0, 0, 0);
        assertThat(kinds()).isEmpty();
        look(CaptureClock.RTCP, 0L, -56.0, 0, 0);
        assertThat(kinds()).containsExactly(Kind.CLOCK_DRIFT);
        assertThat(text()).isEqualTo("its clock runs 56 ppm slower than this box's; 50 ppm is allowed");
        look(CaptureClock.RTCP, 0L, -46.0, 0, 0);
        look(CaptureClock.RTCP, 0L, null, 0, 0);
        assertThat(kinds()).containsExactly(Kind.CLOCK_DRIFT);
        look(CaptureClock.RTCP, 0L, -44.0, 0, 0);
        assertThat(kinds()).isEmpty();
    }

    @Test
    void shouldTellOfStepForAMinuteWhenItIsLargeEnough() {
        look(CaptureClock.RTCP, 0L, null, 1, 499_999);
        assertThat(kinds()).isEmpty();
        look(CaptureClock.RTCP, 0L, null, 2, -500_000);
        assertThat(kinds()).containsExactly(Kind.CLOCK_STEP);
        clock.advanceNs(59 * SECOND_NS);
        look(CaptureClock.RTCP, 0L, null, 2, -500_000);
        assertThat(kinds()).containsExactly(Kind.CLOCK_STEP);
        clock.advanceNs(SECOND_NS);
        watch.look();
        assertThat(kinds()).isEmpty();
    }

    @Test
    void shouldTakeWarningsBackWhenReportsStopComing() {
        look(CaptureClock.RTCP_ADJUSTED, 10_800_000_000L, 90.0, 0, 0);
        assertThat(kinds()).containsExactly(Kind.CLOCK_DRIFT, Kind.CLOCK_OFFSET);
        look(CaptureClock.ARRIVAL, null, null, 0, 0);
        assertThat(kinds()).isEmpty();
    }

    @Test
    void shouldForgetWhatAnEarlierConnectionToldWhenNoReportComes() {
        feed.warnings().raise(Kind.CLOCK_OFFSET, "of the connection before", 1);
        watch.look();
        assertThat(kinds()).containsExactly(Kind.CLOCK_OFFSET);
        clock.advanceNs(15 * SECOND_NS);
        watch.look();
        assertThat(kinds()).isEmpty();
    }

    @Test
    void shouldKnowNothingOfTheClockWhenTheStreamIsClosed() {
        look(CaptureClock.RTCP, 12L, null, 1, 900_000);
        assertThat(feed.clock()).isSameAs(told);
        watch.close();
        assertThat(feed.clock()).isNull();
        assertThat(kinds()).isEmpty();
    }
}
