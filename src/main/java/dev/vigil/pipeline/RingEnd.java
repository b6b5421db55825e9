package dev.vigil.pipeline;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import dev.vigil.frame.DropCause;
import dev.vigil.metrics.health.Silence;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a ring ends: stopped, or given up because it does not move. Either way the account of every frame inside is closed, and
 * nothing is freed that a thread may still be in.
 *
 * <p>Threadsafe; a ring ends once.
 */
final class RingEnd {
    static final String CASCADE = "cascade";
    private static final Logger LOG = LoggerFactory.getLogger(RingEnd.class);
    /** For threads to end when the ring is stopped. */
    private static final Duration STOP = Duration.ofSeconds(2);
    /** The same when it is given up: those that are not stuck take no time. */
    private static final Duration GIVE_UP = Duration.ofMillis(200);

    private final RingBuffer<Slot> ring;
    private final RingThreads threads;
    private final Runnable wakeAll;
    private final Ingress ingress;
    private final InferStage infer;
    private final WorkerStage post;
    private final Optional<Cascade> cascade;
    private final Lanes lanes;
    private final Sequence published;
    private final RingPulses pulses;
    private volatile boolean begun;

    RingEnd(
            RingBuffer<Slot> ring,
            RingThreads threads,
            Runnable wakeAll,
            Ingress ingress,
            InferStage infer,
            WorkerStage post,
            Optional<Cascade> cascade,
            Lanes lanes,
            Sequence published,
            RingPulses pulses) {
        this.ring = ring;
        this.threads = threads;
        this.wakeAll = wakeAll;
        this.ingress = ingress;
        this.infer = infer;
        this.post = post;
        this.cascade = cascade;
        this.lanes = lanes;
        this.published = published;
        this.pulses = pulses;
    }

    /** Whether it is at its end, or past it. */
    boolean hasBegun() {
        return begun;
    }

    /** See {@link FramePipeline#trouble}. */
    String trouble(long nowNs) {
        if (begun) {
            return null;
        }
        Thread dead = threads.dead();
        if (dead != null) {
            return dead.getName() + " has ended";
        }
        Silence silence = pulses.silence(nowNs);
        return silence == null ? null : silence.toString();
    }

    /** See {@link FramePipeline#isStuckInRun}. */
    boolean isStuckInRun(List<Thread> stuck) {
        return infer.workers().threads().stream().anyMatch(stuck::contains)
                || stuck.stream().anyMatch(thread -> thread.getName().endsWith(CASCADE));
    }

    /** Ends what has nothing left to do, or has had its time. */
    void stop() {
        if (!end(DropCause.SHUT_DOWN, STOP).isEmpty()) {
            LOG.warn("a stage did not stop in time; its buffers stay until the process ends");
        }
    }

    /** See {@link FramePipeline#giveUp}. */
    List<Thread> giveUp(FramePipeline.Gone onGone) {
        ingress.giveUp();
        List<Thread> stuck = end(DropCause.STALLED, GIVE_UP);
        if (stuck.isEmpty()) {
            onGone.gone(false);
            return stuck;
        }
        boolean inRun = isStuckInRun(stuck);
        stuck.forEach(Thread::interrupt); // whoever waits somewhere in Java comes back by that
        Thread awaiting = new Thread(
                () -> {
                    stuck.forEach(RingEnd::await);
                    free();
                    onGone.gone(inRun);
                },
                stuck.get(0).getName() + "-awaited");
        awaiting.setDaemon(true);
        awaiting.start();
        return stuck;
    }

    private static void await(Thread stuck) {
        while (stuck.isAlive()) {
            try {
                stuck.join();
            } catch (InterruptedException e) {
                LOG.debug("nobody has a reason to interrupt this", e);
            }
        }
    }

    /** Ends all threads, drops what is left inside, and frees everything if none is stuck; the threads that are. */
    private synchronized List<Thread> end(DropCause cause, Duration patience) {
        if (begun) {
            return List.of();
        }
        pulses.gone();
        begun = true;
        threads.halt();
        infer.halt(cause);
        post.halt();
        cascade.ifPresent(Cascade::halt);
        wakeAll.run();
        infer.workers().closeUnstarted();
        post.closeUnstarted();
        List<Thread> stuck = threads.join(patience);
        Set<Long> held = threads.heldBy(stuck);
        for (long s = published.get() + 1; s <= ring.getCursor(); s++) {
            if (held.contains(s)) {
                ring.get(s).dropAsItIs(cause);
            } else {
                ring.get(s).drop(cause);
            }
        }
        if (stuck.isEmpty()) {
            free();
        }
        return stuck;
    }

    private void free() {
        for (int s = 0; s < ring.getBufferSize(); s++) {
            ring.get(s).releasePicture();
        }
        lanes.close();
        cascade.ifPresent(Cascade::close);
    }
}
