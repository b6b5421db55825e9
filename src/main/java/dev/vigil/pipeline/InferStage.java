package dev.vigil.pipeline;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Step;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.TensorRing;
import dev.vigil.metrics.health.Pulse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ring's inference: {@link WorkerStage} with a runner of the model for each worker, and an end for runs that hang. */
final class InferStage {
    private static final Logger LOG = LoggerFactory.getLogger(InferStage.class);

    private final RingBuffer<Slot> ring;
    private final TensorRing tensors;
    /** Tensors of each slot. */
    private final int viewsMax;

    private final Clock clock;
    private final FaultLog faults;
    private final List<Runs> runs = new ArrayList<>();
    private final WorkerStage stage;
    /** Why runs are ended from here on; null while they are not. */
    private volatile DropCause halted;

    /**
     * @param onDone called after each run, on its worker's thread, with how many frames have left inference
     */
    InferStage(
            RingBuffer<Slot> ring,
            SequenceBarrier barrier,
            ParkingWaitStrategy waitStrategy,
            TensorRing tensors,
            int viewsMax,
            InferOptions options,
            int workerCount,
            Clock clock,
            RingPulses pulses,
            String name,
            IntConsumer onDone)
            throws InferException {
        this.ring = ring;
        this.tensors = tensors;
        this.viewsMax = viewsMax;
        this.clock = clock;
        this.faults = new FaultLog(LOG, clock);
        List<Pulse> beats = new ArrayList<>();
        for (int i = 0; i < workerCount; i++) {
            Pulse pulse = pulses.of("infer-" + (i + 1), RingPulses.run(options.timeout()));
            beats.add(pulse);
            runs.add(new Runs(new WatchedRunner(tensors.runner(), options.timeout(), clock), pulse));
        }
        int framesMax = Math.max(1, tensors.batchMax() / viewsMax);
        WorkerStage.Batches batches = new WorkerStage.Batches(framesMax, options.batchWait());
        this.stage = new WorkerStage(ring, barrier, waitStrategy, batches, runs, beats, clock, name + "-infer", onDone);
    }

    /** The last frame up to which all are done. */
    Sequence sequence() {
        return stage.sequence();
    }

    /** Ends runs that have taken longer than their deadline; called now and then by the pipeline's housekeeping. */
    void endStuckRuns() {
        runs.forEach(each -> each.runner.endWhenStuck());
    }

    /** @param cause under which frames are dropped whose run it ends */
    void halt(DropCause cause) {
        halted = cause;
        stage.halt();
        runs.forEach(each -> each.runner.halt());
    }

    WorkerStage workers() {
        return stage;
    }

    /** The runs of one worker. */
    private final class Runs implements WorkerStage.Work {
        private final WatchedRunner runner;
        private final Pulse pulse;

        Runs(WatchedRunner runner, Pulse pulse) {
            this.runner = runner;
            this.pulse = pulse;
        }

        @Override
        public void on(long first, long last) {
            long startNs = clock.monotonicNs();
            int frames = (int) (last - first + 1);
            boolean anyAlive = false;
            for (long s = first; s <= last; s++) {
                ring.get(s).times.mark(Step.QUEUE, startNs);
                anyAlive |= ring.get(s).alive;
            }
            if (!anyAlive) {
                return;
            }
            try {
                run(first, last);
                long endNs = clock.monotonicNs();
                String device = runner.device();
                for (long s = first; s <= last; s++) {
                    ring.get(s).times.mark(Step.INFER, endNs);
                    ring.get(s).batch = frames;
                    ring.get(s).device = device;
                }
            } catch (InferException e) {
                fail(first, last, e.getMessage());
            } catch (RuntimeException | Error e) {
                drop(first, last);
                faults.error("inference failed", e);
            }
        }

        /** Runs the views of all frames in as few batches as can be: those of neighbours are neighbours, where no tensor is free. */
        private void run(long first, long last) throws InferException {
            int from = 0;
            int views = 0;
            for (long s = first; s <= last; s++) {
                Slot slot = ring.get(s);
                int firstTensor = slot.index * viewsMax;
                if (views > 0 && from + views != firstTensor) {
                    runViews(from, views);
                    views = 0;
                }
                from = views == 0 ? firstTensor : from;
                views += slot.views;
            }
            runViews(from, views);
        }

        private void runViews(int from, int views) throws InferException {
            for (int at = 0; at < views; at += tensors.batchMax()) {
                pulse.beat();
                runner.run(from + at, Math.min(tensors.batchMax(), views - at));
            }
        }

        private void fail(long first, long last, String reason) {
            drop(first, last);
            if (halted == null) {
                faults.warn(reason);
            }
        }

        private void drop(long first, long last) {
            DropCause cause = halted;
            for (long s = first; s <= last; s++) {
                if (ring.get(s).alive) {
                    ring.get(s).drop(cause == null ? DropCause.INFER_FAILED : cause);
                }
            }
        }

        @Override
        public void close() {
            runner.close();
        }
    }
}
