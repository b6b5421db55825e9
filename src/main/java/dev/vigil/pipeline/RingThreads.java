package dev.vigil.pipeline;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import dev.vigil.base.FullHeap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A ring's threads, those of its stages of one thread each among them. Built and started by one thread, ended by any. */
final class RingThreads {
    private final RingBuffer<Slot> ring;
    private final String name;
    private final List<BatchEventProcessor<Slot>> processors = new ArrayList<>();
    /** Those that {@link #start} starts. */
    private final List<Thread> threads = new ArrayList<>();
    /** Started by others. */
    private final List<Thread> others = new ArrayList<>();
    /** By the thread of each stage, how far that has come. */
    private final Map<Thread, Sequence> progress = new HashMap<>();

    /** @param name the ring's, which the threads' names begin with */
    RingThreads(RingBuffer<Slot> ring, String name) {
        this.ring = ring;
        this.name = name;
    }

    /**
     * One more stage.
     *
     * @param after what it waits for
     * @return how far it has come
     */
    Sequence add(String stageName, SequenceBarrier after, Stage stage) {
        BatchEventProcessor<Slot> processor = new BatchEventProcessorBuilder().build(ring, after, stage);
        processors.add(processor);
        progress.put(add(stageName, processor), processor.getSequence());
        return processor.getSequence();
    }

    /** One more thread, which ends by itself. */
    Thread add(String threadName, Runnable task) {
        Thread thread = new Thread(task, name + "-" + threadName);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler(FullHeap.WATCHED);
        threads.add(thread);
        return thread;
    }

    /** Threads that belong to the ring and start by themselves. */
    void add(List<Thread> more) {
        others.addAll(more);
    }

    void start() {
        threads.forEach(Thread::start);
    }

    void halt() {
        processors.forEach(BatchEventProcessor::halt);
    }

    /** One that has ended although nobody said so; null when there is none. */
    Thread dead() {
        for (Thread thread : threads) {
            if (thread.getState() == Thread.State.TERMINATED) {
                return thread;
            }
        }
        for (Thread thread : others) {
            if (thread.getState() == Thread.State.TERMINATED) {
                return thread;
            }
        }
        return null;
    }

    /**
     * Waits for all to be gone.
     *
     * @return those that are not, or when it is interrupted meanwhile those that may not be
     */
    List<Thread> join(Duration patience) {
        long endNs = System.nanoTime() + patience.toNanos();
        for (List<Thread> some : List.of(threads, others)) {
            for (Thread thread : some) {
                try {
                    thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime())));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    endNs = System.nanoTime();
                }
            }
        }
        return Stream.concat(threads.stream(), others.stream())
                .filter(Thread::isAlive)
                .toList();
    }

    /** The frames that stages are in whose threads these are. */
    Set<Long> heldBy(List<Thread> stuck) {
        Set<Long> held = new HashSet<>();
        for (Thread thread : stuck) {
            Sequence done = progress.get(thread);
            if (done != null) {
                held.add(done.get() + 1);
            }
        }
        return held;
    }
}
