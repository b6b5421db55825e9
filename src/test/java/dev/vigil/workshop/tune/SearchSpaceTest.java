package dev.vigil.workshop.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.OnnxFile;
import dev.vigil.detect.ModelDescription;
import dev.vigil.infer.InferOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What there is to choose from. */
class SearchSpaceTest {
    @TempDir
    private Path folder;

    private static Variant variant(String name, String file) {
        return new Variant(name, Path.of(file), ModelDescription.EMPTY);
    }

    @Test
    void shouldBeginWithTheDefaultWhenThereAreTwoCores() {
        List<Settings> space = new SearchSpace(2, false, 8).of(List.of(variant(Variant.ORIGINAL, "a.onnx")));
        assertThat(space.get(0).infer()).isEqualTo(InferOptions.DEFAULT);
        assertThat(space.get(0).workers()).isEqualTo(2);
        assertThat(space).hasSize(2 * 3 * 4).doesNotHaveDuplicates();
        assertThat(space.subList(0, 9))
                .extracting(Settings::toString)
                .containsExactly(
                        "original, 2x1",
                        "original, 2x1, batch 2",
                        "original, 2x1, batch 4",
                        "original, 2x1, batch 8",
                        "original, 1x2",
                        "original, 1x2, batch 2",
                        "original, 1x2, batch 4",
                        "original, 1x2, batch 8",
                        "original, 1x1");
        assertThat(space.get(12)).hasToString("original opencv, 2x1");
        assertThat(space.get(4).infer().workers())
                .as("what the box does of itself")
                .isZero();
        assertThat(space.get(8).infer().workers()).isEqualTo(1);
    }

    @Test
    void shouldNotTakeMoreThanTheCoresWhenTheyAreNoPowerOfTwo() {
        List<Settings> space = new SearchSpace(6, false, 1).of(List.of(variant(Variant.ORIGINAL, "a.tflite")));
        assertThat(space)
                .extracting(Settings::spread)
                .containsExactly("6x1", "1x6", "4x1", "2x2", "1x4", "2x1", "1x2", "1x1");
        assertThat(space).allSatisfy(each -> assertThat(each.infer().batchMax()).isEqualTo(1));
    }

    @Test
    void shouldOfferEveryDeviceWhenTheBoxHasAGpu() {
        List<Settings> space = new SearchSpace(4, true, 32).of(List.of(variant(Variant.ORIGINAL, "a.onnx")));
        assertThat(space.get(0).infer()).isEqualTo(InferOptions.DEFAULT);
        assertThat(space.get(0).workers()).isEqualTo(1);
        assertThat(space.stream().map(Settings::family).distinct())
                .containsExactly(
                        "original", "original tensorrt", "original tensorrt fp16", "original cpu", "original opencv");
    }

    @Test
    void shouldOfferSmallerPicturesWhenTheModelLeavesTheirSizeOpen() throws Exception {
        Variant open = new Variant(
                Variant.ORIGINAL,
                open(OnnxFile.OPEN, OnnxFile.OPEN),
                new ModelDescription(
                        null,
                        null,
                        new ModelDescription.Input(
                                new ModelDescription.Size(640, 352), null, null, null, null, null, null, null)));
        assertThat(new InputSizes().make(open, folder, null, 1, Duration.ofSeconds(1)))
                .extracting(Variant::name)
                .containsExactly("480x256", "320x192");
        assertThat(new InputSizes().make(open, folder, null, 1, Duration.ofSeconds(1)))
                .allSatisfy(made -> {
                    assertThat(made.description().input().size()).hasToString(made.name());
                    assertThat(made.file()).isEqualTo(open.file());
                });
    }

    @Test
    void shouldSayWhyWhenThereAreNoSizesToChoose() throws Exception {
        Variant fixed = new Variant(Variant.ORIGINAL, open(352, 640), ModelDescription.EMPTY);
        assertThatFails(fixed, "the size of the model's input is fixed");
        Path lite = Files.write(folder.resolve("a.tflite"), new byte[8]);
        assertThatFails(
                new Variant(Variant.ORIGINAL, lite, ModelDescription.EMPTY), "the sizes of TensorFlow Lite are fixed");
    }

    private void assertThatFails(Variant variant, String why) {
        assertThatThrownBy(() -> new InputSizes().make(variant, folder, null, 1, Duration.ofSeconds(1)))
                .isInstanceOf(TrialException.class)
                .hasMessage(why);
    }

    private Path open(int height, int width) throws IOException {
        OnnxFile file = OnnxFile.empty()
                .input("image", DataType.FLOAT, OnnxFile.OPEN, 3, height, width)
                .floats("w", new float[8 * 3 * 3 * 3], 8, 3, 3, 3);
        file.node("Conv", "out", List.of("image", "w"));
        return file.declareOutput("out", DataType.FLOAT, OnnxFile.OPEN, 8, OnnxFile.OPEN, OnnxFile.OPEN)
                .write(folder.resolve("open.onnx"));
    }
}
