package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.RingBuffer;
import dev.vigil.base.Clock;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Labels;
import dev.vigil.detect.Suppression;
import dev.vigil.detect.TileOptions;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.InputSpec;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Picture;
import dev.vigil.metrics.health.Pulse;
import dev.vigil.mqtt.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers over a ring of eight slots. */
class WorkerStageTest {
    private static final InputSpec SPEC = new InputSpec(
            8,
            8,
            InputSpec.Layout.NCHW,
            InputSpec.Element.FLOAT32,
            InputSpec.Color.RGB,
            new float[3],
            new float[] {1, 1, 1},
            InputSpec.Resize.STRETCH,
            new int[3]);

    private final Feed feed = new Feed("camera", false);
    private final Lane lane =
            new Lane(feed, SPEC, DetectOptions.DEFAULT.rules(Suppression.USUAL, Labels.numbered(1)), TileOptions.NONE);
    private final ParkingWaitStrategy strategy = new ParkingWaitStrategy();
    private final List<Long> through = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicLong done = new AtomicLong();
    private final AtomicInteger index = new AtomicInteger();
    private final RingBuffer<Slot> ring =
            RingBuffer.createSingleProducer(() -> new Slot(index.getAndIncrement(), 1, 1, 0), 8, strategy);

    private WorkerStage stage;
    private BatchEventProcessor<Slot> sink;
    private Thread sinkThread;
    private int workerCount;

    private void build(int workers, WorkerStage.Batches batches, FrameStep.Work work) {
        FrameStep step = new FrameStep("working", work, DropCause.POST_FAILED, Clock.SYSTEM);
        List<WorkerStage.Work> works = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            works.add(new WorkerStage.Work() {
                @Override
                public void on(long first, long last) {
                    for (long s = first; s <= last; s++) {
                        step.take(ring.get(s));
                    }
                }

                @Override
                public void close() {
                    closed.incrementAndGet();
                }
            });
        }
        workerCount = workers;
        List<Pulse> beats = Collections.nCopies(workers, Pulse.unwatched(Clock.SYSTEM));
        stage = new WorkerStage(
                ring, ring.newBarrier(), strategy, batches, works, beats, Clock.SYSTEM, "test", done::addAndGet);
        FrameStep collect = new FrameStep("collecting", this::collect, DropCause.PUBLISH_FAILED, Clock.SYSTEM);
        sink = new BatchEventProcessorBuilder()
                .build(
                        ring,
                        ring.newBarrier(stage.sequence()),
                        new Stage(collect, strategy, Pulse.unwatched(Clock.SYSTEM), () -> {}));
        ring.addGatingSequences(sink.getSequence());
        sinkThread = new Thread(sink, "sink");
        sinkThread.start();
    }

    /** What a worker has written into the slot is what must be seen. */
    private void collect(Slot slot) {
        assertThat(slot.batch).isEqualTo((int) slot.number);
        through.add(slot.number);
        slot.alive = false;
        feed.ledger().published();
    }

    private void letIn() {
        long sequence = ring.next();
        Picture picture = feed.mailbox().obtain();
        picture.setNumber(feed.ledger().read());
        ring.get(sequence).begin(lane, picture);
        ring.get(sequence).releasePicture();
        ring.publish(sequence);
    }

    @AfterEach
    void stop() throws Exception {
        stage.halt();
        sink.halt();
        strategy.wakeAll();
        for (Thread thread : stage.threads()) {
            thread.join(TimeUnit.SECONDS.toMillis(20));
            assertThat(thread.isAlive()).isFalse();
        }
        stage.closeUnstarted();
        assertThat(closed).hasValue(workerCount);
        sinkThread.join();
        lane.close();
        feed.mailbox().close();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "4, 1", "3, 3", "2, 8", "16, 1"})
    void shouldKeepOrderWhenWorkTakesDifferentTimes(int workers, int batchMax) {
        Random random = new Random(workers);
        long[] spinNs = LongStream.generate(() -> random.nextInt(10) == 0 ? 400_000 : random.nextInt(40_000))
                .limit(64)
                .toArray();
        build(workers, new WorkerStage.Batches(batchMax, Duration.ofMillis(1)), slot -> {
            long startNs = System.nanoTime();
            while (System.nanoTime() - startNs < spinNs[(int) slot.number & 63]) {
                Thread.onSpinWait();
            }
            slot.batch = (int) slot.number;
        });
        stage.start();
        int frames = 2_000;
        for (int i = 0; i < frames; i++) {
            letIn();
        }
        Await.until(
                "all through", () -> done.get() == frames && sink.getSequence().get() == frames - 1);

        assertThat(through).hasSize(frames).isSorted().doesNotHaveDuplicates();
        assertBalanced();
    }

    /** Each waits for the others: it ends only if as many are at work as there are workers. */
    @ParameterizedTest
    @ValueSource(ints = {2, 5})
    void shouldHaveAllWorkersAtWorkWhenFramesAreThere(int workers) {
        CountDownLatch together = new CountDownLatch(workers);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        build(workers, WorkerStage.Batches.NONE, slot -> {
            threads.add(Thread.currentThread());
            together.countDown();
            together.await();
            slot.batch = (int) slot.number;
        });
        stage.start();
        for (int i = 0; i < workers; i++) {
            letIn();
        }
        Await.until("all through", () -> through.size() == workers);

        assertThat(threads).hasSize(workers);
        assertThat(through).isSorted();
        assertBalanced();
    }

    @Test
    void shouldCountFrameAndGoOnWhenWorkFails() {
        build(3, WorkerStage.Batches.NONE, slot -> {
            slot.batch = (int) slot.number;
            if (slot.number % 4 == 0) {
                throw new IllegalStateException("the work failed");
            }
        });
        stage.start();
        for (int i = 0; i < 400; i++) {
            letIn();
        }
        Await.until("all through", () -> sink.getSequence().get() == 399);

        assertThat(through).hasSize(300).isSorted().noneMatch(number -> number % 4 == 0);
        assertThat(feed.ledger().snapshot().dropped(DropCause.POST_FAILED)).isEqualTo(100);
        assertBalanced();
    }

    @Test
    void shouldCloseItsWorkWhenNeverStarted() {
        build(2, WorkerStage.Batches.NONE, slot -> {});

        assertThat(closed).hasValue(0); // and after stop() both
    }

    private void assertBalanced() {
        Ledger.Snapshot ledger = feed.ledger().snapshot();
        assertThat(ledger.balances()).isTrue();
        assertThat(ledger.inFlight()).isZero();
    }
}
