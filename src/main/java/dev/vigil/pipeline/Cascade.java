package dev.vigil.pipeline;

import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.Detections;
import dev.vigil.detect.StageLabels;
import dev.vigil.frame.CascadeCounts;
import dev.vigil.frame.Step;
import dev.vigil.infer.InferException;
import dev.vigil.metrics.health.Pulse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models after the first on one frame, one after the other: each sees crops of what the one before has found. A frame on
 * which one of them fails goes on with what is known of it; the failure is counted and told.
 *
 * <p>{@link #run} is its worker's thread's.
 */
final class Cascade implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cascade.class);

    private final List<CropStage> stages = new ArrayList<>();
    private final List<String> models = new ArrayList<>();
    private final Clock clock;
    private final FaultLog faults;

    /**
     * @param model the first; another follows it
     * @param pulse of its worker, which beats with each run
     * @throws InferException when one of the others can not be run
     */
    Cascade(LoadedModel model, Clock clock, Pulse pulse) throws InferException {
        this.clock = clock;
        this.faults = new FaultLog(LOG, clock);
        StageLabels labels = model.labels();
        boolean whole = false;
        try {
            for (ThenModel next = model.then();
                    next != null;
                    next = next.model().then()) {
                stages.add(new CropStage(next, labels, stages.size() + 1, clock, pulse));
                models.add(next.model().engine().name());
            }
            whole = true;
        } finally {
            if (!whole) {
                close();
            }
        }
    }

    /** How long one run of any of the models that follow the first may take. */
    static Duration timeout(LoadedModel model) {
        Duration longest = Duration.ZERO;
        for (ThenModel next = model.then(); next != null; next = next.model().then()) {
            Duration timeout = next.model().engine().options().timeout();
            longest = timeout.compareTo(longest) > 0 ? timeout : longest;
        }
        return longest;
    }

    /** Adds what the models find to the slot's detections; its picture must still be there. */
    void run(Slot slot) {
        slot.times.mark(Step.QUEUE, clock.monotonicNs());
        CascadeCounts counts = slot.lane.feed.cascade();
        Detections detections = slot.detections;
        int from = 0;
        for (int i = 0; i < stages.size(); i++) {
            int to = detections.count();
            if (!run(slot, i, from, to, counts)) {
                break;
            }
            from = to;
        }
        slot.times.mark(Step.CASCADE, clock.monotonicNs());
    }

    private boolean run(Slot slot, int i, int from, int to, CascadeCounts counts) {
        try {
            counts.seen(stages.get(i).run(slot.picture, slot.detections, from, to));
            counts.leftOut(stages.get(i).leftOut());
            return true;
        } catch (ConvertException | InferException e) {
            counts.failed();
            faults.warn(told(slot, i) + e.getMessage());
        } catch (RuntimeException | Error e) {
            counts.failed();
            faults.error(told(slot, i) + "failed", e);
        }
        return false;
    }

    private String told(Slot slot, int i) {
        return slot.lane.feed.camera() + ": frame " + slot.number + " goes without what the model " + models.get(i)
                + " finds in it: ";
    }

    /** Ends runs that have taken longer than their deadline; from any thread. */
    void endStuckRuns() {
        stages.forEach(stage -> stage.runner().endWhenStuck());
    }

    /** Ends the run that is on, and every later one; from any thread. */
    void halt() {
        stages.forEach(stage -> stage.runner().halt());
    }

    /** When no run is on any more. */
    @Override
    public void close() {
        stages.forEach(CropStage::close);
    }
}
