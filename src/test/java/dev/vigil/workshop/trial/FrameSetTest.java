package dev.vigil.workshop.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.vigil.base.Clock;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.ModelDescription;
import dev.vigil.infer.InferOptions;
import dev.vigil.source.PictureReader;
import dev.vigil.source.SourceOptions;
import dev.vigil.workshop.trial.FrameSet.Source;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameSetTest {
    private static final SourceOptions CLIP =
            SourceOptions.builder(Path.of("media/demo-clip.mp4").toUri()).build();
    /** 16 s of 25 frames. */
    private static final int CLIP_FRAMES = 400;

    @TempDir
    Path folder;

    @Test
    void shouldShareEvenlyWhenSomeSourcesHaveFewFrames() {
        assertThat(FrameWalk.shares(new long[] {1, 400, 5, Long.MAX_VALUE}, 100))
                .containsExactly(1, 47, 5, 47);
        assertThat(FrameWalk.shares(new long[] {3, 2}, 100)).containsExactly(3, 2);
        assertThat(FrameWalk.shares(new long[] {10, 10, 10}, 3)).containsExactly(1, 1, 1);
    }

    @Test
    void shouldSpreadOverAFileWhenFewerFramesAreWantedThanItHas() throws Exception {
        try (FrameSet frames = take(4)) {
            assertThat(frames.size()).isEqualTo(4);
            assertThat(frames.name(0)).isEqualTo(new FrameSet.Name("clip", CLIP_FRAMES / 8 + 1));
            assertThat(frames.name(3)).isEqualTo(new FrameSet.Name("clip", CLIP_FRAMES * 7 / 8 + 1));
            assertThat(frames.picture(3).widthPx()).isEqualTo(1280);
        }
    }

    @Test
    void shouldGiveTheBoxesOfTheDecodedPictureWhenAFrameWasKept() throws Exception {
        Path file = Path.of("models/ssdlite-mobilenet-v2-coco.onnx");
        ModelDescription description = new ModelDescription("ssd", Path.of("models/coco-90.txt"), null);
        try (FrameSet frames = take(1);
                ModelRun model = ModelRun.load(file, description, InferOptions.DEFAULT, Path.of("target/cache"));
                PictureReader reader = PictureReader.open(CLIP, Clock.SYSTEM)) {
            AVFrame frame = null;
            for (long number = 0; number < frames.name(0).number(); number++) {
                frame = reader.next();
            }
            model.fill(frame, reader.orientation());
            model.run();
            Detections direct = model.boxes(model.rules(DetectOptions.DEFAULT));
            Detections kept = model.detect(frames.picture(0), model.rules(DetectOptions.DEFAULT));
            assertThat(direct.count()).isGreaterThan(0);
            assertThat(kept).hasToString(direct.toString());
            Agreement same = Agreement.of(List.of(direct), List.of(kept), 0.4f, 0);
            assertThat(same.alone()).isZero();
            assertThat(same.map50()).isCloseTo(1, offset(1e-9));
        }
        assertThat(folder).as("nothing is left of the frames").isEmptyDirectory();
    }

    private FrameSet take(int most) throws Exception {
        return FrameSet.take(
                List.of(new Source("clip", CLIP, false)),
                most,
                Duration.ofSeconds(1),
                folder,
                Clock.SYSTEM,
                line -> {});
    }
}
