package dev.vigil.pipeline;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.TimeoutException;
import dev.vigil.base.Clock;
import dev.vigil.base.FullHeap;
import dev.vigil.base.trace.Recording;
import dev.vigil.base.trace.Tracing;
import dev.vigil.metrics.health.Pulse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A step of several threads in the ring: workers that take the next frames in turn, so that none waits behind a busy one while
 * another is idle. Frames may be done out of order; {@link #sequence()} moves over them in order, so the stage after sees them
 * so.
 */
final class WorkerStage {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerStage.class);

    /** What one worker does; only its own thread calls it. */
    interface Work extends AutoCloseable {
        /** Does all frames of the ring from the first to the last; fails for none of them. */
        void on(long first, long last);

        /** Called when the worker ends, whether or not it began. */
        @Override
        default void close() {}
    }

    /**
     * How many frames a worker takes at once.
     *
     * @param fillFor how long the first of them waits for others
     */
    record Batches(int max, Duration fillFor) {
        static final Batches NONE = new Batches(1, Duration.ZERO);
    }

    private final RingBuffer<Slot> ring;
    private final SequenceBarrier barrier;
    private final ParkingWaitStrategy waitStrategy;
    private final Batches batches;
    private final Clock clock;
    private final IntConsumer onDone;
    private final List<Worker> workers = new ArrayList<>();

    /** Held by the one worker that waits for frames; the others wait for it. */
    private final ReentrantLock claim = new ReentrantLock();
    /** Next frame to claim; guarded by {@link #claim}. */
    private long next;

    /** Frames that are done, by sequence modulo the ring's size; guarded by itself. */
    private final boolean[] done;

    private final Sequence sequence = new Sequence();

    /**
     * @param works one for each thread; closed with them
     * @param pulses of each thread
     * @param name of the threads, which are numbered
     * @param onDone called each time frames are done, on their worker's thread, with how many
     */
    WorkerStage(
            RingBuffer<Slot> ring,
            SequenceBarrier barrier,
            ParkingWaitStrategy waitStrategy,
            Batches batches,
            List<? extends Work> works,
            List<Pulse> pulses,
            Clock clock,
            String name,
            IntConsumer onDone) {
        this.ring = ring;
        this.barrier = barrier;
        this.waitStrategy = waitStrategy;
        this.batches = batches;
        this.clock = clock;
        this.onDone = onDone;
        this.done = new boolean[ring.getBufferSize()];
        for (int i = 0; i < works.size(); i++) {
            workers.add(new Worker(works.get(i), pulses.get(i), name + "-" + (i + 1)));
        }
    }

    /** The last frame up to which all are done. */
    Sequence sequence() {
        return sequence;
    }

    void start() {
        workers.forEach(worker -> worker.thread.start());
    }

    void halt() {
        barrier.alert();
    }

    /** The workers' threads. */
    List<Thread> threads() {
        return workers.stream().map(worker -> worker.thread).toList();
    }

    /** Closes what workers do that have never been started; the others do so themselves. */
    void closeUnstarted() {
        for (Worker worker : workers) {
            if (worker.thread.getState() == Thread.State.NEW) {
                worker.work.close();
            }
        }
    }

    /** One thread. */
    private final class Worker implements Runnable {
        private final Work work;
        private final Pulse pulse;
        private final Thread thread;

        Worker(Work work, Pulse pulse, String name) {
            this.work = work;
            this.pulse = pulse;
            this.thread = new Thread(this, name);
            this.thread.setDaemon(true);
            this.thread.setUncaughtExceptionHandler(FullHeap.WATCHED);
        }

        @Override
        public void run() {
            try (work) {
                while (true) {
                    long first;
                    long last;
                    claim.lockInterruptibly();
                    try {
                        first = next;
                        last = waitForFrames(first);
                        next = last + 1;
                    } finally {
                        claim.unlock();
                    }
                    pulse.beat();
                    work.on(first, last);
                    complete(first, last);
                    pulse.rest();
                }
            } catch (AlertException | InterruptedException e) {
                LOG.trace("{} ends", thread.getName());
            } catch (TimeoutException e) {
                throw new AssertionError("the wait strategy has no time-out", e);
            }
        }
    }

    /** Waits for the frame {@code first}, then a little for its batch to fill; the last frame of the batch. */
    private long waitForFrames(long first) throws AlertException, InterruptedException, TimeoutException {
        long available = barrier.waitFor(first);
        // A batch is neighbours in memory: it ends where the ring wraps.
        long lastOfRing = first | (ring.getBufferSize() - 1);
        long wanted = Math.min(first + batches.max() - 1, lastOfRing);
        long giveUpNs = clock.monotonicNs() + batches.fillFor().toNanos();
        while (available < wanted && clock.monotonicNs() - giveUpNs < 0) {
            LockSupport.parkNanos(this, Math.min(100_000, giveUpNs - clock.monotonicNs()));
            barrier.checkAlert();
            available = barrier.getCursor();
        }
        return Math.min(available, wanted);
    }

    private void complete(long first, long last) {
        synchronized (done) {
            for (long s = first; s <= last; s++) {
                done[(int) s & (done.length - 1)] = true;
            }
            long upTo = sequence.get();
            while (done[(int) (upTo + 1) & (done.length - 1)]) {
                upTo++;
                done[(int) upTo & (done.length - 1)] = false;
            }
            sequence.set(upTo);
            Recording recording = Tracing.current();
            if (recording != null) {
                recording.sequence(upTo);
            }
        }
        waitStrategy.signalAllWhenBlocking();
        onDone.accept((int) (last - first + 1));
    }
}
