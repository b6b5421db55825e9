package dev.vigil.workshop.distill;

import static dev.vigil.PaintedFrame.paint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;

import dev.vigil.BrightModel;
import dev.vigil.PaintedFrame.Spot;
import dev.vigil.base.Clock;
import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.TileOptions;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.Orientation;
import dev.vigil.frame.Picture;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.pipeline.LoadedModel;
import dev.vigil.source.SourceOptions;
import dev.vigil.workshop.accuracy.MeanPrecision;
import dev.vigil.workshop.accuracy.TruthFile;
import dev.vigil.workshop.trial.FrameSet.Source;
import dev.vigil.workshop.trial.FrameWalk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class TeacherTest {
    private static final TileOptions TILES = new TileOptions(2, 2, 0.2f, true);
    private static final InferOptions ONE = InferOptions.DEFAULT.withWorkers(1).withDevice(Device.CPU);
    private static final Path CACHE = Path.of("target/cache");

    private static final Source CLIP = new Source(
            "clip",
            SourceOptions.builder(Path.of("media/demo-clip.mp4").toUri()).build(),
            false);

    @TempDir
    private Path folder;

    private static Teacher teacher(Path file, ModelDescription description, TileOptions tiles, boolean flip)
            throws Exception {
        LoadedModel model = LoadedModel.load(file, description, ONE, CACHE);
        return new Teacher(model, LabelMap.of(model.detection().labels(), Map.of(), List.of()), tiles, flip);
    }

    private static Teacher usual(TileOptions tiles, boolean flip) throws Exception {
        return teacher(
                Path.of("models/ssdlite-mobilenet-v2-coco.onnx"),
                new ModelDescription("ssd", Path.of("models/coco-90.txt"), null),
                tiles,
                flip);
    }

    private Path bright() throws IOException {
        return BrightModel.write(folder.resolve("bright.onnx"), 1, 64, 64);
    }

    private static ModelDescription bright(Resize resize) {
        ModelDescription.Input input =
                new ModelDescription.Input(null, null, null, new float[] {0}, new float[] {255}, resize, null, null);
        return new ModelDescription("ssd", null, List.of("red", "green", "blue"), input);
    }

    /** The model tells exactly which pixels it sees, so boxes of all looks must come back to the same place. */
    @ParameterizedTest
    @EnumSource
    void shouldGiveTheSpotsOfTheUprightPictureWhenItLooksMirroredAndInTiles(Orientation orientation) throws Exception {
        // 256 x 128: tiles of 144 x 72, of which each model pixel is 2.25 x 1.125.
        try (Teacher teacher = teacher(bright(), bright(Resize.STRETCH), TILES, true);
                Teacher letterboxed = teacher(bright(), bright(Resize.LETTERBOX), TILES, true)) {
            for (int format : new int[] {AV_PIX_FMT_RGB24, AV_PIX_FMT_YUV420P}) {
                Picture picture = new Picture();
                Spot red = new Spot(BrightModel.RED, 12, 8, 24, 16);
                Spot blue = new Spot(BrightModel.BLUE, 200, 80, 40, 32);
                paint(picture, format, orientation, 256, 128, red, blue);
                for (Teacher each : List.of(teacher, letterboxed)) {
                    Detections found = each.label(picture);
                    assertThat(found.count()).as("%s", found).isEqualTo(2);
                    for (int i = 0; i < 2; i++) {
                        Spot spot = found.classId(i) == BrightModel.RED ? red : blue;
                        assertThat(found.x1(i)).isCloseTo(spot.x(), offset(4.5f));
                        assertThat(found.x2(i)).isCloseTo(spot.x() + spot.width(), offset(4.5f));
                        assertThat(found.y1(i)).isCloseTo(spot.y(), offset(4.5f));
                        assertThat(found.y2(i)).isCloseTo(spot.y() + spot.height(), offset(4.5f));
                        assertThat(found.score(i)).isCloseTo(0.9f, offset(1e-3f));
                    }
                }
                assertThat(picture.orientation()).as("is left as it was").isEqualTo(orientation);
            }
        }
    }

    @Test
    void shouldFindTheSameAtTheOtherSideWhenThePictureIsMirrored() throws Exception {
        try (Teacher teacher = usual(TileOptions.NONE, true);
                FrameWalk walk = new FrameWalk(List.of(CLIP), 1, Duration.ZERO, Clock.SYSTEM)) {
            assertThat(walk.next()).isTrue();
            Picture picture = walk.picture();
            Detections found = teacher.label(picture);
            picture.setOrientation(picture.orientation().flipped());
            Detections mirrored = teacher.label(picture);

            assertThat(found.count()).isGreaterThan(1);
            assertThat(mirrored.count()).isEqualTo(found.count());
            for (int i = 0; i < found.count() && found.score(i) > 0.3; i++) {
                assertThat(mirrored.classId(i)).isEqualTo(found.classId(i));
                assertThat(mirrored.score(i)).isCloseTo(found.score(i), offset(1e-4f));
                assertThat(mirrored.x1(i)).isCloseTo(1280 - found.x2(i), offset(0.5f));
                assertThat(mirrored.x2(i)).isCloseTo(1280 - found.x1(i), offset(0.5f));
                assertThat(mirrored.y1(i)).isCloseTo(found.y1(i), offset(0.5f));
            }
        }
    }

    /** What all of it is for: labels that are better than the plain boxes. */
    @Test
    void shouldBeAtLeastAsGoodAsPlainBoxesWhenTheTruthIsKnown() throws Exception {
        MeanPrecision.Summary plain = precision(TileOptions.NONE, false);
        MeanPrecision.Summary merged = precision(TILES, true);

        assertThat(merged.map50()).isGreaterThanOrEqualTo(plain.map50());
        assertThat(merged.map()).isGreaterThan(plain.map());
    }

    private static MeanPrecision.Summary precision(TileOptions tiles, boolean flip) throws Exception {
        MeanPrecision precision = new MeanPrecision();
        try (Teacher teacher = usual(tiles, flip);
                FrameWalk walk = new FrameWalk(List.of(CLIP), 25, Duration.ZERO, Clock.SYSTEM)) {
            TruthFile truth =
                    TruthFile.read(Path.of("media/demo-clip.truth.json"), teacher.labels(), yaml -> List.of());
            while (walk.next()) {
                Picture picture = walk.picture();
                precision.add(
                        truth.of("demo-clip.mp4", walk.place().number(), picture.widthPx(), picture.heightPx())
                                .objects(),
                        teacher.label(picture));
            }
        }
        return precision.summary();
    }

    @Test
    void shouldRefuseTilesWhenTheModelSeesTheMiddleOnly() throws Exception {
        assertThatThrownBy(() -> teacher(bright(), bright(Resize.CROP), TILES, true))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("--tiles 1x1");
        try (Teacher teacher = teacher(bright(), bright(Resize.CROP), TileOptions.NONE, true)) {
            Picture picture = new Picture();
            paint(picture, AV_PIX_FMT_RGB24, Orientation.UPRIGHT, 128, 64, new Spot(BrightModel.GREEN, 40, 10, 20, 20));
            assertThat(teacher.label(picture)).hasToString("[1 0.90 (40.0, 10.0, 60.0, 30.0)]");
        }
    }

    @Test
    void shouldTellTheSetsLabelsWhenTheyAreRenamed() throws Exception {
        Labels teacher = Labels.of(List.of("person", "car", "unused 12", "truck"), "test");

        LabelMap all = LabelMap.of(teacher, Map.of(), List.of());
        assertThat(all.labels().names()).containsExactly("person", "car", "truck");
        assertThat(List.of(all.of(0), all.of(1), all.of(2), all.of(3))).containsExactly(0, 1, LabelMap.NONE, 2);
        LabelMap few = LabelMap.of(teacher, Map.of("car", "vehicle", "truck", "vehicle"), List.of("vehicle", "person"));
        assertThat(few.labels().names()).containsExactly("vehicle", "person");
        assertThat(List.of(few.of(0), few.of(1), few.of(2), few.of(3))).containsExactly(1, 0, LabelMap.NONE, 0);
        assertThat(LabelMap.of(teacher, Map.of("car", "truck"), List.of())
                        .labels()
                        .names())
                .containsExactly("person", "truck");
        assertThatThrownBy(() -> LabelMap.of(teacher, Map.of("cra", "car"), List.of()))
                .hasMessageContaining("no label 'cra'; it has person, car, unused 12, truck");
        assertThatThrownBy(() -> LabelMap.of(teacher, Map.of("car", "vehicle"), List.of("car")))
                .hasMessageContaining("no label 'car' to be had; there are person, vehicle, truck");
    }
}
