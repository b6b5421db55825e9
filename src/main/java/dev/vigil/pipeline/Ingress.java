package dev.vigil.pipeline;

import com.lmax.disruptor.RingBuffer;
import dev.vigil.base.Clock;
import dev.vigil.base.FullHeap;
import dev.vigil.base.trace.Recording;
import dev.vigil.base.trace.Tracing;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Mailbox;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Step;
import dev.vigil.metrics.health.Pulse;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets frames into the ring, the cameras sharing it fairly, each frame only when inference is about to be free for it: a frame is
 * converted only when it will be inferred, and what is inferred is the newest there is. Overload so shows as superseded frames
 * in the mailboxes, shared evenly, and never as a queue that grows.
 */
final class Ingress implements Runnable {
    /** By how many frames a camera may be ahead of the others, or catch up after it had none. */
    private static final int SLACK = 2;

    /** Bounds what a lost wake-up could cost; there should be none. */
    private static final long PARK_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final RingBuffer<Slot> ring;
    private volatile Lane[] lanes;
    /** Those that the thread looks at; written by it alone while it runs, so that others know when it has left a lane. */
    private volatile Lane[] looking;

    private volatile int admittedMax;
    private final Clock clock;
    private final Pulse pulse;
    private final Thread thread;
    /** Frames let in that have not left inference. */
    private final AtomicInteger admitted = new AtomicInteger();

    private volatile boolean halted;
    private volatile boolean givenUp;
    /** What a camera that always has a frame has been served, in frames; owned by the thread. */
    private long virtualTime;

    /** For a start without a camera. */
    Ingress(RingBuffer<Slot> ring, Clock clock, Pulse pulse, String name) {
        this.ring = ring;
        this.lanes = new Lane[0];
        this.looking = lanes;
        this.clock = clock;
        this.pulse = pulse;
        this.thread = new Thread(this, name + "-ingress");
        this.thread.setDaemon(true);
        this.thread.setUncaughtExceptionHandler(FullHeap.WATCHED);
    }

    void start() {
        thread.start();
    }

    /**
     * Sets where frames come from; from any thread but one at a time.
     *
     * @param newLanes not changed any more
     * @param newAdmittedMax frames between here and the end of inference: what the workers can take at once, and what is to be
     *     converted ahead
     */
    void lanes(Lane[] newLanes, int newAdmittedMax) {
        admittedMax = newAdmittedMax;
        lanes = newLanes;
        if (!thread.isAlive()) {
            looking = newLanes;
        }
        wake();
    }

    /** Whether no frame comes any more from a lane that {@link #lanes} has left out. */
    boolean hasLeftOthers() {
        return looking == lanes || !thread.isAlive();
    }

    /** There may be a frame to let in, or room for one; from any thread. */
    void wake() {
        LockSupport.unpark(thread);
    }

    /** Frames have left inference; from its workers. */
    void left(int frames) {
        admitted.addAndGet(-frames);
        wake();
    }

    void halt() {
        halted = true;
        wake();
    }

    /** As above, and nobody will take what is let in all the same. */
    void giveUp() {
        givenUp = true;
        halt();
    }

    Thread thread() {
        return thread;
    }

    @Override
    public void run() {
        while (!halted) {
            pulse.beat();
            Lane[] now = lanes;
            if (now != looking) {
                looking = now;
            }
            if (admitted.get() >= admittedMax || !ring.hasAvailableCapacity(1) || !letIn()) {
                pulse.rest(); // a later stage that does not move is itself to blame
                LockSupport.parkNanos(this, PARK_NS);
            }
        }
        pulse.rest();
    }

    /** True when no frame is between a mailbox and the end of inference. */
    boolean isEmpty() {
        return admitted.get() == 0;
    }

    /** Lets in one frame; false when no camera has any. */
    boolean letIn() {
        Lane lane = choose();
        return lane != null && letIn(lane);
    }

    /** Lets in the frame of one camera; false when it has gone meanwhile. */
    boolean letIn(Lane lane) {
        admitted.incrementAndGet(); // before the mailbox is empty, so that the frame is always seen in one of the two
        Picture picture = lane.feed.mailbox().take();
        if (picture == null) {
            admitted.decrementAndGet(); // nobody else takes, but a mailbox may be closed at any moment
            return false;
        }
        long sequence = ring.next(); // there is capacity: nobody else produces
        Slot slot = ring.get(sequence);
        slot.begin(lane, picture);
        slot.times.mark(Step.WAIT, clock.monotonicNs());
        ring.publish(sequence);
        if (givenUp) {
            slot.drop(DropCause.STALLED); // whoever emptied the ring may not have seen it
        }
        Recording recording = Tracing.current();
        if (recording != null) {
            recording.sequence(sequence);
        }
        return true;
    }

    /**
     * The camera with the newest frame among those that have not had more than their share: start-time fair queueing (Goyal,
     * Vin, Cheng 1996) with one unit a frame, in which a camera may be ahead or behind by {@link #SLACK} frames. Strict turns
     * would be as fair, but would take frames that have waited half a frame interval where a fresh one of another camera is
     * there.
     */
    private Lane choose() {
        Lane[] now = looking;
        long leastServed = Long.MAX_VALUE;
        for (Lane lane : now) {
            lane.newestArrivalUs = lane.feed.mailbox().newestArrivalUs();
            if (lane.newestArrivalUs != Mailbox.NONE) {
                lane.served = Math.max(lane.served, virtualTime - SLACK);
                leastServed = Math.min(leastServed, lane.served);
            }
        }
        Lane chosen = null;
        for (Lane lane : now) {
            if (lane.newestArrivalUs != Mailbox.NONE
                    && lane.served <= leastServed + SLACK
                    && (chosen == null || lane.newestArrivalUs - chosen.newestArrivalUs > 0)) {
                chosen = lane;
            }
        }
        if (chosen != null) {
            virtualTime = Math.max(virtualTime, leastServed);
            chosen.served++;
        }
        return chosen;
    }
}
