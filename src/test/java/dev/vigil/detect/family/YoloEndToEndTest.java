package dev.vigil.detect.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.OnnxFile;
import dev.vigil.detect.Detections;
import dev.vigil.detect.ModelDescription;
import dev.vigil.pipeline.EndToEnd;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tiny graphs with the true outputs of each family, from a picture's pixels to boxes in its coordinates. Each finds one object, at
 * (20, 10) to (60, 42) of an input of 96x64, with score 0.9 and class 1 of 3; its corners are where a letterbox of odd sides has
 * put them. The first scores are multiplied with a pixel of the picture, so that they are right only where colour and range are.
 */
class YoloEndToEndTest {
    private static final int WIDTH = 96;
    private static final int HEIGHT = 64;
    private static final int CELLS = 96 + 24 + 6;

    @TempDir
    private Path folder;

    /** A model whose only pictures are of 96x64, and in which {@code red} is the value of the picture's middle in channel red. */
    private static OnnxFile model(DataType type) {
        OnnxFile file = OnnxFile.empty().input("images", type, 1, 3, HEIGHT, WIDTH);
        file.node("Cast", "as_floats", List.of("images"), OnnxFile.attribute("to", DataType.FLOAT.getNumber()));
        file.node("Flatten", "row", List.of("as_floats"));
        file.longs("middle", HEIGHT / 2 * WIDTH + WIDTH / 2);
        return file.node("Gather", "red", List.of("row", "middle"), OnnxFile.attribute("axis", 1));
    }

    /** An output of constants times what the picture's middle has of red, 1 for a red picture scaled to 0..1. */
    private static OnnxFile timesRed(OnnxFile file, String name, float[] values, int... shape) {
        file.floats(name + "_values", values, shape);
        file.node("Mul", name, List.of(name + "_values", "red"));
        return file.declareOutput(name, DataType.FLOAT, shape);
    }

    private void assertObject(OnnxFile file, String family, int frameWidth, int frameHeight, boolean stretched)
            throws Exception {
        Path path = file.write(folder.resolve("model.onnx"));
        ModelDescription description = new ModelDescription(family, null, null);

        Detections found = EndToEnd.boxes(path, description, frameWidth, frameHeight);

        double scale = Math.min((double) WIDTH / frameWidth, (double) HEIGHT / frameHeight);
        long width = stretched ? WIDTH : Math.round(frameWidth * scale);
        long height = stretched ? HEIGHT : Math.round(frameHeight * scale);
        double left = (WIDTH - width) / 2;
        double top = (HEIGHT - height) / 2;
        double scaleX = (double) width / frameWidth;
        double scaleY = (double) height / frameHeight;
        assertThat(found.malformed()).isZero();
        assertThat(found.count()).as("%s", found).isEqualTo(1);
        assertThat(found.classId(0)).isEqualTo(1);
        assertThat(found.score(0)).isCloseTo(0.9f, within(5e-3f));
        assertThat((double) found.x1(0)).isCloseTo(hold((20 - left) / scaleX, frameWidth), within(0.02 / scaleX));
        assertThat((double) found.y1(0)).isCloseTo(hold((10 - top) / scaleY, frameHeight), within(0.02 / scaleY));
        assertThat((double) found.x2(0)).isCloseTo(hold((60 - left) / scaleX, frameWidth), within(0.02 / scaleX));
        assertThat((double) found.y2(0)).isCloseTo(hold((42 - top) / scaleY, frameHeight), within(0.02 / scaleY));
    }

    private static double hold(double value, int most) {
        return Math.min(Math.max(value, 0), most);
    }

    /** Two rows that overlap, of which NMS leaves the first, and nothing else. */
    private static float[] rows(int rows, float... row) {
        float[] all = new float[rows * row.length];
        System.arraycopy(row, 0, all, 5 * row.length, row.length);
        float[] other = row.clone();
        other[0] += 1;
        other[4] *= 0.9f;
        System.arraycopy(other, 0, all, 6 * row.length, row.length);
        return all;
    }

    private static float[] transpose(float[] values, int rows) {
        int columns = values.length / rows;
        float[] turned = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            turned[i % columns * rows + i / columns] = values[i];
        }
        return turned;
    }

    @ParameterizedTest
    @CsvSource({"96, 64", "101, 57", "57, 101", "1279, 719", "33, 500"})
    void shouldFindTheObjectInThePictureWhenYolov8GivesCellsInColumns(int frameWidth, int frameHeight)
            throws Exception {
        float[] cells = rows(CELLS, 40, 26, 40, 32, 0.1f, 0.9f, 0);
        cells[6 * 7 + 5] = 0.8f;
        OnnxFile file = timesRed(model(DataType.FLOAT), "output0", transpose(cells, CELLS), 1, 7, CELLS);

        assertObject(file, null, frameWidth, frameHeight, false);
    }

    @Test
    void shouldFindTheObjectWhenYolov8IsTransposedAndTold() throws Exception {
        float[] cells = rows(CELLS, 40, 26, 40, 32, 0.1f, 0.9f, 0);
        cells[6 * 7 + 5] = 0.8f;
        OnnxFile file = timesRed(model(DataType.FLOAT), "output0", cells, 1, CELLS, 7)
                .metadata("task", "detect")
                .metadata("names", "{0: 'a', 1: 'b', 2: 'c'}");

        assertObject(file, null, 101, 57, false);
    }

    @Test
    void shouldFindTheObjectWhenYolov5TakesHalfFloats() throws Exception {
        float[] output = rows(3 * CELLS, 40, 26, 40, 32, 1, 0.1f, 0.9f, 0);

        assertObject(timesRed(model(DataType.FLOAT16), "output", output, 1, 3 * CELLS, 8), null, 101, 57, false);
    }

    @Test
    void shouldFindTheObjectWhenYoloxWasDecodedOrItIsYolov6() throws Exception {
        float[] output = rows(CELLS, 40, 26, 40, 32, 1, 0.1f, 0.9f, 0);

        assertObject(timesRed(model(DataType.FLOAT), "outputs", output, 1, CELLS, 8), null, 101, 57, false);
    }

    @Test
    void shouldKeepBoxesThatOverlapWhenYolov10GivesEachObjectOnce() throws Exception {
        float[] output = new float[300 * 6];
        System.arraycopy(new float[] {20, 10, 60, 42, 0.9f, 1, 21, 10, 60, 42, 0.8f, 1}, 0, output, 0, 12);
        Path path =
                timesRed(model(DataType.FLOAT), "output0", output, 1, 300, 6).write(folder.resolve("model.onnx"));

        assertThat(EndToEnd.boxes(path, ModelDescription.EMPTY, 101, 57).count())
                .isEqualTo(2);

        Arrays.fill(output, 6, 12, 0);
        assertObject(timesRed(model(DataType.FLOAT), "output0", output, 1, 300, 6), null, 101, 57, false);
    }

    @Test
    void shouldFindTheObjectWhenYoloNasScalesBytesItself() throws Exception {
        float[] boxes = new float[CELLS * 4];
        float[] scores = new float[CELLS * 3];
        System.arraycopy(new float[] {20, 10, 60, 42}, 0, boxes, 4 * 7, 4);
        scores[3 * 7 + 1] = 0.9f / 255;
        OnnxFile file = model(DataType.UINT8).constantOutput("pre_nms_bboxes_xyxy", DataType.FLOAT, boxes, 1, CELLS, 4);

        assertObject(timesRed(file, "pre_nms_scores", scores, 1, CELLS, 3), null, 101, 57, false);
    }

    @Test
    void shouldFindTheObjectWhenYoloNasHasItsNmsInside() throws Exception {
        OnnxFile batch = model(DataType.UINT8)
                .constantOutput("graph2_num_predictions", DataType.INT64, new float[] {1}, 1, 1)
                .constantOutput("graph2_pred_boxes", DataType.FLOAT, new float[] {20, 10, 60, 42, 1, 1, 2, 2}, 1, 2, 4)
                .constantOutput("graph2_pred_scores", DataType.FLOAT, new float[] {0.9f, 0.9f}, 1, 2)
                .constantOutput("graph2_pred_classes", DataType.INT64, new float[] {1, 1}, 1, 2);
        assertObject(batch, null, 57, 101, false);

        float[] row = {0, 20, 10, 60, 42, 0.9f, 1};
        OnnxFile flat = model(DataType.UINT8).constantOutput("graph2_flat_predictions", DataType.FLOAT, row, 1, 7);
        assertObject(flat, null, 57, 101, false);

        float[] other = {0, 20, 10, 60, 42, 1, 0.9f};
        OnnxFile seven = model(DataType.FLOAT).constantOutput("output", DataType.FLOAT, other, 1, 7);
        assertObject(seven, "yolov7", 57, 101, false);
    }

    @ParameterizedTest
    @CsvSource({
        "yolov3, 1, 62, 45",
        "yolov4, 1.1, 76, 55",
        "scaled-yolov4, 2, 76, 55",
        "yolov5, 2, 62, 45",
        "yolov7, 2, 76, 55"
    })
    void shouldFindTheObjectWhenRawHeadsAreDecoded(String family, double scale, double anchorWidth, double anchorHeight)
            throws Exception {
        // Stride 16, column 2, row 1, second anchor: centre (40, 26) lies at 0.5 and 0.625 of its cell.
        boolean applied = family.equals("scaled-yolov4");
        boolean exponents = family.equals("yolov3") || family.equals("yolov4");
        double[] unit = {
            (0.5 + (scale - 1) / 2) / scale,
            (0.625 + (scale - 1) / 2) / scale,
            Math.sqrt(40 / anchorWidth) / 2,
            Math.sqrt(32 / anchorHeight) / 2,
            1 - 1e-9,
            1e-9,
            0.9,
            1e-9
        };
        float[] cell = new float[unit.length];
        for (int k = 0; k < cell.length; k++) {
            cell[k] = (float) (applied ? unit[k] : logit(unit[k]));
        }
        if (exponents) {
            cell[2] = (float) Math.log(40 / anchorWidth);
            cell[3] = (float) Math.log(32 / anchorHeight);
        }
        OnnxFile file = model(DataType.FLOAT);
        for (int stride : new int[] {32, 16, 8}) {
            int w = WIDTH / stride;
            int h = HEIGHT / stride;
            float[] head = new float[3 * 8 * w * h];
            Arrays.fill(head, applied ? 0 : -20);
            for (int k = 0; stride == 16 && k < 8; k++) {
                head[((8 + k) * h + 1) * w + 2] = cell[k];
            }
            timesRed(file, "head" + stride, head, 1, 24, h, w);
        }

        assertObject(file, family, 101, 57, false);
    }

    private static double logit(double p) {
        return Math.log(p / (1 - p));
    }

    @Test
    void shouldFindTheObjectWhenDarknetWasDecodedInTheGraph() throws Exception {
        float[] boxes = new float[3 * CELLS * 4];
        float[] confs = new float[3 * CELLS * 3];
        System.arraycopy(new float[] {20f / 96, 10f / 64, 60f / 96, 42f / 64}, 0, boxes, 4 * 9, 4);
        confs[3 * 9 + 1] = 0.9f;
        OnnxFile file = model(DataType.FLOAT).constantOutput("boxes", DataType.FLOAT, boxes, 1, 3 * CELLS, 1, 4);

        assertObject(timesRed(file, "confs", confs, 1, 3 * CELLS, 3), null, 101, 57, true);
    }

    @Test
    void shouldFindTheObjectWhenItIsTheZoosYolov3() throws Exception {
        float[] boxes = new float[3 * CELLS * 4];
        float[] scores = new float[3 * 3 * CELLS];
        System.arraycopy(new float[] {10, 20, 42, 60}, 0, boxes, 4 * 9, 4);
        scores[3 * CELLS + 9] = 0.9f;
        OnnxFile file = model(DataType.FLOAT).input("image_shape", DataType.FLOAT, 1, 2);
        file.constantOutput("yolonms_layer_1", DataType.FLOAT, boxes, 1, 3 * CELLS, 4);
        timesRed(file, "yolonms_layer_1:1", scores, 1, 3, 3 * CELLS);
        file.constantOutput("yolonms_layer_1:2", DataType.INT32, new float[] {0, 1, 9}, 1, 1, 3);

        assertObject(file, null, 101, 57, false);
    }

    @Test
    void shouldPlacePointsInThePictureWhenTheModelFindsPoses() throws Exception {
        float[] cells = rows(CELLS, 40, 26, 40, 32, 0.9f, 30, 20, 1, 50, 40, 0.5f);
        OnnxFile file = timesRed(model(DataType.FLOAT), "output0", transpose(cells, CELLS), 1, 11, CELLS)
                .metadata("task", "pose")
                .metadata("kpt_shape", "[2, 3]")
                .metadata("names", "{0: 'person'}");

        Detections found = EndToEnd.boxes(file.write(folder.resolve("model.onnx")), ModelDescription.EMPTY, 192, 64);

        assertThat(found.count()).isEqualTo(1);
        assertThat(found.keypoints()).isEqualTo(2);
        assertThat(found.keypointX(0, 0)).isCloseTo(60, within(1e-2f));
        assertThat(found.keypointY(0, 0)).isCloseTo(8, within(1e-2f));
        assertThat(found.keypointX(0, 1)).isCloseTo(100, within(1e-2f));
        assertThat(found.keypointY(0, 1)).isCloseTo(48, within(1e-2f));
    }
}
