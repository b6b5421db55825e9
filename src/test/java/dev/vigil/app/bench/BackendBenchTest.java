package dev.vigil.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.ModelDescription;
import dev.vigil.infer.Backend;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.source.SourceOptions;
import dev.vigil.workshop.trial.Agreement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole models by each backend on pictures of the demo clip: they must find the same. */
class BackendBenchTest {
    private static final Path CLIP = Path.of("media/demo-clip.mp4");
    /** Not part of the repository. */
    private static final Path SHARED = Path.of("../shared/models");

    @TempDir
    Path cacheDir;

    private BackendBench.Result run(Path model, Backend backend) throws Exception {
        SourceOptions clip = SourceOptions.builder(CLIP.toUri())
                .hardware(SourceOptions.Hardware.NONE)
                .build();
        return BackendBench.run(
                new BackendBench.Plan(
                        model,
                        ModelDescription.EMPTY,
                        InferOptions.DEFAULT.withDevice(Device.CPU),
                        clip,
                        10,
                        25,
                        0,
                        cacheDir),
                backend);
    }

    private void assertAgree(Path model) throws Exception {
        BackendBench.Result first = run(model, Backend.ONNXRUNTIME);
        BackendBench.Result second = run(model, Backend.OPENCV);
        assertThat(first.why()).isNull();
        assertThat(second.why()).isNull();
        Agreement agreement =
                Agreement.of(first.boxes(), second.boxes(), DetectOptions.DEFAULT.scoreMin(), Agreement.SCORE_NEAR);
        assertThat(first.boxes()).hasSize(10);
        assertThat(agreement.pairs()).isGreaterThan(5);
        assertThat(agreement.alone()).isZero();
        assertThat(agreement.cornerPx()).isLessThan(1);
        assertThat(agreement.score()).isLessThan(Agreement.SCORE_NEAR);
        assertThat(second.p50Ms()).isPositive().isLessThanOrEqualTo(second.p99Ms());
    }

    @Test
    void shouldFindTheSameByEachBackendWhenTheModelIsTheDefault() throws Exception {
        assertAgree(Path.of("models/ssdlite-mobilenet-v2-coco.onnx"));
    }

    @Test
    void shouldFindTheSameByEachBackendWhenTheModelIsYolox() throws Exception {
        Path model = SHARED.resolve("yolox-nano-coco.onnx");
        assumeTrue(Files.exists(model), model + " is not here");
        assertAgree(model);
    }

    /** OpenCV pools along the wrong axis where a graph is NHWC: it must say so, and not give other boxes. */
    @Test
    void shouldSayWhyWhenOpenCvCanNotRunBlazeFace() throws Exception {
        Path model = SHARED.resolve("blazeface-front-128.onnx");
        assumeTrue(Files.exists(model), model + " is not here");
        assertThat(run(model, Backend.ONNXRUNTIME).why()).isNull();
        assertThat(run(model, Backend.OPENCV).why())
                .contains("the model blazeface-front-128 failed: Assertion failed", "poolingType == PSROI")
                .doesNotContain("\n");
    }

    @Test
    void shouldSayWhichBackendReadsAModelWhenAnotherIsAskedFor() throws Exception {
        Path model = Files.write(cacheDir.resolve("some.weights"), new byte[64]);
        assertThat(run(model, Backend.ONNXRUNTIME).why()).contains("which backend onnxruntime does not read");
    }

    private static Detections boxes(float[]... boxes) {
        Detections detections = new Detections(10);
        for (float[] box : boxes) {
            detections.add(box[0], box[1], box[2], box[3], box[4], (int) box[5]);
        }
        return detections;
    }

    @Test
    void shouldCountWhatOnlyOneHasWhenBoxesAreCompared() {
        Detections some =
                boxes(new float[] {10, 10, 50, 50, 0.9f, 1}, new float[] {100, 100, 200, 200, 0.7f, 2}, new float[] {
                    0, 0, 9, 9, 0.405f, 1
                });
        Detections others = boxes(
                new float[] {100, 100.5f, 203, 200, 0.75f, 2},
                new float[] {10, 10, 50, 50, 0.9f, 3},
                new float[] {11, 10, 50, 50, 0.8f, 1});
        Agreement agreement = Agreement.of(List.of(some), List.of(others), 0.4f, Agreement.SCORE_NEAR);
        assertThat(agreement.pairs()).isEqualTo(2);
        assertThat(agreement.alone())
                .as("one of class 3; the one near the threshold does not count")
                .isEqualTo(1);
        assertThat(agreement.cornerPx()).isEqualTo(3);
        assertThat(agreement.score()).isBetween(0.0999, 0.1001);
    }
}
