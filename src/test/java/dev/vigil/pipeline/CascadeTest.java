package dev.vigil.pipeline;

import static dev.vigil.BrightModel.BLUE;
import static dev.vigil.BrightModel.GREEN;
import static dev.vigil.BrightModel.RED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_NV12;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;

import dev.vigil.BrightModel;
import dev.vigil.BrightModel.AtBlue;
import dev.vigil.OnnxFile;
import dev.vigil.PaintedFrame;
import dev.vigil.PaintedFrame.Spot;
import dev.vigil.base.Clock;
import dev.vigil.detect.CropOptions;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.TileOptions;
import dev.vigil.frame.Capture;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Orientation;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Step;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.publish.FrameResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models that look at crops of what others found, end to end: pixels in, boxes of the frame and their parents out. */
class CascadeTest {
    /** The first model sees little: what it is too coarse for, the second one sees in a crop. */
    private static final int FIRST_SIDE = 64;

    private static final int SECOND_SIDE = 96;
    private static final CropOptions RED_AND_GREEN = new CropOptions(List.of("0", "1"), 0.1f, 8, 8);

    @TempDir
    static Path folder;

    private static LoadedModel load(int batch, int side, AtBlue atBlue, Duration timeout, int crops) throws Exception {
        Path file = folder.resolve("bright-" + batch + "-" + side + "-" + atBlue + ".onnx");
        BrightModel.write(file, batch, side, side, atBlue);
        InferOptions options = new InferOptions(Device.CPU, 2, 1, 1, Duration.ZERO, timeout);
        return crops == 0
                ? LoadedModel.load(file, ModelDescription.EMPTY, options, folder, 5)
                : LoadedModel.loadForCrops(file, ModelDescription.EMPTY, options, folder, crops);
    }

    private static LoadedModel load(int batch, int crops) throws Exception {
        return load(batch, crops == 0 ? FIRST_SIDE : SECOND_SIDE, AtBlue.FIND, Duration.ofSeconds(10), crops);
    }

    private static LoadedModel cascade(CropOptions crops, LoadedModel second) throws Exception {
        return load(1, 0).followedBy(new ThenModel(second, crops, DetectOptions.DEFAULT));
    }

    private static void offer(Feed feed, int format, Orientation turn, int width, int height, Spot... spots)
            throws InterruptedException {
        Picture picture = feed.mailbox().obtain();
        picture.setNumber(feed.ledger().read());
        picture.times().begin(Clock.SYSTEM.monotonicNs(), Capture.atArrival(0));
        PaintedFrame.paint(picture, format, turn, width, height, spots);
        feed.mailbox().offer(picture);
    }

    /** Puts one frame through. */
    private static void see(
            LoadedModel model,
            Feed feed,
            TileOptions tiles,
            int format,
            Orientation turn,
            int[] size,
            Consumer<FrameResult> result,
            Spot... spots)
            throws Exception {
        List<Throwable> wrong = Collections.synchronizedList(new ArrayList<>());
        try (FramePipeline pipeline = new FramePipeline(
                model,
                30,
                each -> {
                    try {
                        result.accept(each);
                    } catch (Throwable e) {
                        wrong.add(e);
                    }
                    each.feed().ledger().published();
                },
                Clock.SYSTEM,
                false)) {
            pipeline.add(feed, DetectOptions.DEFAULT, tiles);
            pipeline.start();
            offer(feed, format, turn, size[0], size[1], spots);
            assertThat(pipeline.drain(Duration.ofSeconds(20))).isTrue();
        }
        assertThat(wrong).isEmpty();
        assertThat(feed.ledger().snapshot().published()).isEqualTo(1);
        assertThat(feed.ledger().snapshot().balances()).isTrue();
    }

    private static void see(LoadedModel model, Feed feed, Consumer<FrameResult> result, Spot... spots)
            throws Exception {
        see(model, feed, TileOptions.NONE, AV_PIX_FMT_RGB24, Orientation.UPRIGHT, new int[] {400, 300}, result, spots);
    }

    static List<Object[]> everyKind() {
        List<Object[]> kinds = new ArrayList<>();
        for (Orientation turn : Orientation.values()) {
            for (int format : new int[] {AV_PIX_FMT_RGB24, AV_PIX_FMT_YUV420P, AV_PIX_FMT_NV12}) {
                for (int[] size : new int[][] {{640, 480}, {641, 479}, {333, 517}}) {
                    for (TileOptions tiles : List.of(TileOptions.NONE, new TileOptions(2, 2, 0.2f, true))) {
                        kinds.add(new Object[] {turn, format, size[0], size[1], tiles});
                    }
                }
            }
        }
        return kinds;
    }

    /** Two persons with a face each; the second model's boxes are far finer than a pixel of the first. */
    @ParameterizedTest
    @MethodSource("everyKind")
    void shouldFindWhatIsInsideWhereItIsWithItsParentHoweverTheFrameIsStored(
            Orientation turn, int format, int width, int height, TileOptions tiles) throws Exception {
        Spot red = new Spot(RED, width / 10, height / 8, width / 5, height / 2);
        Spot redFace = new Spot(BLUE, width / 10 + 21, height / 8 + 33, 25, 31);
        Spot green = new Spot(GREEN, width * 6 / 10, height / 4, width / 4, height * 6 / 10);
        Spot greenFace = new Spot(BLUE, width * 6 / 10 + 35, height / 4 + 20, 33, 40);
        Feed feed = new Feed("camera", true);
        try (LoadedModel model = cascade(RED_AND_GREEN, load(OnnxFile.OPEN, RED_AND_GREEN.max()))) {
            see(
                    model,
                    feed,
                    tiles,
                    format,
                    turn,
                    new int[] {width, height},
                    result -> {
                        Detections found = result.detections();
                        assertChild(model, found, RED, redFace);
                        assertChild(model, found, GREEN, greenFace);
                        assertChild(model, found, RED, red);
                        assertChild(model, found, GREEN, green);
                        for (int i = 0; i < found.count(); i++) {
                            boolean ofFirst = model.labels().stageOf(found.classId(i)) == 0;
                            assertThat(found.parent(i) == Detections.NONE)
                                    .as("box %d of %s", i, found)
                                    .isEqualTo(ofFirst);
                        }
                        assertSteps(result);
                        assertThat(result.times().stepUs(Step.CASCADE)).isPositive();
                    },
                    red,
                    redFace,
                    green,
                    greenFace);
        }
        assertThat(feed.cascade().seen()).isEqualTo(2);
        assertThat(feed.cascade().failures()).isZero();
    }

    private static void assertSteps(FrameResult result) {
        long sumUs = 0;
        for (Step step : Step.ALL) {
            sumUs += result.times().stepUs(step);
        }
        assertThat(sumUs).isEqualTo(result.times().totalUs());
    }

    /** There is one box of the second model, of a colour, in a parent of a colour, and it is where the spot is. */
    private static void assertChild(LoadedModel model, Detections found, int parentColor, Spot spot) {
        int there = -1;
        for (int i = 0; i < found.count(); i++) {
            int parent = found.parent(i);
            if (parent >= 0
                    && model.labels().ownId(found.classId(i)) == spot.color()
                    && model.labels().ownId(found.classId(parent)) == parentColor) {
                assertThat(there).as("a second one in %s", found).isNegative();
                there = i;
            }
        }
        assertThat(there).as("%s in %d of %s", spot, parentColor, found).isNotNegative();
        float[] box = {found.x1(there), found.y1(there), found.x2(there), found.y2(there)};
        float[] wanted = {spot.x(), spot.y(), spot.x() + spot.width(), spot.y() + spot.height()};
        // A pixel of the second model is up to five of the frame here; chroma is blurred by two more.
        assertThat(box).as("%s of %s", spot, found).containsExactly(wanted, within(8.5f));
    }

    @Test
    void shouldFollowFromParentToParentWhenThreeModelsLookOneAfterTheOther() throws Exception {
        Spot red = new Spot(RED, 40, 30, 200, 200);
        Spot green = new Spot(GREEN, 60, 50, 100, 100);
        Spot blue = new Spot(BLUE, 80, 70, 40, 40);
        Feed feed = new Feed("camera", true);
        LoadedModel third = load(OnnxFile.OPEN, 3);
        LoadedModel second = load(OnnxFile.OPEN, 4)
                .followedBy(new ThenModel(third, new CropOptions(List.of("1"), 0, 8, 3), DetectOptions.DEFAULT));
        try (LoadedModel model = cascade(new CropOptions(List.of("0"), 0.1f, 8, 4), second)) {
            assertThat(model.labels().stages()).isEqualTo(3);
            see(
                    model,
                    feed,
                    result -> {
                        Detections found = result.detections();
                        int[] byStage = new int[3];
                        for (int i = 0; i < found.count(); i++) {
                            byStage[model.labels().stageOf(found.classId(i))]++;
                            if (model.labels().stageOf(found.classId(i)) == 2) {
                                int parent = found.parent(i);
                                assertThat(model.labels().ownId(found.classId(parent)))
                                        .isEqualTo(GREEN);
                                assertThat(model.labels().stageOf(found.classId(parent)))
                                        .isEqualTo(1);
                                int first = found.parent(parent);
                                assertThat(found.classId(first)).isEqualTo(RED);
                                assertThat(found.parent(first)).isEqualTo(Detections.NONE);
                            }
                        }
                        assertThat(byStage).as("%s", found).containsExactly(3, 3, 2);
                    },
                    red,
                    green,
                    blue);
        }
        assertThat(feed.cascade().seen()).isEqualTo(2);
    }

    @Test
    void shouldLookAtTheBestOnlyWhenThereAreMoreThanAllowed() throws Exception {
        Feed feed = new Feed("camera", true);
        try (LoadedModel model = cascade(new CropOptions(List.of(), 0, 20, 1), load(1, 1))) {
            see(
                    model,
                    feed,
                    result -> assertThat(result.detections().count()).isEqualTo(4),
                    new Spot(RED, 20, 20, 100, 100),
                    new Spot(GREEN, 200, 20, 100, 100),
                    new Spot(BLUE, 200, 200, 12, 60));
        }
        assertThat(feed.cascade().seen()).isEqualTo(1);
        assertThat(feed.cascade().leftOut()).as("without the narrow one").isEqualTo(1);
    }

    @Test
    void shouldPublishWhatTheFirstFoundWhenTheSecondFails() throws Exception {
        Feed feed = new Feed("camera", true);
        LoadedModel second = load(OnnxFile.OPEN, SECOND_SIDE, AtBlue.FAIL, Duration.ofSeconds(10), 4);
        try (LoadedModel model = cascade(new CropOptions(List.of("0"), 0.1f, 8, 4), second)) {
            see(
                    model,
                    feed,
                    result -> {
                        assertThat(result.detections().count()).isEqualTo(2);
                        assertSteps(result);
                    },
                    new Spot(RED, 20, 20, 200, 200),
                    new Spot(BLUE, 60, 60, 50, 50));
        }
        assertThat(feed.cascade().failures()).isEqualTo(1);
        assertThat(feed.cascade().seen()).isZero();
    }

    /** A stuck run is ended, and the next frame has its crop looked at again. */
    @Test
    void shouldGoOnWhenTheSecondSticks() throws Exception {
        Feed feed = new Feed("camera", true);
        LoadedModel second = load(OnnxFile.OPEN, SECOND_SIDE, AtBlue.STICK, Duration.ofMillis(200), 4);
        List<Integer> counts = Collections.synchronizedList(new ArrayList<>());
        try (LoadedModel model = cascade(new CropOptions(List.of("0"), 0.1f, 8, 4), second);
                FramePipeline pipeline = new FramePipeline(
                        model,
                        30,
                        result -> {
                            counts.add(result.detections().count());
                            result.feed().ledger().published();
                        },
                        Clock.SYSTEM,
                        false)) {
            pipeline.add(feed, DetectOptions.DEFAULT);
            pipeline.start();
            Spot red = new Spot(RED, 20, 20, 200, 200);
            offer(feed, AV_PIX_FMT_RGB24, Orientation.UPRIGHT, 400, 300, red, new Spot(BLUE, 60, 60, 50, 50));
            offer(feed, AV_PIX_FMT_RGB24, Orientation.UPRIGHT, 400, 300, red);
            assertThat(pipeline.drain(Duration.ofSeconds(30))).isTrue();
        }
        assertThat(counts).containsExactly(2, 2);
        assertThat(feed.cascade().failures()).isEqualTo(1);
        assertThat(feed.cascade().seen()).isEqualTo(1);
        assertThat(feed.ledger().snapshot().published()).isEqualTo(2);
    }

    @Test
    void shouldKeepFramesOfSeveralCamerasApartAndInOrder() throws Exception {
        List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        List<Feed> feeds = new ArrayList<>();
        try (LoadedModel model = cascade(RED_AND_GREEN, load(OnnxFile.OPEN, RED_AND_GREEN.max()));
                FramePipeline pipeline =
                        new FramePipeline(model, 30, result -> check(model, result, wrong), Clock.SYSTEM, false)) {
            for (int i = 0; i < 4; i++) {
                feeds.add(new Feed("camera-" + i, true));
                pipeline.add(feeds.get(i), DetectOptions.DEFAULT);
            }
            pipeline.start();
            for (int frame = 1; frame <= 50; frame++) {
                for (Feed feed : feeds) {
                    offer(feed, AV_PIX_FMT_YUV420P, Orientation.UPRIGHT, 320, 240, body(frame), face(frame));
                }
            }
            assertThat(pipeline.drain(Duration.ofSeconds(30))).isTrue();
        }
        assertThat(wrong).isEmpty();
        for (Feed feed : feeds) {
            Ledger.Snapshot ledger = feed.ledger().snapshot();
            assertThat(ledger.balances()).isTrue();
            assertThat(ledger.published()).isEqualTo(50);
            assertThat(feed.cascade().seen()).isEqualTo(50);
        }
    }

    private static Spot body(long number) {
        return new Spot(RED, (int) (number * 6 % 160), (int) (number * 4 % 120), 120, 100);
    }

    private static Spot face(long number) {
        Spot body = body(number);
        return new Spot(BLUE, body.x() + 10 + (int) (number % 50), body.y() + 20, 30, 30);
    }

    private static void check(LoadedModel model, FrameResult result, List<String> wrong) {
        try {
            assertChild(model, result.detections(), RED, face(result.number()));
            assertSteps(result);
        } catch (AssertionError e) {
            wrong.add(result.feed().camera() + " " + result.number() + ": " + e.getMessage());
        }
        result.feed().ledger().published();
    }

    /** Two bodies that overlap: the crops of both show the face, and it is told once. */
    @Test
    void shouldTellOnceWhatTheCropsOfTwoShow() throws Exception {
        Feed feed = new Feed("camera", true);
        Spot face = new Spot(BLUE, 150, 80, 40, 40);
        try (LoadedModel model = cascade(new CropOptions(List.of("0", "1"), 0.3f, 8, 8), load(OnnxFile.OPEN, 8))) {
            see(
                    model,
                    feed,
                    result -> {
                        int faces = 0;
                        for (int i = 0; i < result.detections().count(); i++) {
                            faces += result.detections().classId(i)
                                            == model.labels().firstClass(1) + BLUE
                                    ? 1
                                    : 0;
                        }
                        assertThat(faces).as("%s", result.detections()).isEqualTo(1);
                    },
                    new Spot(RED, 40, 40, 130, 200),
                    new Spot(GREEN, 170, 40, 130, 200),
                    face);
        }
        assertThat(feed.cascade().seen()).isEqualTo(2);
    }

    @Test
    void shouldRefuseWhenTheFirstDoesNotHaveTheLabel() throws Exception {
        try (LoadedModel first = load(1, 0);
                LoadedModel second = load(1, 2)) {
            CropOptions crops = new CropOptions(List.of("person"), 0, 8, 2);
            assertThatThrownBy(() -> first.followedBy(new ThenModel(second, crops, DetectOptions.DEFAULT)))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("has no label person");
        }
    }
}
