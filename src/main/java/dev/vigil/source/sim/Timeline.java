package dev.vigil.source.sim;

/**
 * One camera's clock: which frame of the endless loop is due when, and with which RTP timestamp and sequence number. All are
 * pure functions of the frame's number since the start, so nothing drifts and every client sees the same moment. Times are on
 * the monotonic clock. Immutable.
 */
final class Timeline {
    /** RTP ticks per second of every video payload type. */
    static final int RTP_HZ = 90_000;

    private final FrameIndex index;
    private final long startNs;
    private final int firstTimestamp;
    private final int firstSequence;

    /**
     * @param startNs when frame 0 is captured
     * @param firstTimestamp RTP timestamp at {@code startNs}
     * @param firstSequence sequence number of the first packet of frame 0
     */
    Timeline(FrameIndex index, long startNs, int firstTimestamp, int firstSequence) {
        this.index = index;
        this.startNs = startNs;
        this.firstTimestamp = firstTimestamp;
        this.firstSequence = firstSequence;
    }

    FrameIndex index() {
        return index;
    }

    /** The frame's place in the file, in sending order. */
    int indexOf(long frame) {
        return (int) (frame % index.frames());
    }

    long dueNs(long frame) {
        return loopStartNs(frame / index.frames()) + index.dueNs(indexOf(frame));
    }

    long captureNs(long frame) {
        return loopStartNs(frame / index.frames()) + index.captureNs(indexOf(frame));
    }

    boolean key(long frame) {
        return index.key(indexOf(frame));
    }

    /** Sequence number of the frame's first packet. */
    int sequence(long frame) {
        long packets = frame / index.frames() * index.firstPacket(index.frames()) + index.firstPacket(indexOf(frame));
        return (int) (firstSequence + packets) & 0xffff;
    }

    /** The frame's RTP timestamp by a right clock: its capture time, rounded to the nearest tick. */
    int timestamp(long frame) {
        return timestampOfTick(Math.floorDiv((captureNs(frame) - startNs) * 9 + 50_000, 100_000));
    }

    /** The last whole tick of the RTP clock at {@code nowNs}. */
    long tickAt(long nowNs) {
        return Math.floorDiv((nowNs - startNs) * 9, 100_000);
    }

    /** When the tick is, rounded to a nanosecond. */
    long tickNs(long tick) {
        return startNs + Math.floorDiv(tick * 100_000, 9);
    }

    int timestampOfTick(long tick) {
        return (int) (firstTimestamp + tick);
    }

    /** The first frame that is due later than {@code nowNs}. */
    long firstDueAfter(long nowNs) {
        long sinceNs = nowNs - startNs - index.dueNs(0);
        if (sinceNs < 0) {
            return 0;
        }
        long loop = sinceNs / index.lengthNs();
        return loop * index.frames() + index.firstDueAfter(sinceNs % index.lengthNs() + index.dueNs(0));
    }

    /** The first keyframe that is not before {@code frame}. */
    long nextKey(long frame) {
        long next = frame;
        while (!key(next)) {
            next++;
        }
        return next;
    }

    /**
     * Which picture of the file was captured nearest to a moment, counted in the order in which pictures are shown; -1 before
     * the camera's start.
     */
    int shownAt(long captureNs) {
        long sinceNs = captureNs - startNs;
        if (sinceNs < 0) {
            return sinceNs > -index.lengthNs() / index.frames() / 2 ? 0 : -1;
        }
        return index.nearestShown(sinceNs % index.lengthNs()) % index.frames();
    }

    /**
     * When a picture was captured, in that round of the loop in which it was nearest to a moment.
     *
     * @param shown counted in the order in which pictures are shown
     */
    long captureNsOfShown(int shown, long nearNs) {
        long inClipNs = startNs + index.shownNs(shown);
        return inClipNs + Math.floorDiv(nearNs - inClipNs + index.lengthNs() / 2, index.lengthNs()) * index.lengthNs();
    }

    private long loopStartNs(long loop) {
        return startNs + loop * index.lengthNs();
    }
}
