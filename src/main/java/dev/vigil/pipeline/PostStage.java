package dev.vigil.pipeline;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import dev.vigil.base.Clock;
import dev.vigil.detect.PostProcessor;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Step;
import dev.vigil.metrics.health.Pulse;
import java.util.ArrayList;
import java.util.List;

/**
 * The ring's decoding of outputs into boxes: {@link WorkerStage} with a {@link PostProcessor} for each worker.
 *
 * <p>Frames of one batch come all at once; with one worker the last of them would wait for all others, 64 frames for tens of
 * milliseconds. Where frames come one by one, one worker is enough: it takes a fraction of what inference takes.
 */
final class PostStage {
    /** Frames of a batch for which another worker pays. */
    private static final int FRAMES_PER_WORKER = 4;

    private final WorkerStage stage;

    /**
     * @param boxesMax the most boxes of a frame that the model itself finds
     * @param workerCount see {@link #workers}
     */
    PostStage(
            RingBuffer<Slot> ring,
            SequenceBarrier barrier,
            ParkingWaitStrategy waitStrategy,
            LoadedModel model,
            int boxesMax,
            int workerCount,
            Clock clock,
            RingPulses pulses,
            String name) {
        List<WorkerStage.Work> works = new ArrayList<>();
        List<Pulse> beats = new ArrayList<>();
        for (int i = 0; i < workerCount; i++) {
            FramePost post = new FramePost(model, boxesMax);
            FrameStep.Work work = slot -> {
                slot.times.mark(Step.QUEUE, clock.monotonicNs());
                post.process(slot, slot.index * model.viewsMax());
                slot.times.mark(Step.POST, clock.monotonicNs());
            };
            beats.add(pulses.of("post-" + (i + 1), RingPulses.STEP));
            FrameStep step = new FrameStep("decoding the boxes", work, DropCause.POST_FAILED, clock);
            works.add((first, last) -> {
                for (long s = first; s <= last; s++) {
                    step.take(ring.get(s));
                }
            });
        }
        this.stage = new WorkerStage(
                ring,
                barrier,
                waitStrategy,
                WorkerStage.Batches.NONE,
                works,
                beats,
                clock,
                name + "-post",
                frames -> {});
    }

    /** How many workers are right for batches of at most {@code batchMax} frames. */
    static int workers(int batchMax, int cores) {
        return Math.max(1, Math.min(batchMax / FRAMES_PER_WORKER, cores));
    }

    /** The last frame up to which all are done. */
    Sequence sequence() {
        return stage.sequence();
    }

    WorkerStage workers() {
        return stage;
    }
}
