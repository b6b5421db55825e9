package dev.vigil.source;

import dev.vigil.base.Clock;
import dev.vigil.frame.CaptureClock;
import dev.vigil.frame.ClockStatus;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Warnings;
import dev.vigil.frame.Warnings.Kind;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what a stream knows of its camera's clock: in the {@link Feed}, as warnings, and in the log where capture times come from
 * somewhere else than before. Not threadsafe: the camera's thread owns it.
 */
final class ClockWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CameraReader.class);
    /** A step is over once it is made; so long it is told of. */
    private static final long STEP_TOLD_NS = TimeUnit.SECONDS.toNanos(60);
    /** A camera that sends reports at all has sent one after so long. */
    private static final long REPORTS_AWAITED_NS = TimeUnit.SECONDS.toNanos(15);
    /** A warning is taken back when less than this part of its bound is left. */
    private static final double CLEAR_BELOW = 0.75;

    private final Feed feed;
    private final PacketStream stream;
    private final Clock clock;
    private final boolean mayReport;
    private final double offsetMaxUs;
    private final double driftMaxPpm;
    private final long beganNs;
    private ClockStatus last;
    private CaptureClock told;
    private boolean stepTold;
    private long stepNs;

    ClockWatch(Feed feed, PacketStream stream, SourceOptions options, Clock clock) {
        this.feed = feed;
        this.stream = stream;
        this.clock = clock;
        this.mayReport = SourceAddress.kind(options.uri()) == SourceAddress.Kind.RTSP;
        this.offsetMaxUs = options.clockOffsetMax().toNanos() / 1e3;
        this.driftMaxPpm = options.clockDriftMaxPpm();
        this.beganNs = clock.monotonicNs();
    }

    /** Looks whether there is something new. */
    void look() {
        long nowNs = clock.monotonicNs();
        if (stepTold && nowNs - stepNs >= STEP_TOLD_NS) {
            stepTold = false;
            feed.warnings().clear(Kind.CLOCK_STEP);
        }
        ClockStatus now = stream.clock();
        if (now != last) {
            warnOfStep(now, nowNs);
            warnOfOffset(now);
            warnOfDrift(now);
            feed.clock(now);
            last = now;
        }
        if (now.source() != told && (now.source() != CaptureClock.ARRIVAL || isSilent(now, nowNs))) {
            tellSource(now.source());
        }
    }

    private boolean isSilent(ClockStatus now, long nowNs) {
        return mayReport && (now.reports() > 0 || nowNs - beganNs >= REPORTS_AWAITED_NS);
    }

    private void tellSource(CaptureClock source) {
        boolean first = told == null;
        told = source;
        String camera = feed.camera();
        switch (source) {
            case ARRIVAL -> {
                LOG.info("{}: capture times are those of the arrival: no usable sender report comes", camera);
                feed.warnings().clear(Kind.CLOCK_OFFSET);
                feed.warnings().clear(Kind.CLOCK_DRIFT);
            }
            case RTCP -> {
                if (!first) {
                    LOG.info("{}: capture times are by the camera's clock", camera);
                }
            }
            case RTCP_ADJUSTED ->
                LOG.info("{}: capture times are by this box's clock: the camera's is too far", camera);
        }
    }

    private void warnOfStep(ClockStatus now, long nowNs) {
        long stepsBefore = last == null ? 0 : last.steps();
        if (now.steps() > stepsBefore && Math.abs(now.lastStepUs()) >= offsetMaxUs) {
            stepTold = true;
            stepNs = nowNs;
            warn(Kind.CLOCK_STEP, now.lastStep());
        }
    }

    private void warnOfOffset(ClockStatus now) {
        if (now.offsetUs() == null) {
            return;
        }
        double offsetUs = Math.abs(now.offsetUs());
        // The source follows the same bound, but not before there are reports enough to know the network's part.
        if (now.source() == CaptureClock.RTCP_ADJUSTED && offsetUs > offsetMaxUs) {
            warn(
                    Kind.CLOCK_OFFSET,
                    String.format(
                            Locale.ROOT,
                            "its clock is %s %s this box's; %s is allowed",
                            span(offsetUs),
                            now.offsetUs() > 0 ? "ahead of" : "behind",
                            span(offsetMaxUs)));
        } else if (now.source() == CaptureClock.RTCP && offsetUs < CLEAR_BELOW * offsetMaxUs) {
            feed.warnings().clear(Kind.CLOCK_OFFSET);
        }
    }

    private void warnOfDrift(ClockStatus now) {
        if (now.driftPpm() == null) {
            return;
        }
        double driftPpm = Math.abs(now.driftPpm());
        if (driftPpm - now.driftUncertaintyPpm() > driftMaxPpm) {
            warn(
                    Kind.CLOCK_DRIFT,
                    String.format(
                            Locale.ROOT,
                            "its clock runs %.0f ppm %s than this box's; %.0f ppm is allowed",
                            driftPpm,
                            now.driftPpm() > 0 ? "faster" : "slower",
                            driftMaxPpm));
        } else if (driftPpm + now.driftUncertaintyPpm() < driftMaxPpm) {
            feed.warnings().clear(Kind.CLOCK_DRIFT);
        }
    }

    private void warn(Warnings.Kind kind, String text) {
        feed.warnings().raise(kind, text, clock.utcUs());
    }

    /** {@code 0.120 s}, {@code 3.0 h} or {@code 20414.2 days}. */
    private static String span(double us) {
        double seconds = us / 1e6;
        return seconds < 3_600
                ? String.format(Locale.ROOT, "%.3f s", seconds)
                : seconds < 2 * 86_400
                        ? String.format(Locale.ROOT, "%.1f h", seconds / 3_600)
                        : String.format(Locale.ROOT, "%.1f days", seconds / 86_400);
    }

    /** While there is no connection nothing is known of the clock. */
    @Override
    public void close() {
        feed.clock(null);
        if (stepTold) {
            feed.warnings().clear(Kind.CLOCK_STEP);
        }
    }
}
