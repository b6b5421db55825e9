package dev.vigil.pipeline;

import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.Sequence;
import dev.vigil.base.trace.Recording;
import dev.vigil.base.trace.Tracing;
import dev.vigil.metrics.health.Pulse;

/**
 * A step of one thread in the ring. It moves its sequence after each frame, so that the next stage starts at once and slots are
 * freed early.
 */
final class Stage implements EventHandler<Slot> {
    private final FrameStep step;
    private final ParkingWaitStrategy waitStrategy;
    private final Runnable onDone;
    private final Pulse pulse;
    private Sequence sequence;

    /** @param onDone called after each frame */
    Stage(FrameStep step, ParkingWaitStrategy waitStrategy, Pulse pulse, Runnable onDone) {
        this.step = step;
        this.waitStrategy = waitStrategy;
        this.pulse = pulse;
        this.onDone = onDone;
    }

    @Override
    public void setSequenceCallback(Sequence sequenceCallback) {
        this.sequence = sequenceCallback;
    }

    @Override
    public void onEvent(Slot slot, long at, boolean endOfBatch) {
        pulse.beat();
        step.take(slot);
        sequence.set(at);
        waitStrategy.signalAllWhenBlocking();
        onDone.run();
        Recording recording = Tracing.current();
        if (recording != null) {
            recording.sequence(at);
        }
        pulse.rest();
    }
}
