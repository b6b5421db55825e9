package dev.vigil.pipeline;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import java.util.ArrayList;
import java.util.List;

/** A ring's stages of one thread each. Built and started by one thread, ended by any. */
final class RingThreads {
    private final RingBuffer<Slot> ring;
    private final String name;
    private final List<BatchEventProcessor<Slot>> processors = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

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
        add(stageName, processor);
        return processor.getSequence();
    }

    /** One more thread, which ends by itself. */
    Thread add(String threadName, Runnable task) {
        Thread thread = new Thread(task, name + "-" + threadName);
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    void start() {
        threads.forEach(Thread::start);
    }

    void halt() {
        processors.forEach(BatchEventProcessor::halt);
    }

    /** All, started or not. */
    List<Thread> all() {
        return threads;
    }
}
