package dev.vigil.publish;

import dev.vigil.detect.Detections;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Says which frames of one camera are published, so that a subscriber is not flooded. Nothing is kept back for later: a frame
 * that is not due is passed by, and a fresh one is published when the time has come.
 *
 * <p>Not threadsafe: the publishing thread owns it; only {@link #renew()} may be called from any.
 */
final class PublishGate {
    private final PublishOptions options;
    private final long periodNs;
    /** How often it was renewed; from any thread. */
    private final AtomicInteger renewals = new AtomicInteger();

    /** How many objects of each class the last published frame showed. */
    private int[] shown;
    /** The same of the frame that is asked about. */
    private int[] seen;
    /** {@link #renewals} when the last published frame was asked about. */
    private int renewalsShown = -1;

    /** No frame was published yet. */
    private boolean first = true;

    private long dueNs;
    private long lastNs;

    /**
     * @param classes how many there are in the model
     */
    PublishGate(PublishOptions options, int classes) {
        this.options = options;
        this.periodNs = options.rateMax() > 0 ? (long) Math.min(1e9 / options.rateMax(), Long.MAX_VALUE / 4.0) : 0;
        this.shown = new int[classes];
        this.seen = new int[classes];
    }

    /** Subscribers may not know what was published last: the next frame counts as a change, whatever it shows. */
    void renew() {
        renewals.incrementAndGet();
    }

    /**
     * Whether a frame is published; asked once for each, in order.
     *
     * @param nowNs on the monotonic clock
     */
    boolean admits(Detections detections, long nowNs) {
        int renewalsNow = renewals.get(); // looked at first: one that comes later is for the next frame
        // A frame may be early by half the time between two, so that the one nearest to its time is taken and the rate
        // holds over time.
        long earlyNs = first ? 0 : Math.min(periodNs / 4, (nowNs - lastNs) / 2);
        lastNs = nowNs;
        boolean due = first || nowNs - dueNs >= -earlyNs;
        if (!isWanted(detections, renewalsNow) || !due) {
            return false;
        }
        dueNs = (first ? nowNs : Math.max(dueNs, nowNs - earlyNs)) + periodNs;
        first = false;
        renewalsShown = renewalsNow;
        int[] before = shown;
        shown = seen;
        seen = before;
        return true;
    }

    private boolean isWanted(Detections detections, int renewalsNow) {
        return switch (options.when()) {
            case ALWAYS -> true;
            case DETECTIONS -> detections.count() > 0;
            case CHANGES -> isChanged(detections, renewalsNow);
        };
    }

    private boolean isChanged(Detections detections, int renewalsNow) {
        Arrays.fill(seen, 0);
        for (int i = 0; i < detections.count(); i++) {
            seen[detections.classId(i)]++;
        }
        return renewalsNow != renewalsShown || !Arrays.equals(seen, shown);
    }
}
