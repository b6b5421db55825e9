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
import dev.vigil.OnnxFile;
import dev.vigil.PaintedFrame;
import dev.vigil.PaintedFrame.Spot;
import dev.vigil.base.Clock;
import dev.vigil.detect.BoxFilter;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.LabelFilters;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.Suppression;
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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames that are cut into tiles, end to end: pixels in, boxes of the frame out. */
class TilesTest {
    private static final int SIDE = 96;
    private static final TileOptions GRID = new TileOptions(3, 2, 0.2f, false);

    @TempDir
    static Path folder;

    /** A box that a frame should have, or has. */
    private record Box(int color, float x, float y, float width, float height) {
        static Box of(Spot spot) {
            return new Box(spot.color(), spot.x(), spot.y(), spot.width(), spot.height());
        }

        static List<Box> all(Detections found) {
            List<Box> boxes = new ArrayList<>();
            for (int i = 0; i < found.count(); i++) {
                boxes.add(new Box(
                        found.classId(i),
                        found.x1(i),
                        found.y1(i),
                        found.x2(i) - found.x1(i),
                        found.y2(i) - found.y1(i)));
            }
            return boxes;
        }
    }

    private static LoadedModel load(int batch, int workers, TileOptions tiles) throws Exception {
        Path file = BrightModel.write(folder.resolve("bright-" + batch + ".onnx"), batch, SIDE, SIDE);
        InferOptions options = new InferOptions(Device.CPU, workers, 1, 1, Duration.ZERO, Duration.ofSeconds(10));
        return LoadedModel.load(file, ModelDescription.EMPTY, options, folder, tiles.views());
    }

    private static void offer(Feed feed, int format, Orientation turn, int width, int height, Spot... spots)
            throws InterruptedException {
        Picture picture = feed.mailbox().obtain();
        picture.setNumber(feed.ledger().read());
        picture.times().begin(Clock.SYSTEM.monotonicNs(), Capture.atArrival(0));
        PaintedFrame.paint(picture, format, turn, width, height, spots);
        feed.mailbox().offer(picture);
    }

    /** What is found in one frame. */
    private static List<Box> found(
            LoadedModel model, TileOptions tiles, int format, Orientation turn, int width, int height, Spot... spots)
            throws Exception {
        return found(model, DetectOptions.DEFAULT, tiles, format, turn, width, height, spots);
    }

    private static List<Box> found(
            LoadedModel model,
            DetectOptions detect,
            TileOptions tiles,
            int format,
            Orientation turn,
            int width,
            int height,
            Spot... spots)
            throws Exception {
        Feed feed = new Feed("camera", true);
        List<Box> found = new ArrayList<>();
        try (FramePipeline pipeline =
                new FramePipeline(model, 300, result -> collect(result, found), Clock.SYSTEM, false)) {
            pipeline.add(feed, detect, tiles);
            pipeline.start();
            offer(feed, format, turn, width, height, spots);
            assertThat(pipeline.drain(Duration.ofSeconds(20))).isTrue();
        }
        assertThat(feed.ledger().snapshot().published()).isEqualTo(1);
        return found;
    }

    private static void collect(FrameResult result, List<Box> into) {
        into.addAll(Box.all(result.detections()));
        result.feed().ledger().published();
    }

    private static void assertSame(List<Box> found, double offPx, Spot... spots) {
        assertThat(found).as("boxes").hasSize(spots.length);
        for (Spot spot : spots) {
            Box box = found.stream()
                    .filter(each -> each.color == spot.color())
                    .findFirst()
                    .orElseThrow();
            Box wanted = Box.of(spot);
            assertThat(box.x).as("x of %s in %s", spot, found).isCloseTo(wanted.x, within((float) offPx));
            assertThat(box.y).as("y of %s in %s", spot, found).isCloseTo(wanted.y, within((float) offPx));
            assertThat(box.width).as("width of %s in %s", spot, found).isCloseTo(wanted.width, within((float) offPx));
            assertThat(box.height).as("height of %s in %s", spot, found).isCloseTo(wanted.height, within((float)
                    offPx));
        }
    }

    static List<Object[]> everyKind() {
        List<Object[]> kinds = new ArrayList<>();
        for (Orientation turn : Orientation.values()) {
            for (int format : new int[] {AV_PIX_FMT_RGB24, AV_PIX_FMT_YUV420P, AV_PIX_FMT_NV12}) {
                for (int[] size : new int[][] {{640, 480}, {641, 479}, {333, 517}}) {
                    kinds.add(new Object[] {turn, format, size[0], size[1]});
                }
            }
        }
        return kinds;
    }

    /** With one of the frame, cut by no seam; one across two tiles that is whole in neither; one in the corner of four. */
    @ParameterizedTest
    @MethodSource("everyKind")
    void shouldFindEachObjectOnceWhereItIsHoweverTheFrameIsStored(Orientation turn, int format, int width, int height)
            throws Exception {
        Spot[] spots = {
            new Spot(RED, width / 16, height / 12, width / 20, height / 16),
            new Spot(GREEN, width * 11 / 20, height / 8, width / 4, height / 8),
            new Spot(BLUE, width / 4, height * 3 / 8, width / 5, height / 4),
        };
        try (LoadedModel model = load(OnnxFile.OPEN, 1, GRID)) {
            // A pixel of the model is up to three of the frame; chroma is blurred by two more.
            double pixel = Math.max(width / 2.6, height / 1.8) / SIDE;
            assertSame(found(model, GRID, format, turn, width, height, spots), 2 * pixel + 2.5, spots);
        }
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void shouldFindTheSameWhenTheModelTakesSinglePicturesOnly(int batch, boolean whole) throws Exception {
        TileOptions tiles = new TileOptions(2, 2, 0.25f, whole);
        Spot[] spots = {
            new Spot(RED, 4, 4, 20, 20), new Spot(GREEN, 130, 90, 120, 100), new Spot(BLUE, 300, 20, 16, 200),
        };
        try (LoadedModel model = load(batch, 1, tiles)) {
            assertThat(model.tensors().batchMax()).isEqualTo(batch == 1 ? 1 : tiles.views());
            assertSame(found(model, tiles, AV_PIX_FMT_RGB24, Orientation.UPRIGHT, 384, 256, spots), 6, spots);
        }
    }

    static List<Object[]> sizes() {
        return List.of(
                new Object[] {1, false}, new Object[] {1, true}, new Object[] {OnnxFile.OPEN, false}, new Object[] {
                    OnnxFile.OPEN, true
                });
    }

    /** The model's pixel is eight of the whole frame, and two of a tile: what is six large is seen in tiles only. */
    @Test
    void shouldFindSmallObjectOnlyWhenFrameIsCut() throws Exception {
        TileOptions tiles = new TileOptions(4, 4, 0.1f, true);
        Spot small = new Spot(RED, 401, 301, 4, 4);
        try (LoadedModel model = load(OnnxFile.OPEN, 1, tiles)) {
            assertThat(found(model, TileOptions.NONE, AV_PIX_FMT_RGB24, Orientation.UPRIGHT, 768, 768, small))
                    .isEmpty();
            assertSame(found(model, tiles, AV_PIX_FMT_RGB24, Orientation.UPRIGHT, 768, 768, small), 4, small);
        }
    }

    /** Cameras of one ring whose frames are cut in different ways, several workers, batches across cameras. */
    @Test
    void shouldKeepFramesOfSeveralCamerasApartWhenTheyAreCutInDifferentWays() throws Exception {
        TileOptions most = new TileOptions(3, 2, 0.2f, true);
        List<TileOptions> ways =
                List.of(TileOptions.NONE, new TileOptions(2, 2, 0.2f, false), most, new TileOptions(1, 2, 0, true));
        Path file = BrightModel.write(folder.resolve("several.onnx"), OnnxFile.OPEN, SIDE, SIDE);
        InferOptions options = new InferOptions(Device.CPU, 2, 1, 3, Duration.ofMillis(1), Duration.ofSeconds(10));
        List<String> wrong = new ArrayList<>();
        List<Feed> feeds = new ArrayList<>();
        try (LoadedModel model = LoadedModel.load(file, ModelDescription.EMPTY, options, folder, most.views());
                FramePipeline pipeline =
                        new FramePipeline(model, 300, result -> check(result, wrong), Clock.SYSTEM, false)) {
            for (int i = 0; i < ways.size(); i++) {
                feeds.add(new Feed("camera-" + i, true));
                pipeline.add(feeds.get(i), DetectOptions.DEFAULT, ways.get(i));
            }
            pipeline.start();
            for (int frame = 0; frame < 40; frame++) {
                for (Feed feed : feeds) {
                    offer(
                            feed,
                            AV_PIX_FMT_YUV420P,
                            Orientation.UPRIGHT,
                            288,
                            192,
                            spotOf(feed.ledger().snapshot().read() + 1));
                }
            }
            assertThat(pipeline.drain(Duration.ofSeconds(30))).isTrue();
        }
        assertThat(wrong).isEmpty();
        for (Feed feed : feeds) {
            Ledger.Snapshot ledger = feed.ledger().snapshot();
            assertThat(ledger.balances()).isTrue();
            assertThat(ledger.published())
                    .as("frames, not tiles, of %s", feed.camera())
                    .isEqualTo(40);
        }
    }

    /** A frame's number says where its object is. */
    private static Spot spotOf(long number) {
        return new Spot((int) (number % 3), (int) (number * 12 % 230), (int) (number * 8 % 150), 40, 30);
    }

    private static void check(FrameResult result, List<String> wrong) {
        Spot spot = spotOf(result.number());
        List<Box> found = Box.all(result.detections());
        boolean right = found.size() == 1
                && found.get(0).color == spot.color()
                && Math.abs(found.get(0).x - spot.x()) < 7
                && Math.abs(found.get(0).y - spot.y()) < 7
                && Math.abs(found.get(0).width - spot.width()) < 9
                && Math.abs(found.get(0).height - spot.height()) < 9;
        long sumUs = 0;
        for (Step step : Step.ALL) {
            sumUs += result.times().stepUs(step);
        }
        if (!right || sumUs != result.times().totalUs()) {
            wrong.add(result.feed().camera() + " " + result.number() + ": " + spot + " but " + found);
        }
        result.feed().ledger().published();
    }

    @Test
    void shouldCutOtherwiseFromTheNextFrameOnWhenToldSo() throws Exception {
        TileOptions tiles = new TileOptions(4, 4, 0.1f, false);
        Spot small = new Spot(RED, 401, 301, 4, 4);
        Feed feed = new Feed("camera", true);
        List<Box> found = new ArrayList<>();
        try (LoadedModel model = load(OnnxFile.OPEN, 1, tiles);
                FramePipeline pipeline =
                        new FramePipeline(model, 300, result -> collect(result, found), Clock.SYSTEM, false)) {
            pipeline.add(feed, DetectOptions.DEFAULT, TileOptions.NONE);
            pipeline.start();
            offer(feed, AV_PIX_FMT_RGB24, Orientation.UPRIGHT, 768, 768, small);
            assertThat(pipeline.drain(Duration.ofSeconds(20))).isTrue();
            assertThat(found).isEmpty();

            pipeline.tiles(feed, tiles);
            pipeline.tiles(feed, new TileOptions(8, 4, 0.1f, true)); // more than the model was loaded for
            offer(feed, AV_PIX_FMT_RGB24, Orientation.UPRIGHT, 768, 768, small);
            assertThat(pipeline.drain(Duration.ofSeconds(20))).isTrue();
            assertThat(found).hasSize(1);

            assertThatThrownBy(() -> pipeline.add(
                            new Feed("other", true), DetectOptions.DEFAULT, new TileOptions(8, 4, 0.1f, true)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** A wide one across two tiles, 400x100 of 640x480, of which each tile shows 236; and a small one that is whole in a tile. */
    @Test
    void shouldJudgeTheWholeOfAnObjectWhenTilesShowPartsOfIt() throws Exception {
        TileOptions two = new TileOptions(2, 1, 0.2f, false);
        Spot wide = new Spot(RED, 120, 100, 400, 100);
        Spot small = new Spot(GREEN, 40, 300, 60, 60);
        try (LoadedModel model = load(OnnxFile.OPEN, 1, two)) {
            assertSame(found(model, two, new BoxFilter(null, 0.1f, null, null, null, null), wide, small), 5, wide);
            assertSame(found(model, two, new BoxFilter(null, null, 0.1f, null, null, null), wide, small), 5, small);
            assertSame(found(model, two, new BoxFilter(null, null, null, 3f, null, null), wide, small), 5, wide);
            assertSame(found(model, two, new BoxFilter(null, null, null, null, 3f, null), wide, small), 5, small);
            assertSame(found(model, two, BoxFilter.NONE, wide, small), 5, wide, small);
        }
    }

    private static List<Box> found(LoadedModel model, TileOptions tiles, BoxFilter each, Spot... spots)
            throws Exception {
        LabelFilters filters = new LabelFilters(List.of(), each, Map.of());
        DetectOptions detect =
                new DetectOptions(DetectOptions.DEFAULT.scoreMin(), Suppression.Override.NONE, 100, filters);
        return found(model, detect, tiles, AV_PIX_FMT_RGB24, Orientation.UPRIGHT, 640, 480, spots);
    }
}
