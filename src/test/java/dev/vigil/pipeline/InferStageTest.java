package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BatchEventProcessorBuilder;
import com.lmax.disruptor.RingBuffer;
import dev.vigil.BusyModel;
import dev.vigil.base.Clock;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Labels;
import dev.vigil.detect.Suppression;
import dev.vigil.detect.TileOptions;
import dev.vigil.frame.Capture;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.InputSpec;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Picture;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.infer.TensorRing;
import dev.vigil.metrics.health.Pulse;
import dev.vigil.metrics.health.Pulses;
import dev.vigil.mqtt.Await;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The inference of a ring, over a model whose runs take as long as the test says. */
class InferStageTest {
    private static final InputSpec SPEC = new InputSpec(
            BusyModel.SIDE_PX,
            BusyModel.SIDE_PX,
            InputSpec.Layout.NCHW,
            InputSpec.Element.FLOAT32,
            InputSpec.Color.RGB,
            new float[3],
            new float[] {1, 1, 1},
            InputSpec.Resize.STRETCH,
            new int[3]);

    @TempDir
    static Path folder;

    private static Path model;

    @BeforeAll
    static void write() throws Exception {
        model = BusyModel.write(folder.resolve("busy.onnx"));
    }

    private final Feed feed = new Feed("camera", false);
    private final Lane lane =
            new Lane(feed, SPEC, DetectOptions.DEFAULT.rules(Suppression.USUAL, Labels.numbered(1)), TileOptions.NONE);
    private final ParkingWaitStrategy strategy = new ParkingWaitStrategy();
    private final List<Long> through = Collections.synchronizedList(new ArrayList<>());
    private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicInteger largestBatch = new AtomicInteger();

    private Engine engine;
    private TensorRing tensors;
    private RingBuffer<Slot> ring;
    private InferStage stage;
    private BatchEventProcessor<Slot> sink;
    private Thread sinkThread;

    private void build(int workers, int batchMax, Duration timeout) throws InferException {
        engine = Engine.open(
                model, new InferOptions(Device.CPU, workers, 1, batchMax, Duration.ofMillis(2), timeout), folder);
        tensors = new TensorRing(engine, 8, new long[] {3, BusyModel.SIDE_PX, BusyModel.SIDE_PX});
        AtomicInteger index = new AtomicInteger();
        ring = RingBuffer.createSingleProducer(() -> new Slot(index.getAndIncrement(), 1, 1, 0), 8, strategy);
        stage = new InferStage(
                ring,
                ring.newBarrier(),
                strategy,
                tensors,
                1,
                engine.options(),
                workers,
                Clock.SYSTEM,
                new RingPulses(new Pulses(Clock.SYSTEM), "test"),
                "test",
                left::addAndGet);
        Stage check = new Stage(
                new FrameStep("checking", this::check, DropCause.POST_FAILED, Clock.SYSTEM),
                strategy,
                Pulse.unwatched(Clock.SYSTEM),
                () -> {});
        sink = new BatchEventProcessorBuilder().build(ring, ring.newBarrier(stage.sequence()), check);
        ring.addGatingSequences(sink.getSequence());
        sinkThread = new Thread(sink, "sink");
        sinkThread.start();
        stage.workers().start();
    }

    private static void assertGone(WorkerStage workers) throws InterruptedException {
        for (Thread thread : workers.threads()) {
            thread.join(TimeUnit.SECONDS.toMillis(20));
            assertThat(thread.isAlive()).isFalse();
        }
    }

    /** The frame's own input is what its output must show. */
    private void check(Slot slot) {
        float shown = tensors.outputs(slot.index)[0].get(0);
        if (shown != -slot.number) {
            wrong.add("frame " + slot.number + " has the output of " + shown);
        }
        largestBatch.accumulateAndGet(slot.batch, Math::max);
        through.add(slot.number);
        slot.alive = false;
        feed.ledger().published();
    }

    /** Lets a frame in whose inference takes some {@code busy} tenths of a millisecond. */
    private void letIn(float busy) {
        long sequence = ring.next();
        Slot slot = ring.get(sequence);
        Picture picture = feed.mailbox().obtain();
        picture.setNumber(feed.ledger().read());
        picture.times().begin(Clock.SYSTEM.monotonicNs(), Capture.atArrival(0));
        slot.begin(lane, picture);
        FloatBuffer input = tensors.inputFloats(slot.index);
        input.put(0, -slot.number).put(BusyModel.INPUT_VALUES - 1, busy);
        slot.releasePicture();
        ring.publish(sequence);
    }

    private void awaitThrough(long frames) {
        Await.until(frames + " frames through", () -> sink.getSequence().get() >= frames - 1);
    }

    @AfterEach
    void stop() throws Exception {
        stage.halt(DropCause.SHUT_DOWN);
        sink.halt();
        strategy.wakeAll();
        assertGone(stage.workers());
        sinkThread.join();
        tensors.close();
        engine.close();
        lane.close();
        feed.mailbox().close();
    }

    private void assertNothingWrong() {
        assertThat(wrong).isEmpty();
        Ledger.Snapshot ledger = feed.ledger().snapshot();
        assertThat(ledger.balances()).isTrue();
        assertThat(ledger.inFlight()).isZero();
        assertThat(through).isSorted().doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 1", "2, 4", "1, 8", "3, 3"})
    void shouldKeepOrderWhenRunsTakeTheirTime(int workers, int batchMax) throws Exception {
        build(workers, batchMax, Duration.ofSeconds(10));
        Random random = new Random(workers * 10L + batchMax);
        int frames = 400;
        for (int i = 0; i < frames; i++) {
            letIn(random.nextInt(10) == 0 ? 30 : random.nextInt(4));
        }
        awaitThrough(frames);
        assertThat(through).hasSize(frames);
        Await.until("all have left", () -> left.get() == frames);
        assertThat(largestBatch.get()).isBetween(batchMax > 1 ? 2 : 1, batchMax);
        assertNothingWrong();
    }

    @Test
    void shouldEndRunThatTakesTooLongAndGoOnWithTheNext() throws Exception {
        build(2, 1, Duration.ofMillis(150));
        Thread housekeeping = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                stage.endStuckRuns();
                java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
            }
        });
        housekeeping.start();
        for (int i = 1; i <= 40; i++) {
            letIn(i % 10 == 0 ? BusyModel.FOREVER : 1);
        }
        awaitThrough(40);
        housekeeping.interrupt();
        housekeeping.join();
        assertThat(feed.ledger().snapshot().dropped(DropCause.INFER_FAILED)).isEqualTo(4);
        assertThat(through).hasSize(36).doesNotContain(10L, 20L, 30L, 40L).contains(41L - 2);
        assertNothingWrong();
    }

    @Test
    void shouldPassFramesByWhenTheyWereDroppedBefore() throws Exception {
        build(2, 1, Duration.ofSeconds(10));
        for (int i = 0; i < 20; i++) {
            long sequence = ring.next();
            Slot slot = ring.get(sequence);
            Picture picture = feed.mailbox().obtain();
            picture.setNumber(feed.ledger().read());
            slot.begin(lane, picture);
            slot.drop(DropCause.CONVERT_FAILED);
            tensors.inputFloats(slot.index).put(BusyModel.INPUT_VALUES - 1, BusyModel.FOREVER);
            ring.publish(sequence);
        }
        awaitThrough(20);
        Await.until("all have left", () -> left.get() == 20);
        assertThat(through).isEmpty();
        assertThat(feed.ledger().snapshot().dropped(DropCause.CONVERT_FAILED)).isEqualTo(20);
        assertNothingWrong();
    }

    @Test
    void shouldCountFramesAsShutDownWhenHaltedInTheMiddleOfRuns() throws Exception {
        build(3, 1, Duration.ofMinutes(10));
        for (int i = 0; i < 3; i++) {
            letIn(BusyModel.FOREVER);
        }
        Await.until(
                "three runs",
                () -> Thread.getAllStackTraces().entrySet().stream()
                                .filter(e -> e.getKey().getName().startsWith("test-infer-"))
                                .filter(e -> e.getValue().length > 0 && e.getValue()[0].isNativeMethod())
                                .filter(e -> e.getValue()[0].getClassName().startsWith("ai.onnxruntime"))
                                .count()
                        == 3);
        stage.halt(DropCause.SHUT_DOWN);
        strategy.wakeAll();
        assertGone(stage.workers());
        assertThat(feed.ledger().snapshot().dropped(DropCause.SHUT_DOWN)).isEqualTo(3);
        assertNothingWrong();
    }
}
