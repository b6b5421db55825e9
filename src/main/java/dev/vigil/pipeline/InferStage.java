package dev.vigil.pipeline;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.TimeoutException;
import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Step;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.TensorRing;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ring's inference: k workers that take the next frames in turn, so that none waits behind a busy one while another is
 * idle. Frames may be done out of order; {@link #sequence()} moves over them in order, so the stage after sees them so.
 */
final class InferStage {
    private static final Logger LOG = LoggerFactory.getLogger(InferStage.class);

    private final RingBuffer<Slot> ring;
    private final SequenceBarrier barrier;
    private final ParkingWaitStrategy waitStrategy;
    private final TensorRing tensors;
    /** Tensors of each slot. */
    private final int viewsMax;
    /** Most frames of one batch. */
    private final int framesMax;

    private final InferOptions options;
    private final Clock clock;
    private final FaultLog faults;
    private final IntConsumer onDone;
    private final List<Worker> workers = new ArrayList<>();

    /** Held by the one worker that waits for frames; the others wait for it. */
    private final ReentrantLock claim = new ReentrantLock();
    /** Next frame to claim; guarded by {@link #claim}. */
    private long next;

    /** Frames that are done, by sequence modulo the ring's size; guarded by itself. */
    private final boolean[] done;

    private final Sequence sequence = new Sequence();
    private volatile boolean halted;

    /**
     * @param viewsMax tensors of each slot, side by side
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
            String name,
            IntConsumer onDone)
            throws InferException {
        this.ring = ring;
        this.barrier = barrier;
        this.waitStrategy = waitStrategy;
        this.tensors = tensors;
        this.viewsMax = viewsMax;
        this.framesMax = Math.max(1, tensors.batchMax() / viewsMax);
        this.options = options;
        this.clock = clock;
        this.faults = new FaultLog(LOG, clock);
        this.onDone = onDone;
        this.done = new boolean[ring.getBufferSize()];
        for (int i = 1; i <= workerCount; i++) {
            workers.add(new Worker(tensors.runner(), name + "-infer-" + i));
        }
    }

    /** The last frame up to which all are done. */
    Sequence sequence() {
        return sequence;
    }

    void start() {
        workers.forEach(worker -> worker.thread.start());
    }

    /** Ends runs that have taken longer than their deadline; called now and then by the pipeline's housekeeping. */
    void endStuckRuns() {
        long nowNs = clock.monotonicNs();
        for (Worker worker : workers) {
            worker.endWhenStuck(nowNs);
        }
    }

    void halt() {
        halted = true;
        barrier.alert();
        workers.forEach(worker -> worker.runner.terminate());
    }

    /** Waits for the workers to be gone; false when one is not, and then its buffers must not be freed. */
    boolean join(long deadlineNs) throws InterruptedException {
        boolean gone = true;
        for (Worker worker : workers) {
            if (worker.thread.getState() == Thread.State.NEW) {
                worker.runner.close(); // never started: nobody else will
            }
            worker.thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNs - clock.monotonicNs())));
            gone &= !worker.thread.isAlive();
        }
        return gone;
    }

    /** One thread that runs frames. */
    private final class Worker implements Runnable {
        private final TensorRing.Runner runner;
        private final Thread thread;
        /** When the run that is on began; 0 for none. Guarded by this. */
        private long runningSinceNs;

        /** The run that is on was ended from outside. Guarded by this. */
        private boolean terminated;

        Worker(TensorRing.Runner runner, String name) {
            this.runner = runner;
            this.thread = new Thread(this, name);
            this.thread.setDaemon(true);
        }

        @Override
        public void run() {
            try {
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
                    infer(first, last);
                    complete(first, last);
                }
            } catch (AlertException | InterruptedException e) {
                LOG.trace("{} ends", thread.getName());
            } catch (TimeoutException e) {
                throw new AssertionError("the wait strategy has no time-out", e);
            } finally {
                runner.close();
            }
        }

        private void infer(long first, long last) {
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
                for (long s = first; s <= last; s++) {
                    ring.get(s).times.mark(Step.INFER, endNs);
                    ring.get(s).batch = frames;
                }
            } catch (InferException e) {
                fail(first, last, e.getMessage());
            } catch (RuntimeException | Error e) {
                faults.error("inference failed", e);
                fail(first, last, e.toString());
            } finally {
                end();
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
                begin(clock.monotonicNs());
                runner.run(from + at, Math.min(tensors.batchMax(), views - at));
            }
        }

        private synchronized void begin(long startNs) {
            runningSinceNs = startNs;
        }

        private synchronized void end() {
            runningSinceNs = 0;
            if (terminated) {
                terminated = false;
                runner.reset();
            }
        }

        synchronized void endWhenStuck(long nowNs) {
            if (runningSinceNs != 0
                    && !terminated
                    && nowNs - runningSinceNs > options.timeout().toNanos()) {
                terminated = true;
                runner.terminate();
            }
        }

        private void fail(long first, long last, String reason) {
            if (!halted) {
                faults.warn(
                        isTerminated()
                                ? "an inference was ended after "
                                        + options.timeout().toMillis() + " ms"
                                : reason);
            }
            for (long s = first; s <= last; s++) {
                if (ring.get(s).alive) {
                    ring.get(s).drop(halted ? DropCause.SHUT_DOWN : DropCause.INFER_FAILED);
                }
            }
        }

        private synchronized boolean isTerminated() {
            return terminated;
        }
    }

    /** Waits for the frame {@code first}, then a little for its batch to fill; the last frame of the batch. */
    private long waitForFrames(long first) throws AlertException, InterruptedException, TimeoutException {
        long available = barrier.waitFor(first);
        // A batch is neighbours in memory: it ends where the ring wraps.
        long lastOfRing = first | (ring.getBufferSize() - 1);
        long wanted = Math.min(first + framesMax - 1, lastOfRing);
        long giveUpNs = clock.monotonicNs() + options.batchWait().toNanos();
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
        }
        waitStrategy.signalAllWhenBlocking();
        onDone.accept((int) (last - first + 1));
    }
}
