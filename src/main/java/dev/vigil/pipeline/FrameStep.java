package dev.vigil.pipeline;

import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import dev.vigil.base.FullHeap;
import dev.vigil.frame.DropCause;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done with each frame on its way; one that fails in it is dropped with its cause, and the next one goes on. */
final class FrameStep {
    private static final Logger LOG = LoggerFactory.getLogger(FrameStep.class);

    /** What is done with a frame. */
    interface Work {
        void on(Slot slot) throws Exception;
    }

    private final String name;
    private final Work work;
    private final DropCause failure;
    private final FaultLog faults;

    /**
     * @param name for messages: what it was that failed
     * @param failure the cause under which a frame is dropped that fails here
     */
    FrameStep(String name, Work work, DropCause failure, Clock clock) {
        this.name = name;
        this.work = work;
        this.failure = failure;
        this.faults = new FaultLog(LOG, clock);
    }

    /** Does it, unless the frame was dropped before. */
    void take(Slot slot) {
        if (!slot.alive) {
            return;
        }
        try {
            work.on(slot);
        } catch (Exception | Error e) {
            if (slot.alive) {
                slot.drop(failure); // first of all: there may be no memory to tell of it
            }
            tell(slot, e);
        }
    }

    private void tell(Slot slot, Throwable e) {
        try {
            faults.error(slot.lane.feed.camera() + ": " + name + " of frame " + slot.number + " failed", e);
        } catch (OutOfMemoryError full) {
            FullHeap.unmet();
        }
    }
}
