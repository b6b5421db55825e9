package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_GRAY8;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_VAAPI;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;

import dev.vigil.BusyModel;
import dev.vigil.base.Clock;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.TileOptions;
import dev.vigil.frame.Capture;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Picture;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.metrics.ProcessFigures;
import dev.vigil.metrics.health.Pulse;
import dev.vigil.mqtt.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole ring in which things go wrong, over a model whose runs take as long as its pictures are bright. */
class PipelineFaultsTest {
    private static final int BLACK = 0;

    @TempDir
    static Path folder;

    private static Path model;

    @BeforeAll
    static void write() throws Exception {
        model = BusyModel.write(folder.resolve("busy.onnx"));
    }

    /** @param white how long the run of a white picture takes, in tenths of a millisecond */
    private static LoadedModel load(int workers, int batchMax, Duration batchWait, Duration timeout, float white)
            throws Exception {
        ModelDescription.Input input = new ModelDescription.Input(
                null, null, null, new float[1], new float[] {255 / white}, Resize.STRETCH, new int[1], null);
        return LoadedModel.load(
                model,
                new ModelDescription("yolox", null, input),
                new InferOptions(Device.CPU, workers, 1, batchMax, batchWait, timeout),
                folder);
    }

    private static Map<Feed, DetectOptions> feeds(int count, boolean lossless) {
        Map<Feed, DetectOptions> feeds = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            feeds.put(new Feed("camera-" + i, lossless), DetectOptions.DEFAULT);
        }
        return feeds;
    }

    private static void send(Feed feed, int gray) throws InterruptedException {
        Picture picture = feed.mailbox().obtain();
        picture.setNumber(feed.ledger().read());
        picture.times().begin(Clock.SYSTEM.monotonicNs(), Capture.atArrival(Clock.SYSTEM.utcUs()));
        picture.frame().format(AV_PIX_FMT_GRAY8).width(32).height(32);
        assertThat(av_frame_get_buffer(picture.frame(), 0)).isZero();
        for (int i = 0; i < 32 * picture.frame().linesize(0); i++) {
            picture.frame().data(0).put(i, (byte) gray);
        }
        feed.mailbox().offer(picture);
    }

    private static void assertClosed(Feed feed) {
        Ledger.Snapshot ledger = feed.ledger().snapshot();
        assertThat(ledger.balances()).as("%s: %s", feed.camera(), ledger).isTrue();
        assertThat(ledger.inFlight()).as("%s: %s", feed.camera(), ledger).isZero();
    }

    @Test
    void shouldCountFrameUnderItsCauseAndGoOnWhenAStepFails() throws Exception {
        Map<Feed, DetectOptions> feeds = feeds(1, true);
        Feed feed = feeds.keySet().iterator().next();
        List<Long> published = Collections.synchronizedList(new ArrayList<>());
        try (LoadedModel loaded = load(2, 1, Duration.ZERO, Duration.ofSeconds(10), 1);
                FramePipeline pipeline = new FramePipeline(
                        loaded,
                        feeds,
                        result -> {
                            if (result.number() % 5 == 0) {
                                throw new IllegalStateException("the sink failed");
                            }
                            if (result.number() % 7 == 0) {
                                throw new AssertionError("the sink failed badly");
                            }
                            published.add(result.number());
                            result.feed().ledger().published();
                        },
                        Clock.SYSTEM)) {
            pipeline.start();
            for (int i = 1; i <= 210; i++) {
                if (i % 3 == 0) {
                    sendUnreadable(feed);
                } else {
                    send(feed, BLACK);
                }
            }
            assertThat(pipeline.drain(Await.DEADLINE)).isTrue();
            Ledger.Snapshot ledger = feed.ledger().snapshot();
            assertThat(ledger.dropped(DropCause.CONVERT_FAILED)).isEqualTo(70);
            assertThat(ledger.dropped(DropCause.PUBLISH_FAILED)).isEqualTo(28 + 16); // of those that came so far
            assertThat(published).hasSize(210 - 70 - 28 - 16).isSorted();
            assertClosed(feed);
        }
    }

    /** A picture that is not in system memory. */
    private static void sendUnreadable(Feed feed) throws InterruptedException {
        Picture picture = feed.mailbox().obtain();
        picture.setNumber(feed.ledger().read());
        picture.frame().format(AV_PIX_FMT_VAAPI).width(32).height(32);
        feed.mailbox().offer(picture);
    }

    @Test
    void shouldCountFrameWhenDecodingItsBoxesFails() throws Exception {
        Feed feed = new Feed("camera", false);
        Slot slot = new Slot(0, 1, 1, 0);
        FrameStep step = new FrameStep(
                "decoding the boxes",
                failing -> {
                    throw new IllegalStateException("no boxes");
                },
                DropCause.POST_FAILED,
                Clock.SYSTEM);
        Stage stage = new Stage(step, new ParkingWaitStrategy(), Pulse.unwatched(Clock.SYSTEM), () -> {});
        com.lmax.disruptor.Sequence sequence = new com.lmax.disruptor.Sequence();
        stage.setSequenceCallback(sequence);
        try (LoadedModel loaded = load(1, 1, Duration.ZERO, Duration.ofSeconds(10), 1);
                Lane lane = new Lane(
                        feed,
                        loaded.detection().input(),
                        loaded.detection().rules(DetectOptions.DEFAULT),
                        TileOptions.NONE)) {
            Picture picture = feed.mailbox().obtain();
            picture.setNumber(feed.ledger().read());
            slot.begin(lane, picture);
            stage.onEvent(slot, 0, true);
            stage.onEvent(slot, 1, true); // dropped already: passed by
        }
        assertThat(sequence.get()).isEqualTo(1);
        assertThat(feed.ledger().snapshot().dropped(DropCause.POST_FAILED)).isEqualTo(1);
        assertClosed(feed);
        feed.mailbox().close();
    }

    @Test
    void shouldEndRunThatNeverEndsAndGoOn() throws Exception {
        Map<Feed, DetectOptions> feeds = feeds(1, true);
        Feed feed = feeds.keySet().iterator().next();
        List<Long> published = Collections.synchronizedList(new ArrayList<>());
        try (LoadedModel loaded = load(2, 1, Duration.ZERO, Duration.ofMillis(200), BusyModel.FOREVER);
                FramePipeline pipeline = new FramePipeline(
                        loaded,
                        feeds,
                        result -> {
                            published.add(result.number());
                            result.feed().ledger().published();
                        },
                        Clock.SYSTEM)) {
            pipeline.start();
            for (int i = 1; i <= 30; i++) {
                send(feed, i % 10 == 0 ? 255 : BLACK);
            }
            assertThat(pipeline.drain(Await.DEADLINE)).isTrue();
            assertThat(feed.ledger().snapshot().dropped(DropCause.INFER_FAILED)).isEqualTo(3);
            assertThat(published).hasSize(27).isSorted().doesNotContain(10L, 20L, 30L);
            assertClosed(feed);
        }
    }

    /** Of large batches the boxes are decoded by several threads. */
    @ParameterizedTest
    @ValueSource(ints = {4, 16})
    void shouldKeepEachCamerasOrderWhenItsFramesAreBatchedWithOthers(int batchMax) throws Exception {
        Map<Feed, DetectOptions> feeds = feeds(4, true);
        Map<Feed, List<Long>> published = new ConcurrentHashMap<>();
        AtomicInteger largestBatch = new AtomicInteger();
        List<Thread> senders = new ArrayList<>();
        try (LoadedModel loaded = load(2, batchMax, Duration.ofMillis(5), Duration.ofSeconds(10), 20);
                FramePipeline pipeline = new FramePipeline(
                        loaded,
                        feeds,
                        result -> {
                            largestBatch.accumulateAndGet(result.batch(), Math::max);
                            published
                                    .computeIfAbsent(result.feed(), f -> new ArrayList<>())
                                    .add(result.number());
                            result.feed().ledger().published();
                        },
                        Clock.SYSTEM)) {
            pipeline.start();
            for (Feed feed : feeds.keySet()) {
                Thread sender = new Thread(() -> {
                    try {
                        for (int i = 0; i < 100; i++) {
                            send(feed, (37 * i) % 256);
                        }
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
                senders.add(sender);
                sender.start();
            }
            for (Thread sender : senders) {
                sender.join();
            }
            assertThat(pipeline.drain(Await.DEADLINE)).isTrue();
        }
        assertThat(largestBatch.get()).isBetween(2, batchMax);
        for (Feed feed : feeds.keySet()) {
            assertThat(published.get(feed)).hasSize(100).isSorted().doesNotHaveDuplicates();
            assertClosed(feed);
        }
    }

    @Test
    void shouldCloseEveryAccountWhenClosedAtAnyMoment() throws Exception {
        Random random = new Random(11);
        try (LoadedModel loaded = load(2, 8, Duration.ofMillis(1), Duration.ofSeconds(10), 30)) {
            for (int round = 0; round < 200; round++) {
                Map<Feed, DetectOptions> feeds = feeds(3, round % 2 == 0);
                AtomicBoolean over = new AtomicBoolean();
                List<Thread> senders = new ArrayList<>();
                FramePipeline pipeline = new FramePipeline(
                        loaded, feeds, result -> result.feed().ledger().published(), Clock.SYSTEM);
                if (round % 20 != 19) { // now and then it is closed before it was started
                    pipeline.start();
                }
                for (Feed feed : feeds.keySet()) {
                    int gray = random.nextInt(256);
                    Thread sender = new Thread(() -> {
                        try {
                            while (!over.get()) {
                                send(feed, gray);
                            }
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    });
                    senders.add(sender);
                    sender.start();
                }
                LockSupport.parkNanos(random.nextInt(8_000_000));
                pipeline.close();
                over.set(true);
                for (Thread sender : senders) {
                    sender.join();
                }
                feeds.keySet().forEach(PipelineFaultsTest::assertClosed);
                pipeline.close(); // once more does no harm
            }
        }
    }

    @Test
    void shouldCloseTheAccountsWhenClosedWhileARunNeverEnds() throws Exception {
        Map<Feed, DetectOptions> feeds = feeds(2, false);
        try (LoadedModel loaded = load(2, 1, Duration.ZERO, Duration.ofMinutes(10), BusyModel.FOREVER)) {
            FramePipeline pipeline = new FramePipeline(
                    loaded, feeds, result -> result.feed().ledger().published(), Clock.SYSTEM);
            pipeline.start();
            for (Feed feed : feeds.keySet()) {
                send(feed, 255);
            }
            Await.until("both are in inference", () -> feeds.keySet().stream()
                    .noneMatch(feed -> feed.mailbox().isFull()));
            pipeline.close();
        }
        for (Feed feed : feeds.keySet()) {
            assertThat(feed.ledger().snapshot().dropped(DropCause.SHUT_DOWN)).isEqualTo(1);
            assertClosed(feed);
        }
    }

    /** The bound is wide: it is a thread that spins which it is to catch. */
    @Test
    void shouldRestWhenNoFramesCome() throws Exception {
        Map<Feed, DetectOptions> feeds = feeds(4, false);
        try (LoadedModel loaded = load(2, 4, Duration.ofMillis(5), Duration.ofSeconds(10), 1);
                FramePipeline pipeline = new FramePipeline(
                        loaded, feeds, result -> result.feed().ledger().published(), Clock.SYSTEM)) {
            pipeline.start();
            Feed feed = feeds.keySet().iterator().next();
            send(feed, BLACK);
            assertThat(pipeline.drain(Await.DEADLINE)).isTrue();
            double least = Double.MAX_VALUE;
            for (int i = 0; i < 3; i++) { // the compiler and the collector have their own work now and then
                long cpuNs = ProcessFigures.cpuNs();
                long startNs = System.nanoTime();
                while (System.nanoTime() - startNs < TimeUnit.SECONDS.toNanos(1)) {
                    LockSupport.parkNanos(100_000_000);
                }
                least = Math.min(least, (double) (ProcessFigures.cpuNs() - cpuNs) / (System.nanoTime() - startNs));
            }
            assertThat(least).as("cores used").isLessThan(0.1);
        }
    }
}
