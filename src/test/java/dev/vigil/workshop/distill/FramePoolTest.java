package dev.vigil.workshop.distill;

import static dev.vigil.PaintedFrame.paint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;

import dev.vigil.BrightModel;
import dev.vigil.PaintedFrame.Spot;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.TileOptions;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.Orientation;
import dev.vigil.frame.Picture;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.lens.PictureJudge.Verdict;
import dev.vigil.pipeline.LoadedModel;
import dev.vigil.source.SourceOptions;
import dev.vigil.workshop.trial.FrameSet.Source;
import dev.vigil.workshop.trial.FrameWalk.Place;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class FramePoolTest {
    private static final int KEPT_MIN = 100;
    private static final Source CLIP = new Source(
            "clip", SourceOptions.builder(Path.of("clip.mp4").toUri()).build(), false);

    @TempDir
    private Path folder;

    private Teacher teacher;
    private FramePool pool;
    private long number;

    @BeforeEach
    void open() throws Exception {
        ModelDescription.Input input = new ModelDescription.Input(
                null, null, null, new float[] {0}, new float[] {255}, Resize.STRETCH, null, null);
        LoadedModel model = LoadedModel.load(
                BrightModel.write(folder.resolve("bright.onnx"), 1, 64, 64),
                new ModelDescription("ssd", null, List.of("red", "green", "blue"), input),
                InferOptions.DEFAULT.withWorkers(1).withDevice(Device.CPU),
                Path.of("target/cache"));
        teacher = new Teacher(
                model, LabelMap.of(model.detection().labels(), Map.of(), List.of()), TileOptions.NONE, false);
        pool = new FramePool(Files.createDirectory(folder.resolve("pool")), teacher, 1, 0.5f, false);
    }

    @AfterEach
    void close() {
        pool.close();
        teacher.close();
    }

    private void offer(Spot... spots) throws Exception {
        Picture picture = new Picture();
        paint(picture, AV_PIX_FMT_YUV420P, Orientation.UPRIGHT, 256, 128, spots);
        number++;
        pool.offer(new Place(CLIP, number, 1_000, number * 40_000_000), picture);
    }

    private static Spot spot(int color, int place) {
        return new Spot(color, 16 * (place % 14), 16 * (place / 14), 24, 24);
    }

    @Test
    void shouldKeepOneOfEachWhenFramesAreCopies() throws Exception {
        for (int i = 0; i < 5; i++) {
            offer(spot(BrightModel.RED, 3));
            offer(spot(BrightModel.RED, 60));
        }
        offer();

        assertThat(pool.candidates()).extracting(c -> c.place().number()).containsExactly(1L, 2L);
        assertThat(pool.copies()).isEqualTo(8);
        assertThat(pool.judged(Verdict.BLACK)).isEqualTo(1);
        assertThat(folder.resolve("pool/clip-000002.jpg")).isNotEmptyFile();
    }

    @Test
    void shouldStayBoundedOnDiskWhenMoreFramesCome() throws Exception {
        for (int i = 0; i < 3 * KEPT_MIN; i++) {
            offer(spot(i % 3, i % 97), spot((i + 1) % 3, (i * 31 + 40) % 98));
            assertThat(pool.size()).isLessThan(KEPT_MIN);
        }

        assertThat(pool.size()).isGreaterThanOrEqualTo(KEPT_MIN / 2);
        try (Stream<Path> files = Files.list(folder.resolve("pool"))) {
            assertThat(files)
                    .as("what was dropped is gone")
                    .containsExactlyInAnyOrderElementsOf(
                            pool.candidates().stream().map(Candidate::file).toList());
        }
        assertThat(pool.candidates()).extracting(c -> c.place().number()).isSorted();
    }

    @Test
    void shouldWeighMoreWhenALabelIsRare() throws Exception {
        for (int i = 0; i < 40; i++) {
            offer(spot(BrightModel.RED, 2 * i));
        }
        offer(spot(BrightModel.RED, 5), spot(BrightModel.BLUE, 90)); // 1 of 41

        float[] weights = pool.weights(pool.candidates());
        assertThat(weights[0]).isEqualTo(1);
        assertThat(weights[weights.length - 1]).isCloseTo((float) Math.sqrt(0.1 * 41), offset(1e-4f));
    }

    @Test
    void shouldBeOtherScenesWhenThePictureChangesAsAWhole() throws Exception {
        offer(spot(BrightModel.RED, 3));
        offer(spot(BrightModel.RED, 30));
        offer(new Spot(BrightModel.GREEN, 0, 0, 200, 128));
        offer(new Spot(BrightModel.GREEN, 0, 0, 190, 128));

        assertThat(pool.candidates()).extracting(Candidate::scene).containsExactly(0, 0, 1, 1);
    }
}
