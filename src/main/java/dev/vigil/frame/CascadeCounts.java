package dev.vigil.frame;

import java.util.concurrent.atomic.LongAdder;

/** What became of the crops of a camera's frames that second models were to see. Threadsafe. */
public final class CascadeCounts {
    private final LongAdder seen = new LongAdder();
    private final LongAdder leftOut = new LongAdder();
    private final LongAdder failed = new LongAdder();

    /** Crops that a model has seen. */
    public void seen(int crops) {
        seen.add(crops);
    }

    /** Crops that were more than are allowed for a frame. */
    public void leftOut(int crops) {
        leftOut.add(crops);
    }

    /** Frames whose message was published without what a second model would have told. */
    public void failed() {
        failed.increment();
    }

    public long seen() {
        return seen.sum();
    }

    public long leftOut() {
        return leftOut.sum();
    }

    /** How many frames, not crops. */
    public long failures() {
        return failed.sum();
    }
}
