package dev.vigil.app;

import static dev.vigil.BrightModel.BLUE;
import static dev.vigil.BrightModel.RED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;

import dev.vigil.BrightModel;
import dev.vigil.PaintedFrame;
import dev.vigil.PaintedFrame.Spot;
import dev.vigil.base.Clock;
import dev.vigil.config.ModelConfig;
import dev.vigil.config.ModelConfig.NmsPlace;
import dev.vigil.config.ThenConfig;
import dev.vigil.detect.CropOptions;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.TileOptions;
import dev.vigil.frame.Capture;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Orientation;
import dev.vigil.frame.Picture;
import dev.vigil.infer.InferOptions;
import dev.vigil.pipeline.FramePipeline;
import dev.vigil.pipeline.LoadedModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models that look at crops of what others found, with the NMS of each cut away on load. */
@Timeout(120)
class CascadeNmsTest {
    private static final CropOptions RED_ONLY = new CropOptions(List.of("0"), 0.1f, 8, 4);

    @TempDir
    Path folder;

    /** A person of red with a face of blue. */
    private final Spot body = new Spot(RED, 60, 40, 160, 200);

    private final Spot face = new Spot(BLUE, 100, 70, 50, 60);

    private ModelConfig model(String name, int sidePx, NmsPlace nms, ThenConfig then) throws Exception {
        Path file = BrightModel.writeWithNms(folder.resolve(name + ".onnx"), sidePx, sidePx);
        return new ModelConfig(
                name,
                file,
                ModelDescription.EMPTY,
                nms,
                InferOptions.DEFAULT.withDevice(InferOptions.Device.CPU),
                DetectOptions.DEFAULT,
                TileOptions.NONE,
                then);
    }

    private List<ModelConfig> chain(NmsPlace first, NmsPlace second) throws Exception {
        return List.of(model("people", 64, first, new ThenConfig("faces", RED_ONLY)), model("faces", 96, second, null));
    }

    /** Cut and loaded anew, and then from the cache. */
    @Test
    void shouldFindWhatIsInsideWhenTheNmsOfBothIsCutAway() throws Exception {
        for (int round = 0; round < 2; round++) {
            List<String> wrong = Collections.synchronizedList(new ArrayList<>());
            Feed feed = new Feed("camera", true);
            try (LoadedModel model = CascadeLoader.load(chain(NmsPlace.CPU, NmsPlace.CPU), folder.resolve("cache"), 1);
                    FramePipeline pipeline = new FramePipeline(
                            model,
                            30,
                            result -> {
                                try {
                                    check(model, result.detections());
                                } catch (AssertionError e) {
                                    wrong.add(e.getMessage());
                                }
                                result.feed().ledger().published();
                            },
                            Clock.SYSTEM,
                            false)) {
                pipeline.add(feed, DetectOptions.DEFAULT);
                pipeline.start();
                Picture picture = feed.mailbox().obtain();
                picture.setNumber(feed.ledger().read());
                picture.times().begin(Clock.SYSTEM.monotonicNs(), Capture.atArrival(0));
                PaintedFrame.paint(picture, AV_PIX_FMT_RGB24, Orientation.UPRIGHT, 400, 300, body, face);
                feed.mailbox().offer(picture);
                assertThat(pipeline.drain(Duration.ofSeconds(20))).isTrue();
            }
            assertThat(wrong).isEmpty();
            assertThat(feed.ledger().snapshot().published()).isEqualTo(1);
            assertThat(feed.cascade().seen()).isEqualTo(1);
            assertThat(feed.cascade().failures()).isZero();
        }
    }

    /** Both models find the body and the face; those of the second are in the first one's body. */
    private void check(LoadedModel model, Detections found) {
        assertThat(found.count()).as("%s", found).isEqualTo(4);
        for (int i = 0; i < found.count(); i++) {
            boolean child = model.labels().stageOf(found.classId(i)) == 1;
            assertThat(found.parent(i) == Detections.NONE).isEqualTo(!child);
            if (child) {
                assertThat(found.classId(found.parent(i))).isEqualTo(RED);
            }
            Spot spot = model.labels().ownId(found.classId(i)) == RED ? body : face;
            assertThat(new float[] {found.x1(i), found.y1(i), found.x2(i), found.y2(i)})
                    .as("box %d of %s", i, found)
                    .containsExactly(
                            new float[] {spot.x(), spot.y(), spot.x() + spot.width(), spot.y() + spot.height()},
                            within(8.5f));
        }
    }

    @Test
    void shouldSayWhichModelWhenOneOfThemIsTakenAsItIs() {
        assertThatThrownBy(() -> CascadeLoader.load(chain(NmsPlace.CPU, NmsPlace.GRAPH), folder.resolve("cache"), 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("selected");
    }
}
