package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.DemoClip;
import dev.vigil.base.Clock;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.ModelDescription;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Step;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.NamedEngine;
import dev.vigil.infer.SwitchingEngine;
import dev.vigil.infer.TensorRing;
import dev.vigil.infer.TwoSteps;
import dev.vigil.mqtt.Await;
import dev.vigil.source.CameraReader;
import dev.vigil.source.CameraStatus;
import dev.vigil.source.SourceOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FramePipelineTest {
    @TempDir
    static Path cache;

    private static LoadedModel model;

    @BeforeAll
    static void load() throws Exception {
        model = LoadedModel.load(
                Path.of("models/ssdlite-mobilenet-v2-coco.onnx"), ModelDescription.EMPTY, InferOptions.DEFAULT, cache);
    }

    @AfterAll
    static void free() {
        model.close();
    }

    @Test
    void shouldInferEveryFrameInOrderWhenFileIsReadLossless() throws Exception {
        Feed feed = new Feed("clip", true);
        List<Long> numbers = new ArrayList<>();
        List<DemoClip.Found> found = new ArrayList<>();
        List<Long> unbalanced = new ArrayList<>();
        try (FramePipeline pipeline = new FramePipeline(
                model,
                Map.of(feed, DetectOptions.DEFAULT),
                result -> {
                    numbers.add(result.number());
                    long sumUs = 0;
                    for (Step step : Step.ALL) {
                        sumUs += result.times().stepUs(step);
                    }
                    if (sumUs != result.times().totalUs()) {
                        unbalanced.add(result.number());
                    }
                    DemoClip.collect(result, model.detection().labels(), found);
                    result.feed().ledger().published();
                },
                Clock.SYSTEM)) {
            pipeline.start();
            readToEnd(feed, false);
            assertThat(pipeline.drain(Duration.ofSeconds(30))).isTrue();
        }
        Ledger.Snapshot ledger = feed.ledger().snapshot();
        assertThat(ledger.balances()).isTrue();
        assertThat(ledger.inFlight()).isZero();
        assertThat(ledger.published()).isEqualTo(ledger.read()).isEqualTo(400);
        assertThat(numbers).isSorted().doesNotHaveDuplicates().hasSize(400);
        assertThat(unbalanced).isEmpty();
        assertThat(DemoClip.recall(found)).isGreaterThanOrEqualTo(0.95);
    }

    @Test
    void shouldLoseNoFrameWhenTheModelGoesOverToAnotherDevice() throws Exception {
        Feed feed = new Feed("clip", true);
        List<String> devices = new ArrayList<>();
        CountDownLatch built = new CountDownLatch(1);
        Path file = Path.of("models/ssdlite-mobilenet-v2-coco.onnx");
        Engine better = new NamedEngine(Engine.open(file, InferOptions.DEFAULT, cache), "tensorrt");
        try (SwitchingEngine engine =
                        TwoSteps.of(Engine.open(file, InferOptions.DEFAULT, cache), "tensorrt", memory -> {
                            awaitLatch(built);
                            return better;
                        });
                TensorRing tensors = new TensorRing(engine, 8, new long[] {3, 300, 300});
                FramePipeline pipeline = new FramePipeline(
                        new LoadedModel(engine, tensors, model.detection(), 1, null),
                        Map.of(feed, DetectOptions.DEFAULT),
                        result -> {
                            devices.add(result.device());
                            result.feed().ledger().published();
                            if (devices.size() == 50) {
                                built.countDown();
                                Await.until("the other device", () -> engine.device()
                                        .equals("tensorrt"));
                            }
                        },
                        Clock.SYSTEM)) {
            pipeline.start();
            readToEnd(feed, false);
            assertThat(pipeline.drain(Duration.ofSeconds(30))).isTrue();
        }
        Ledger.Snapshot ledger = feed.ledger().snapshot();
        assertThat(ledger.balances()).isTrue();
        assertThat(ledger.published()).isEqualTo(ledger.read()).isEqualTo(400);
        assertThat(devices.subList(0, 50)).containsOnly("cpu");
        assertThat(devices.subList(100, 400)).containsOnly("tensorrt");
    }

    private static void awaitLatch(CountDownLatch latch) throws InferException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new InferException("interrupted", e);
        }
    }

    @Test
    void shouldBalanceEveryLedgerWhenOverloaded() throws Exception {
        int cameras = 6;
        Map<Feed, DetectOptions> feeds = new LinkedHashMap<>();
        for (int i = 0; i < cameras; i++) {
            feeds.put(new Feed("camera-" + i, false), DetectOptions.DEFAULT);
        }
        CountDownLatch enough = new CountDownLatch(300);
        List<CameraReader> readers = new ArrayList<>();
        FramePipeline pipeline = new FramePipeline(
                model,
                feeds,
                result -> {
                    result.feed().ledger().published();
                    enough.countDown();
                    // At most 100 frames a second of the 150 that come, however fast the machine is.
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
                },
                Clock.SYSTEM);
        try (pipeline) {
            pipeline.start();
            for (Feed feed : feeds.keySet()) {
                readers.add(reader(feed, true, true));
            }
            readers.forEach(CameraReader::start);
            assertThat(enough.await(60, TimeUnit.SECONDS)).isTrue();
            for (Feed feed : feeds.keySet()) {
                assertThat(feed.ledger().snapshot().balances()).isTrue();
            }
            readers.forEach(CameraReader::close);
        }
        long published = 0;
        for (Feed feed : feeds.keySet()) {
            Ledger.Snapshot ledger = feed.ledger().snapshot();
            assertThat(ledger.balances()).as(feed.camera()).isTrue();
            assertThat(ledger.inFlight()).as(feed.camera()).isZero();
            published += ledger.published();
        }
        double mean = (double) published / cameras;
        for (Feed feed : feeds.keySet()) {
            Ledger.Snapshot ledger = feed.ledger().snapshot();
            assertThat(ledger.dropped(DropCause.SUPERSEDED)).as(feed.camera()).isPositive();
            assertThat((double) ledger.published()).as(feed.camera()).isBetween(0.8 * mean, 1.2 * mean);
        }
    }

    private static void readToEnd(Feed feed, boolean realtime) throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        CameraReader reader = new CameraReader(feed, options(realtime, false), Clock.SYSTEM, new Random(1), status -> {
            if (status.state() == CameraStatus.State.ENDED) {
                ended.countDown();
            }
        });
        reader.start();
        assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
    }

    private static CameraReader reader(Feed feed, boolean realtime, boolean loop) {
        return new CameraReader(feed, options(realtime, loop), Clock.SYSTEM, new Random(1), status -> {});
    }

    private static SourceOptions options(boolean realtime, boolean loop) {
        return SourceOptions.builder(Path.of("media/demo-clip.mp4").toUri())
                .loop(loop)
                .realtime(realtime)
                .build();
    }
}
