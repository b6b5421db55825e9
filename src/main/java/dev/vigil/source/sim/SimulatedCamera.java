package dev.vigil.source.sim;

import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One camera: its clock, its place in the loop, and whoever watches. Belongs to the server's thread; only the counters and the
 * clock are read by others.
 */
final class SimulatedCamera {
    private static final Logger log = LoggerFactory.getLogger(SimulatedCamera.class);
    /** A camera that comes this late (the machine slept) goes on at the present instead of catching up. */
    private static final long LATE_MAX_NS = TimeUnit.SECONDS.toNanos(1);

    private static final String AUDIO_ONLY = "m=audio 0 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";

    private final int number;
    private final String path;
    private final CameraClock clock;
    private final int ssrc;
    private final String cname;
    private final CameraFaults faults;
    private final RtspLogin login;
    private final RtspLogin unknownLogin = RtspLogin.unknown("camera");
    private final ByteBufAllocator allocator;
    private final OutgoingFrame outgoing;
    private final List<RtpSink> sinks = new ArrayList<>();
    private final AtomicLong framesSent = new AtomicLong();
    private final AtomicLong framesSkipped = new AtomicLong();
    private final AtomicLong framesLate = new AtomicLong();
    private volatile int clients;
    private Clip clip;
    private volatile Timeline timeline;
    private long nextFrame;
    private long skippedLogged;
    private long lateLogged;

    SimulatedCamera(
            int number,
            String path,
            Clip clip,
            Timeline timeline,
            CameraClock clock,
            int ssrc,
            CameraFaults faults,
            RtspLogin login,
            ByteBufAllocator allocator) {
        this.number = number;
        this.path = path;
        this.clip = clip;
        this.timeline = timeline;
        this.clock = clock;
        this.ssrc = ssrc;
        this.cname = "camera" + (number + 1) + "@vigil";
        this.faults = faults;
        this.login = login;
        this.allocator = allocator;
        this.outgoing = new OutgoingFrame(ssrc);
    }

    /** Sends every frame that is due at {@code nowNs}. */
    void sendDue(long nowNs) {
        long dueNs;
        while (!sinks.isEmpty() && (dueNs = timeline.dueNs(nextFrame)) <= nowNs) {
            if (nowNs - dueNs > LATE_MAX_NS) {
                long present = timeline.firstDueAfter(nowNs);
                framesLate.addAndGet(present - nextFrame);
                nextFrame = present;
                return;
            }
            send(nextFrame++);
        }
    }

    private void send(long frame) {
        outgoing.take(allocator, clip, timeline, frame, timestamp(frame));
        try {
            if (!faults.spoil(outgoing)) {
                return;
            }
            int written = 0;
            int skipped = 0;
            for (RtpSink sink : sinks) {
                switch (sink.offer(outgoing)) {
                    case WRITTEN -> written++;
                    case SKIPPED -> skipped++;
                    case NOT_BEGUN -> {}
                }
            }
            framesSkipped.addAndGet(skipped);
            if (written > 0) {
                framesSent.incrementAndGet();
            }
        } finally {
            outgoing.release();
        }
    }

    /** Comes to the present when nobody watched meanwhile. */
    private void comeToPresent(long nowNs) {
        if (sinks.isEmpty()) {
            nextFrame = Math.max(nextFrame, timeline.firstDueAfter(nowNs));
        }
    }

    /** Begins to send to a client: a sender report at once, frames as {@code sink} wants them. */
    void add(RtpSink sink, long nowNs) {
        comeToPresent(nowNs);
        sinks.add(sink);
        clients = sinks.size();
        report(sink, nowNs);
    }

    void remove(RtpSink sink) {
        sinks.remove(sink);
        clients = sinks.size();
    }

    /** Sends the reports that are due. */
    void sendReports(long nowNs) {
        for (RtpSink sink : sinks) {
            if (sink.reportDue(nowNs)) {
                report(sink, nowNs);
            }
        }
    }

    private void report(RtpSink sink, long nowNs) {
        if (clock.reports() && !faults.silent()) {
            // A whole tick of the sampling clock, so that wall clock and timestamp are exactly the same moment.
            long tick = timeline.tickAt(nowNs);
            double errorTicks = clock.samplingErrorTicks(timeline.tickNs(tick));
            long wholeTicks = (long) Math.floor(errorTicks);
            long momentNs = timeline.tickNs(tick) - Math.round((errorTicks - wholeTicks) * 1e9 / Timeline.RTP_HZ);
            sink.report(
                    SenderReport.write(
                            allocator,
                            ssrc,
                            clock.wallNs(momentNs),
                            timeline.timestampOfTick(tick + wholeTicks),
                            sink.packetsSent(),
                            sink.octetsSent(),
                            cname),
                    nowNs);
        }
    }

    /** Says once for many what clients or the machine were too slow for. */
    void logFaults() {
        long skipped = framesSkipped.get();
        if (skipped > skippedLogged) {
            log.warn("{}: {} frames not sent to clients that read too slowly", path, skipped - skippedLogged);
            skippedLogged = skipped;
        }
        long late = framesLate.get();
        if (late > lateLogged) {
            log.warn("{}: {} frames not sent because this machine was too late for them", path, late - lateLogged);
            lateLogged = late;
        }
    }

    /** The frame that a client gets first when it begins at {@code nowNs}. */
    long firstFrameFor(RtpSink sink, long nowNs) {
        comeToPresent(nowNs);
        return sink.waitsForKey() ? timeline.nextKey(nextFrame) : nextFrame;
    }

    int number() {
        return number;
    }

    String path() {
        return path;
    }

    /** Its media section of the description. */
    String sdpMedia() {
        return faults.on(FaultKind.NO_VIDEO) ? AUDIO_ONLY : clip.sdpMedia();
    }

    int ssrc() {
        return ssrc;
    }

    Timeline timeline() {
        return timeline;
    }

    CameraClock clock() {
        return clock;
    }

    /** Who may watch now; null for everyone. */
    RtspLogin login() {
        return faults.on(FaultKind.PASSWORD) ? unknownLogin : login;
    }

    /** Clients must log in anew. */
    void renewLogin() {
        login.renew();
    }

    CameraFaults faults() {
        return faults;
    }

    /**
     * Shows another clip from its first frame on, which is a keyframe. Sequence numbers and timestamps go on without a gap.
     */
    void show(Clip other, long nowNs) {
        if (other == clip) {
            return;
        }
        comeToPresent(nowNs);
        long tick = timeline.tickAt(nowNs);
        timeline = new Timeline(
                other.index(), timeline.tickNs(tick), timeline.timestampOfTick(tick), timeline.sequence(nextFrame));
        clip = other;
        nextFrame = 0;
    }

    /** Says good-bye to all clients (RTCP BYE). */
    void sayGoodbye() {
        for (RtpSink sink : sinks) {
            sink.say(SenderReport.goodbye(allocator, ssrc));
        }
    }

    /** RTP timestamp of a frame, by the camera's clock. */
    int timestamp(long frame) {
        double errorTicks = clock.samplingErrorTicks(timeline.captureNs(frame));
        return timeline.timestamp(frame) + (int) Math.round(errorTicks);
    }

    int clients() {
        return clients;
    }

    /** Frames that at least one client was given. */
    long framesSent() {
        return framesSent.get();
    }

    /** Frames that a client missed because it read too slowly, summed over clients. */
    long framesSkipped() {
        return framesSkipped.get();
    }
}
