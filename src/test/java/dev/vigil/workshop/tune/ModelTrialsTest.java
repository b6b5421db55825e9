package dev.vigil.workshop.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.vigil.OnnxFile;
import dev.vigil.base.Clock;
import dev.vigil.detect.ModelDescription;
import dev.vigil.graph.OnnxModel;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.source.SourceOptions;
import dev.vigil.workshop.trial.FrameSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real models on this box. */
@Timeout(120)
class ModelTrialsTest {
    private static final Path MODEL = Path.of("models/ssdlite-mobilenet-v2-coco.onnx");
    private static final Path CACHE = Path.of("target/cache");

    @TempDir
    private Path folder;

    private FrameSet frames;
    private List<Settings> space;
    private ModelTrials trials;

    @BeforeEach
    void open() throws Exception {
        SourceOptions clip =
                SourceOptions.builder(Path.of("media/demo-clip.mp4").toUri()).build();
        frames = FrameSet.take(
                List.of(new FrameSet.Source("clip", clip, false)), 3, Duration.ZERO, folder, Clock.SYSTEM, line -> {});
        space = space(MODEL);
        trials = new ModelTrials(space.get(0), frames, Duration.ofSeconds(1), Duration.ofSeconds(10), CACHE);
    }

    @AfterEach
    void close() {
        trials.close();
        frames.close();
    }

    private static List<Settings> space(Path file) {
        return new SearchSpace(2, false, 4).of(List.of(new Variant("original", file, ModelDescription.EMPTY)));
    }

    private static Settings named(List<Settings> space, String name) {
        return space.stream()
                .filter(settings -> settings.toString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldMeasureRunsAndBoxesWhenModelsRun() throws Exception {
        for (String name :
                List.of("original, 2x1", "original, 1x2, batch 4", "original opencv, 1x1", "original, 1x1")) {
            Trial trial = trials.run(named(space, name), 0.05);
            assertThat(trial.framesPerSecond()).isPositive();
            assertThat(trial.cpuMsPerFrame()).isPositive();
            assertThat(trial.p50Ms()).isPositive().isLessThanOrEqualTo(trial.p99Ms());
        }
        assertThat(trials.comparedFrames()).as("none were asked for").isZero();
        assertThat(trials.lossPoints(named(space, "original, 1x1"))).isZero();
        assertThat(trials.lossPoints(named(space, "original opencv, 2x1"))).isEqualTo(0, offset(1.0));
        assertThat(trials.comparedFrames()).isEqualTo(3);
    }

    @Test
    void shouldSayWhyWhenSettingsCanNotBeTried() throws Exception {
        Path single = Files.write(folder.resolve("single.onnx"), OnnxFile.ssd(4, 2));
        assertThatThrownBy(() -> trials.run(named(space(single), "original, 2x1, batch 4"), 0.05))
                .isInstanceOf(TrialException.class)
                .hasMessage("does not take 4 pictures at once");
        assertThatThrownBy(() -> trials.run(space(folder.resolve("none.onnx")).get(0), 0.05))
                .isInstanceOf(TrialException.class)
                .hasMessageContaining("none.onnx does not exist");
        Settings standard = space.get(0);
        Settings cuda = new Settings(standard.variant(), standard.infer().withDevice(Device.CUDA), 1);
        if (Files.notExists(Path.of("/dev/nvidia0"))) {
            assertThatThrownBy(() -> trials.run(cuda, 0.05)).hasMessage("this box runs it on cpu");
        }
    }

    @Test
    void shouldMakeAGraphThatTellsItselfWhenThereIsSomethingToLeaveOut() throws Exception {
        OnnxFile file =
                OnnxFile.ofPicture(2).output("boxes", "Sigmoid", 1, 4, 4).output("scores", "Sigmoid", 1, 4, 2);
        Path model = file.node("Sigmoid", "unused", List.of("row")).write(folder.resolve("loose.onnx"));
        Variant original = new Variant(Variant.ORIGINAL, model, ModelDescription.EMPTY);
        Variant made = new OptimisedGraph(CACHE)
                .make(original, folder, frames, 1, Duration.ofSeconds(1))
                .get(0);
        OnnxModel read = OnnxModel.read(made.file());
        assertThat(made.name()).isEqualTo("optimised");
        assertThat(read.metadata().get("optimized")).startsWith("by vigil model tune: ");
        assertThat(read.graph().nodes())
                .hasSizeLessThan(OnnxModel.read(model).graph().nodes().size());
        assertThatThrownBy(() -> new OptimisedGraph(CACHE)
                        .make(
                                new Variant(Variant.ORIGINAL, made.file(), ModelDescription.EMPTY),
                                folder,
                                frames,
                                1,
                                Duration.ofSeconds(1)))
                .isInstanceOf(TrialException.class)
                .hasMessage("there is nothing in it that could be left out");
    }

    @Test
    void shouldMakeAModelInFp16OnlyWhenThereIsAGpu() throws Exception {
        Variant original = new Variant(Variant.ORIGINAL, MODEL, ModelDescription.EMPTY);

        assertThatThrownBy(
                        () -> new HalfPrecision(false, CACHE).make(original, folder, frames, 1, Duration.ofMinutes(2)))
                .isInstanceOf(TrialException.class)
                .hasMessage("only a GPU gains by it, and the model runs on none here");
        HalfPrecision maker = new HalfPrecision(true, CACHE);
        assertThatThrownBy(() -> maker.make(original, folder, frames, 1, Duration.ZERO))
                .isInstanceOf(TrialException.class)
                .hasMessage("it took longer than 0 s");
        Variant made =
                maker.make(original, folder, frames, 1, Duration.ofMinutes(2)).get(0);
        assertThat(made.name()).isEqualTo("fp16");
        assertThat(Files.size(made.file())).isLessThan(Files.size(MODEL) * 51 / 100);
    }

    @Test
    void shouldMakeAModelOfEightBitsWhenTheLossAllowsIt() throws Exception {
        Variant original = new Variant(Variant.ORIGINAL, MODEL, ModelDescription.EMPTY);
        EightBits maker = new EightBits(CACHE);
        Variant made =
                maker.make(original, folder, frames, 1, Duration.ofMinutes(2)).get(0);
        assertThat(made.name()).isEqualTo("int8");
        assertThat(Files.size(made.file())).isLessThan(Files.size(MODEL) * 30 / 100);
        assertThatThrownBy(() -> maker.make(original, folder, frames, 1, Duration.ZERO))
                .isInstanceOf(TrialException.class)
                .hasMessage("it took longer than 0 s");
        Variant lite = new Variant(Variant.ORIGINAL, folder.resolve("m.tflite"), ModelDescription.EMPTY);
        assertThatThrownBy(() -> maker.make(lite, folder, frames, 1, Duration.ofMinutes(1)))
                .hasMessageEndingWith("are taken as they are");
    }
}
