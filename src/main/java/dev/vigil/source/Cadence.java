package dev.vigil.source;

import dev.vigil.base.Clock;
import dev.vigil.metrics.health.Pulses;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How often a camera's packets and keyframes come, learned over all of its connections, and by when the next ones must be
 * there: {@link SourceOptions#readTimeout()} beyond the camera's own interval, so that a camera of a picture in five seconds is
 * not called stalled, and one of 25 a second is after two.
 *
 * <p>As long as nothing is known, a camera may be as slow as a packet in each {@link SourceOptions#openTimeout()}. A camera
 * that becomes slower than it was is taken for stalled once or a few times: each time it is given longer, up to
 * {@link SourceOptions#firstFrameTimeout()}.
 *
 * <p>Not threadsafe: it belongs to the camera's thread.
 */
final class Cadence {
    /** The longest interval counts for this long, and for as long again; longer where intervals are long themselves. */
    private static final long WINDOW_NS = TimeUnit.SECONDS.toNanos(30);
    /** Intervals that a window holds at least. */
    private static final int WINDOW_INTERVALS = 4;
    /** Longest wait for a first keyframe, however long the camera kept us waiting before. */
    private static final long KEYFRAME_MAX_NS = TimeUnit.MINUTES.toNanos(2);

    /** Packets after which what came tells more than what is assumed: the first often come in a burst. */
    private static final int PROVEN = 8;

    private static final long NONE = Long.MIN_VALUE;

    private final long readTimeoutNs;
    private final long openTimeoutNs;
    private final long firstFrameTimeoutNs;

    // learned over all connections
    /** The longest intervals of the window before and of this one; {@link #NONE} when there was none. */
    private long olderMaxNs = NONE;

    private long recentMaxNs = NONE;
    private long windowEndNs;
    private long intervals;
    /** The longest time from opening to the first packet. */
    private long startMaxNs;

    /** The last two intervals between keyframes. */
    private long olderKeyNs = NONE;

    private long recentKeyNs = NONE;
    private long firstPictureNs;
    /** What a stalled camera is given more; 0 for nothing. */
    private long graceNs;

    // of this connection
    private long openedNs;
    private long lastNs = NONE;
    private long lastKeyNs = NONE;
    private int packets;
    private long pauseNs;
    private long allowedNs;

    private final Pulses pulses;

    /** In a process that nobody watches. */
    Cadence(SourceOptions options) {
        this(options, new Pulses(Clock.SYSTEM));
    }

    /** @param pulses which know when the whole process stood still: the camera is not slow for that */
    Cadence(SourceOptions options, Pulses pulses) {
        this.pulses = pulses;
        this.openTimeoutNs = options.openTimeout().toNanos();
        this.firstFrameTimeoutNs = options.firstFrameTimeout().toNanos();
        this.readTimeoutNs = options.readTimeout().toNanos();
        this.firstPictureNs = firstFrameTimeoutNs;
    }

    /**
     * The stream is open, and packets may come from now on.
     *
     * @param pause longest silence that is in the stream's nature, such as that between two segments of HLS
     */
    void opened(long nowNs, Duration pause) {
        openedNs = nowNs;
        pauseNs = pause.toNanos();
        lastNs = NONE;
        lastKeyNs = NONE;
        packets = 0;
    }

    /** A packet came whole; {@code key} when all can be decoded from it on. */
    void came(long arrivalNs, boolean key) {
        if (lastNs == NONE) {
            startMaxNs = Math.max(startMaxNs, arrivalNs - openedNs);
        } else {
            long intervalNs = arrivalNs - lastNs;
            // Only the longest counts: for all others there is no need to ask what the process did.
            boolean counts = intervalNs > recentMaxNs;
            learn(counts ? intervalNs - pulses.stoodStillNs(lastNs, arrivalNs) : intervalNs, arrivalNs);
        }
        lastNs = arrivalNs;
        if (++packets == PROVEN) {
            graceNs = 0;
        }
        if (key) {
            if (lastKeyNs != NONE) {
                olderKeyNs = recentKeyNs;
                recentKeyNs = arrivalNs - lastKeyNs;
            }
            lastKeyNs = arrivalNs;
        }
    }

    private void learn(long intervalNs, long nowNs) {
        intervals++;
        if (recentMaxNs != NONE && nowNs - windowEndNs >= 0) {
            olderMaxNs = recentMaxNs;
            recentMaxNs = NONE;
        }
        if (recentMaxNs == NONE || intervalNs > recentMaxNs) {
            boolean begins = recentMaxNs == NONE;
            recentMaxNs = intervalNs;
            long windowNs = Math.max(WINDOW_NS, WINDOW_INTERVALS * intervalNs);
            windowEndNs = begins ? nowNs + windowNs : Math.max(windowEndNs, nowNs + windowNs);
        }
    }

    /** By when the next packet must be there. */
    long dueNs(long nowNs) {
        long intervalNs = Math.max(recentMaxNs, olderMaxNs);
        if (intervals < PROVEN) {
            intervalNs = Math.max(intervalNs, openTimeoutNs);
        }
        if (lastNs == NONE) {
            intervalNs = Math.max(intervalNs, startMaxNs);
        }
        allowedNs = readTimeoutNs + Math.max(Math.max(intervalNs, pauseNs), graceNs);
        return nowNs + allowedNs;
    }

    /** The packet was not there when it was due: the next connection has longer, in case the camera has only become slow. */
    void stalled() {
        // One that sent something may be slow; one that sends nothing at all is rather dead.
        double factor = lastNs == NONE ? 1.25 : 2;
        graceNs = Math.min((long) (factor * allowedNs) - readTimeoutNs, firstFrameTimeoutNs);
    }

    /** How long packets may come before the first whole picture does. */
    long firstPictureNs() {
        return firstPictureNs;
    }

    /** No keyframe came for so long: the camera may send one more seldom still. */
    void keyframeMissed() {
        firstPictureNs = Math.max(firstPictureNs, Math.min(2 * firstPictureNs, KEYFRAME_MAX_NS));
    }

    /** How long damaged pictures may come before a whole one must: up to the next keyframe, and no sooner. */
    long nextPictureNs() {
        return recentKeyNs == NONE ? firstPictureNs : readTimeoutNs + Math.max(recentKeyNs, olderKeyNs);
    }
}
