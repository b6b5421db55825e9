package dev.vigil.pipeline;

import static dev.vigil.OnnxFile.OPEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.OnnxFile;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelDescription.Input;
import dev.vigil.detect.ModelDescription.Size;
import dev.vigil.detect.ModelException;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import onnx.Onnx.ModelProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.ValueInfoProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Detectors with anchors or their NMS inside, as files with the true layout of each exporter, from pixels to boxes of a frame of
 * 101x57: stretched into 128x64, or letterboxed at 128/101 to 128x72 or, in a square of 128, with 28 rows above.
 */
class ExportsEndToEndTest {
    private static final int FRAME_WIDTH = 101;
    private static final int FRAME_HEIGHT = 57;

    @TempDir
    private Path folder;

    @Test
    void shouldFindTheBoxWhenNanoDetKeepsTheAspect() throws Exception {
        // 128x128 has 16² + 8² + 4² cells. Stride 32, column 2, row 1: one stride to the left and top, half a one to
        // the others.
        int cell = 256 + 64 + 1 * 4 + 2;
        float[] output = new float[336 * 34];
        output[cell * 34 + 1] = 0.9f;
        sharpen(output, cell * 34 + 2, 1, 1, 0, 0);
        output[cell * 34 + 2 + 17] = output[cell * 34 + 2 + 25] = 100;
        Path model = picture("data", 128, 128)
                .constantOutput("output", DataType.FLOAT, output, 1, 336, 34)
                .write(folder.resolve("nanodet.onnx"));

        assertOnly(find(model), 48, letterboxed(16), 96, letterboxed(64), 0.9f, 1);
    }

    @Test
    void shouldFindTheBoxWhenNanoDetPlusDoesNotKeepTheAspect() throws Exception {
        // 128x64: 128 + 32 + 8 + 2 cells. Stride 16, column 3, row 2, from the cell's corner at 48, 32.
        int cell = 128 + 2 * 8 + 3;
        float[] output = new float[170 * 33];
        output[cell * 33] = 0.8f;
        sharpen(output, cell * 33 + 1, 2, 1, 3, 1);
        Path model = picture("data", 128, 64)
                .constantOutput("output", DataType.FLOAT, output, 1, 170, 33)
                .write(folder.resolve("plus.onnx"));

        assertOnly(find(model), 16, stretched(16), 96, stretched(48), 0.8f, 0);
    }

    @Test
    void shouldFindTheBoxWhenItIsAFastestDetOfHalfFloats() throws Exception {
        float[] output = new float[6 * 32];
        int cell = 2 * 8 + 5;
        output[cell] = 1;
        output[5 * 32 + cell] = 1;
        output[3 * 32 + cell] = (float) -Math.log(3);
        output[4 * 32 + cell] = 0;
        Path model = OnnxFile.empty()
                .input("input.1", DataType.FLOAT16, 1, 3, 64, 128)
                .constantOutput("758", DataType.FLOAT16, output, 1, 6, 4, 8)
                .write(folder.resolve("fastestdet.onnx"));

        // A quarter of the width and half of the height around 80, 32.
        assertOnly(find(model), 64, stretched(16), 96, stretched(48), 1, 0);
    }

    @Test
    void shouldFindTheBoxWhenPicoDetWantsAScaleAndCountsItsRows() throws Exception {
        float[] rows = {3, 0.9f, 16, 16, 96, 48, 1, 0.8f, 0, 0, 128, 64};
        Path model = picture("image", 128, 64)
                .input("scale_factor", DataType.FLOAT, 1, 2)
                .constantOutput("multiclass_nms3_0.tmp_0", DataType.FLOAT, rows, 2, 6)
                .constantOutput("multiclass_nms3_0.tmp_2", DataType.INT32, new float[] {1}, 1)
                .write(folder.resolve("picodet.onnx"));

        assertOnly(find(model), 16, stretched(16), 96, stretched(48), 0.9f, 3);
    }

    @Test
    void shouldFindTheBoxWhenRetinaNetHasRawHeads() throws Exception {
        OnnxFile file = picture("input", 128, 128);
        for (int i = 0; i < 10; i++) {
            int side = 128 / (8 << i % 5);
            int channels = i < 5 ? 18 : 36;
            float[] values = new float[channels * side * side];
            if (i == 3) {
                // Stride 64, the first anchor, class 1, column 0, row 1; nothing moved: 256 around 32, 96, held inside.
                values[side * side + side] = 0.7f;
            }
            file.constantOutput("o" + i, DataType.FLOAT, values, 1, channels, side, side);
        }

        assertOnly(
                find(file.write(folder.resolve("retinanet.onnx"))),
                0,
                0,
                127,
                FRAME_HEIGHT * 127f / 72,
                0.7f,
                1,
                128f / 101);
    }

    @Test
    void shouldFindTheBoxWhenEfficientDetHasRawOutputs() throws Exception {
        int anchors = 9 * (256 + 64 + 16 + 4 + 1);
        float[] codes = new float[4 * anchors];
        float[] scores = new float[2 * anchors];
        // Stride 8, column 4, row 3, first anchor: 32 around 36, 28; twice as wide.
        int anchor = 9 * (3 * 16 + 4);
        codes[4 * anchor + 3] = (float) Math.log(2);
        scores[2 * anchor + 1] = 0.9f;
        Path model = picture("input", 128, 128)
                .constantOutput("regression", DataType.FLOAT, codes, 1, anchors, 4)
                .constantOutput("classification", DataType.FLOAT, scores, 1, anchors, 2)
                .write(folder.resolve("efficientdet.onnx"));

        assertOnly(find(model), 4, topLeft(12), 68, topLeft(44), 0.9f, 1);
    }

    @Test
    void shouldFindTheBoxWhenAnSsdIsCutBeforeItsBoxes() throws Exception {
        // 128x64: 8x4, 4x2, 2x1 and three single cells.
        int anchors = 3 * 32 + 6 * (8 + 2 + 1 + 1 + 1);
        float[] codes = new float[4 * anchors];
        float[] scores = new float[3 * anchors];
        // The first layer's column 2, row 1, whose first anchor is 6.4 around 40, 24: moved by one size down, ten times
        // as wide.
        int anchor = 3 * (8 + 2);
        codes[4 * anchor] = 10;
        codes[4 * anchor + 3] = 5 * (float) Math.log(10);
        scores[3 * anchor + 2] = 0.9f;
        Path model = OnnxFile.empty()
                .input("normalized_input_image_tensor", DataType.FLOAT, 1, 64, 128, 3)
                .constantOutput("raw_outputs/box_encodings", DataType.FLOAT, codes, 1, anchors, 4)
                .constantOutput("raw_outputs/class_predictions", DataType.FLOAT, scores, 1, anchors, 3)
                .write(folder.resolve("ssd.onnx"));

        assertOnly(find(model), 8, stretched(27.2f), 72, stretched(33.6f), 0.9f, 1);
    }

    @Test
    void shouldFindTheBoxWhenTensorFlowTakesBytesOfAnySize() throws Exception {
        OnnxFile file = OnnxFile.empty()
                .input("image_tensor:0", DataType.UINT8, 1, OPEN, OPEN, 3)
                .constantOutput("detection_boxes:0", DataType.FLOAT, new float[] {0.25f, 0.125f, 0.75f, 0.75f}, 1, 1, 4)
                .constantOutput("detection_classes:0", DataType.FLOAT, new float[] {18}, 1, 1)
                .constantOutput("detection_scores:0", DataType.FLOAT, new float[] {0.9f}, 1, 1)
                .constantOutput("num_detections:0", DataType.FLOAT, new float[] {1}, 1);
        Path model = file.write(folder.resolve("tf.onnx"));
        Input size = new Input(new Size(128, 64), null, null, null, null, null, null, null);

        assertThatThrownBy(() -> find(model)).isInstanceOf(ModelException.class).hasMessageContaining("size:");
        assertOnly(
                EndToEnd.boxes(model, new ModelDescription(null, null, size), FRAME_WIDTH, FRAME_HEIGHT),
                16,
                stretched(16),
                96,
                stretched(48),
                0.9f,
                17);
    }

    /** Rows differ with the picture: one on the zeros that a model is first run on, and two on a bright one. */
    @ParameterizedTest
    @CsvSource({"false, torchvision", "true, torchvision", "true, faster-rcnn"})
    void shouldFindAllBoxesWhenTheirNumberDependsOnThePicture(boolean single, String family) throws Exception {
        OnnxFile file = OnnxFile.empty()
                .input("image", DataType.FLOAT, single ? new int[] {3, 64, 128} : new int[] {1, 3, 64, 128})
                .longs("zero", 0)
                .longs("one", 1)
                .floats("bright", new float[] {0.5f});
        file.node("ReduceMax", "highest", List.of("image"));
        file.node("Reshape", "highest_one", List.of("highest", "one"));
        file.node("Greater", "is_bright", List.of("highest_one", "bright"));
        file.node("Cast", "more", List.of("is_bright"), OnnxFile.attribute("to", DataType.INT64_VALUE));
        file.node("Add", "count", List.of("one", "more"));
        rows(file, "boxes", DataType.FLOAT, new float[] {0, 0, 128, 64, 16, 16, 96, 48}, 2, 4);
        rows(file, "labels", DataType.INT64, new float[] {1, 3}, 2);
        rows(file, "scores", DataType.FLOAT, new float[] {0.4f, 0.9f}, 2);
        Path model = file.write(folder.resolve("rcnn.onnx"));

        assertOnly(
                EndToEnd.boxes(model, new ModelDescription(family, null, null), FRAME_WIDTH, FRAME_HEIGHT),
                16,
                family.equals("torchvision") ? stretched(16) : FRAME_HEIGHT * 16 / 64f,
                96,
                family.equals("torchvision") ? stretched(48) : FRAME_HEIGHT * 48 / 64f,
                0.9f,
                2,
                family.equals("torchvision") ? 128f / 101 : 113f / 101);
    }

    private static void rows(OnnxFile file, String name, DataType type, float[] values, int... shape) {
        file.floats(name + "_all", values, shape);
        file.node("Slice", name + "_some", List.of(name + "_all", "zero", "count", "zero"));
        file.node("Cast", name, List.of(name + "_some"), OnnxFile.attribute("to", type.getNumber()));
        int[] open = shape.clone();
        open[0] = OPEN;
        file.declareOutput(name, type, open);
    }

    @Test
    void shouldFindTheBoxWhenTheZoosSsdGivesAUnitSquare() throws Exception {
        Path model = picture("image", 128, 64)
                .constantOutput("bboxes", DataType.FLOAT, new float[] {0.125f, 0.25f, 0.75f, 0.75f}, 1, 1, 4)
                .constantOutput("labels", DataType.INT64, new float[] {5}, 1, 1)
                .constantOutput("scores", DataType.FLOAT, new float[] {0.9f}, 1, 1)
                .write(folder.resolve("ssd34.onnx"));

        assertOnly(find(model), 16, stretched(16), 96, stretched(48), 0.9f, 4);
    }

    @Test
    void shouldTellAClassByItsNumberWhenThereIsNoSuchLabel() throws Exception {
        Path model = picture("image", 128, 64)
                .constantOutput("bboxes", DataType.FLOAT, new float[] {0, 0, 1, 1, 0, 0, 1, 1}, 1, 2, 4)
                .constantOutput("labels", DataType.INT64, new float[] {3, 2}, 1, 2)
                .constantOutput("scores", DataType.FLOAT, new float[] {0.9f, 0.8f}, 1, 2)
                .write(folder.resolve("two.onnx"));
        ModelDescription two = new ModelDescription(null, null, List.of("cat", "dog"), null);

        Detections found = EndToEnd.boxes(model, two, FRAME_WIDTH, FRAME_HEIGHT);

        assertThat(found.count()).isEqualTo(2);
        assertThat(found.classId(0)).isEqualTo(2);
        assertThat(found.classId(1)).isEqualTo(1);
        assertThat(found.malformed()).isZero();
    }

    /** The default model, once as it is and once cut where TensorFlow's own anchors and coding have not been applied yet. */
    @Test
    void shouldFindTheSameBoxesWhenTheDefaultModelIsCutBeforeItsBoxes() throws Exception {
        Path whole = Path.of("models/ssdlite-mobilenet-v2-coco.onnx");
        ModelProto.Builder cut = ModelProto.parseFrom(Files.readAllBytes(whole)).toBuilder();
        List<ValueInfoProto> outputs = OnnxFile.empty()
                .declareOutput("encodings", DataType.FLOAT, OPEN, 1917, 4)
                .declareOutput("logits_with_background", DataType.FLOAT, OPEN, 1917, 91)
                .model()
                .getGraph()
                .getOutputList();
        cut.getGraphBuilder().clearOutput().addAllOutput(outputs);
        Path heads = Files.write(folder.resolve("heads.onnx"), cut.build().toByteArray());
        BufferedImage photo = ImageIO.read(new File("src/test/resources/dev/vigil/detect/demo-clip-frame-0.jpg"));

        Detections wanted = find(whole, new ModelDescription("ssd", null, null), photo);
        Detections found = find(heads, new ModelDescription("ssd-logits", null, null), photo);

        assertThat(wanted.count()).isGreaterThan(1);
        assertThat(found.count()).isEqualTo(wanted.count());
        for (int i = 0; i < found.count(); i++) {
            assertThat(found.x1(i)).isCloseTo(wanted.x1(i), within(0.05f));
            assertThat(found.y1(i)).isCloseTo(wanted.y1(i), within(0.05f));
            assertThat(found.x2(i)).isCloseTo(wanted.x2(i), within(0.05f));
            assertThat(found.y2(i)).isCloseTo(wanted.y2(i), within(0.05f));
            assertThat(found.score(i)).isCloseTo(wanted.score(i), within(1e-4f));
            assertThat(found.classId(i)).isEqualTo(wanted.classId(i));
        }
    }

    private static Detections find(Path model, ModelDescription description, BufferedImage photo) throws Exception {
        return EndToEnd.boxes(
                model,
                description,
                photo.getWidth(),
                photo.getHeight(),
                (x, y) -> photo.getRGB(x, y) & 0xffffff,
                new DetectOptions(0.4f, 0.45f, 300));
    }

    private static OnnxFile picture(String name, int widthPx, int heightPx) {
        return OnnxFile.empty().input(name, DataType.FLOAT, 1, 3, heightPx, widthPx);
    }

    private Detections find(Path model) throws Exception {
        return EndToEnd.boxes(model, ModelDescription.EMPTY, FRAME_WIDTH, FRAME_HEIGHT);
    }

    /** Puts all of each of four distributions onto one value. */
    private static void sharpen(float[] output, int from, int... distances) {
        for (int side = 0; side < 4; side++) {
            output[from + 8 * side + distances[side]] = 100;
        }
    }

    private static float stretched(float modelY) {
        return modelY * FRAME_HEIGHT / 64;
    }

    private static float letterboxed(float modelY) {
        return Math.min(Math.max((modelY - 28) * FRAME_HEIGHT / 72, 0), FRAME_HEIGHT);
    }

    private static float topLeft(float modelY) {
        return modelY * FRAME_HEIGHT / 72;
    }

    private static void assertOnly(
            Detections found, float modelX1, float y1, float modelX2, float y2, float score, int classId) {
        assertOnly(found, modelX1, y1, modelX2, y2, score, classId, 128f / FRAME_WIDTH);
    }

    /** @param modelX1 in the model's pixels, of which there are {@code scaleX} to one of the frame's, as {@code modelX2} */
    private static void assertOnly(
            Detections found,
            float modelX1,
            float y1,
            float modelX2,
            float y2,
            float score,
            int classId,
            float scaleX) {
        assertThat(found.count()).isEqualTo(1);
        assertThat(Arrays.asList(found.x1(0), found.y1(0), found.x2(0), found.y2(0)))
                .zipSatisfy(
                        List.of(
                                modelX1 / scaleX,
                                Math.min(y1, FRAME_HEIGHT),
                                modelX2 / scaleX,
                                Math.min(y2, FRAME_HEIGHT)),
                        (is, wanted) -> assertThat(is).isCloseTo(wanted, within(2e-2f)));
        assertThat(found.score(0)).isCloseTo(score, within(1e-3f));
        assertThat(found.classId(0)).isEqualTo(classId);
    }
}
