package dev.vigil.app.detect;

import dev.vigil.app.media.MediaSource;
import dev.vigil.detect.Labels;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Ledger;
import dev.vigil.publish.FrameResult;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One source's frames among all those of its feed, and what was found in them. The reading thread begins and ends it, the ring's
 * last stage counts in it; what both use is guarded by the {@link DetectRun} that owns it.
 */
final class Span {
    /** Drops that happen on the reading thread, so that all of a source are counted when its reading ends. */
    private static final Set<DropCause> WHILE_READING = EnumSet.of(
            DropCause.SUPERSEDED,
            DropCause.UNWANTED,
            DropCause.CORRUPT,
            DropCause.NO_KEYFRAME,
            DropCause.STREAM_CLOSED);

    final MediaSource source;
    final Feed feed;
    private final Ledger.Snapshot before;
    /** The feed's number of the last frame; none is known while it is read. */
    private long lastNumber = Long.MAX_VALUE;
    /** Frames that went into the pipeline; known when the reading has ended. */
    private long admitted;

    private long damaged;
    private boolean failed;
    private long results;
    private int widthPx;
    private int heightPx;
    private final Map<Integer, Long> countByClass = new TreeMap<>();

    Span(MediaSource source, Feed feed) {
        this.source = source;
        this.feed = feed;
        this.before = feed.ledger().snapshot();
    }

    /**
     * The source's reading has ended.
     *
     * @param hasFailed its user has been told why
     */
    void end(boolean hasFailed) {
        failed = hasFailed;
        Ledger.Snapshot now = feed.ledger().snapshot();
        lastNumber = now.read();
        admitted = now.read() - before.read();
        for (DropCause cause : WHILE_READING) {
            admitted -= now.dropped(cause) - before.dropped(cause);
        }
        damaged = now.dropped(DropCause.CORRUPT)
                - before.dropped(DropCause.CORRUPT)
                + now.dropped(DropCause.NO_KEYFRAME)
                - before.dropped(DropCause.NO_KEYFRAME);
    }

    boolean holds(FrameResult result) {
        return result.feed() == feed && result.number() <= lastNumber;
    }

    void count(FrameResult result) {
        results++;
        widthPx = result.widthPx();
        heightPx = result.heightPx();
        for (int i = 0; i < result.detections().count(); i++) {
            countByClass.merge(result.detections().classId(i), 1L, Long::sum);
        }
    }

    /** A frame's number in its source, 1 for the first. */
    long number(long ofFeed) {
        return ofFeed - before.read();
    }

    /** Frames that went into the pipeline and did not come out; right once the pipeline has passed its last one. */
    long lost() {
        return admitted - results;
    }

    boolean hasFailed() {
        return failed;
    }

    /** What a source's end is told by. */
    Summary summary(Labels labels) {
        Map<String, Long> counts = new TreeMap<>();
        countByClass.forEach((classId, count) -> counts.merge(labels.name(classId), count, Long::sum));
        return new Summary(source.shown(), results, damaged, widthPx, heightPx, counts);
    }

    /**
     * @param frames that were inferred
     * @param damaged frames that were left out because they could not be decoded as a whole
     * @param widthPx of the last frame; 0 if there was none
     * @param counts detections by label
     */
    record Summary(String source, long frames, long damaged, int widthPx, int heightPx, Map<String, Long> counts) {}
}
