package dev.vigil.app;

import dev.vigil.frame.Feed;
import dev.vigil.metrics.StepTimes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What all cameras together did lately. Made anew at most every two seconds, from what has come since it was made before, so that
 * it may be asked for by several and as often as they like. Threadsafe.
 */
final class RecentFigures {
    private static final long EVERY_NS = TimeUnit.SECONDS.toNanos(2);

    /** Of the cameras that there were, by feed; guarded by this. */
    private final Map<Feed, Seen> before = new HashMap<>();

    /** Guarded by this. */
    private Figures told = new Figures(0, -1);

    /** Guarded by this. */
    private long toldNs;

    /** @param nowNs since when frames count, on the monotonic clock */
    RecentFigures(long nowNs) {
        this.toldNs = nowNs;
    }

    /**
     * @param fps frames per second that were published
     * @param ageP99Us the age that 99 of 100 of them did not reach, in microseconds; -1 when there was none
     */
    record Figures(double fps, long ageP99Us) {}

    /** What was known of a camera's frames at a moment. */
    private record Seen(long published, Histogram ages) {
        static Seen of(Camera camera) {
            Histogram ages = StepTimes.ages();
            camera.times().addAges(ages);
            return new Seen(camera.feed().ledger().snapshot().published(), ages);
        }
    }

    synchronized Figures at(List<Camera> cameras, long nowNs) {
        if (nowNs - toldNs < EVERY_NS) {
            return told;
        }
        long frames = 0;
        Histogram ages = StepTimes.ages();
        Map<Feed, Seen> now = new HashMap<>();
        for (Camera camera : cameras) {
            Seen seen = Seen.of(camera);
            now.put(camera.feed(), seen);
            frames += seen.published;
            ages.add(seen.ages);
            Seen earlier = before.get(camera.feed());
            if (earlier != null) {
                frames -= earlier.published;
                ages.subtract(earlier.ages);
            }
        }
        told = new Figures(
                frames * 1e9 / (nowNs - toldNs), ages.getTotalCount() == 0 ? -1 : ages.getValueAtPercentile(99));
        before.clear();
        before.putAll(now);
        toldNs = nowNs;
        return told;
    }
}
