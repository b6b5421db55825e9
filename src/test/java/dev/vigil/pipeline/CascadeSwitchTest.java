package dev.vigil.pipeline;

import static dev.vigil.BrightModel.BLUE;
import static dev.vigil.BrightModel.RED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;

import dev.vigil.BrightModel;
import dev.vigil.OnnxFile;
import dev.vigil.PaintedFrame;
import dev.vigil.PaintedFrame.Spot;
import dev.vigil.base.Clock;
import dev.vigil.detect.CropOptions;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.ModelDescription;
import dev.vigil.frame.Capture;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Orientation;
import dev.vigil.frame.Picture;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.infer.NamedEngine;
import dev.vigil.infer.TwoSteps;
import dev.vigil.publish.FrameResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A cascade whose models go over to a better device while frames come: each frame has all that is in it. */
@Timeout(120)
class CascadeSwitchTest {
    private static final int CROPS = 4;

    @TempDir
    static Path folder;

    private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    private final Set<String> devices = ConcurrentHashMap.newKeySet();

    private static Engine engine(Path file, int views, String device) throws InferException {
        InferOptions options = new InferOptions(Device.CPU, 2, 1, views, Duration.ZERO, Duration.ofSeconds(10));
        return new NamedEngine(Engine.open(file, options, folder), device);
    }

    /** @param built when the better one is there; null for a model that stays where it is */
    private static LoadedModel load(int sidePx, int views, CountDownLatch built) throws Exception {
        Path file = BrightModel.write(folder.resolve("bright-" + sidePx + ".onnx"), OnnxFile.OPEN, sidePx, sidePx);
        Engine first = engine(file, views, "cpu");
        Engine engine = built == null
                ? first
                : TwoSteps.of(first, "cuda", memory -> {
                    try {
                        built.await();
                    } catch (InterruptedException e) {
                        throw new InferException("interrupted", e);
                    }
                    return engine(file, views, "cuda");
                });
        return LoadedModel.of(engine, ModelDescription.EMPTY, 1, views, views > 1);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true"})
    void shouldMissNothingWhenModelsGoOverToAnotherDevice(boolean firstSwitches, boolean secondSwitches)
            throws Exception {
        CountDownLatch built = new CountDownLatch(1);
        Feed feed = new Feed("camera", true);
        LoadedModel second = load(96, CROPS, secondSwitches ? built : null);
        CropOptions crops = new CropOptions(List.of("0"), 0.1f, 8, CROPS);
        int frames = 0;
        try (LoadedModel model = load(64, 1, firstSwitches ? built : null)
                        .followedBy(new ThenModel(second, crops, DetectOptions.DEFAULT));
                FramePipeline pipeline =
                        new FramePipeline(model, 30, result -> check(model, result), Clock.SYSTEM, false)) {
            pipeline.add(feed, DetectOptions.DEFAULT);
            pipeline.start();
            for (; frames < 20; frames++) {
                offer(feed, frames + 1);
            }
            assertThat(pipeline.drain(Duration.ofSeconds(30))).isTrue();
            assertThat(devices).containsExactly("cpu");
            built.countDown();
            String first = firstSwitches ? "cuda" : "cpu";
            String then = secondSwitches ? "cuda" : "cpu";
            long endNs = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (!(model.engine().device().equals(first)
                    && second.engine().device().equals(then))) {
                assertThat(System.nanoTime() - endNs)
                        .as("in vain for the other device")
                        .isNegative();
                offer(feed, ++frames);
            }
            for (int more = 0; more < 40; more++) {
                offer(feed, ++frames);
            }
            assertThat(pipeline.drain(Duration.ofSeconds(30))).isTrue();
            assertThat(devices).contains(first);
        }
        assertThat(wrong).isEmpty();
        Ledger.Snapshot ledger = feed.ledger().snapshot();
        assertThat(ledger.balances()).isTrue();
        assertThat(ledger.published()).isEqualTo(frames);
        assertThat(feed.cascade().seen()).isEqualTo(frames);
        assertThat(feed.cascade().failures()).isZero();
    }

    private static void offer(Feed feed, int number) throws InterruptedException {
        Picture picture = feed.mailbox().obtain();
        picture.setNumber(feed.ledger().read());
        picture.times().begin(Clock.SYSTEM.monotonicNs(), Capture.atArrival(0));
        PaintedFrame.paint(picture, AV_PIX_FMT_RGB24, Orientation.UPRIGHT, 320, 240, body(number), face(number));
        feed.mailbox().offer(picture);
    }

    private static Spot body(long number) {
        return new Spot(RED, (int) (number * 6 % 160), (int) (number * 4 % 120), 120, 100);
    }

    private static Spot face(long number) {
        Spot body = body(number);
        return new Spot(BLUE, body.x() + 10 + (int) (number % 50), body.y() + 20, 30, 30);
    }

    /** A face of the second model where it was painted, in a body of the first. */
    private void check(LoadedModel model, FrameResult result) {
        Detections found = result.detections();
        Spot face = face(result.number());
        boolean there = false;
        for (int i = 0; i < found.count(); i++) {
            there |= found.classId(i) == model.labels().firstClass(1) + BLUE
                    && found.classId(found.parent(i)) == RED
                    && Math.abs(found.x1(i) - face.x()) < 8.5
                    && Math.abs(found.y1(i) - face.y()) < 8.5;
        }
        if (!there) {
            wrong.add("frame " + result.number() + " on " + result.device() + ": " + found);
        }
        devices.add(result.device());
        result.feed().ledger().published();
    }
}
