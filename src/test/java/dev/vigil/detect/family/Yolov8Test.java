package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static dev.vigil.detect.Tensors.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family.Fit.Degree;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.family.YoloBoxes.Box;
import dev.vigil.frame.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Yolov8Test {
    private static final TensorInfo IMAGE_32 = floats("images", 1, 3, 32, 32);
    private static final int CELLS_32 = 21;

    private static ModelInfo of(int widthPx, int heightPx, int values, boolean transposed) {
        int cells = widthPx * heightPx / 64 + widthPx * heightPx / 256 + widthPx * heightPx / 1024;
        return model(
                floats("images", 1, 3, heightPx, widthPx),
                transposed ? floats("output0", 1, cells, values) : floats("output0", 1, values, cells));
    }

    private static ModelInfo told(ModelInfo model, Map<String, String> metadata) {
        return new ModelInfo(model.inputs(), model.outputs(), metadata);
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
    @CsvSource({"32, 32, 1", "64, 32, 7", "416, 416, 80", "192, 320, 3"})
    void shouldFindWhatTheReferenceFindsWhenTensorsAreRandom(int widthPx, int heightPx, int classes)
            throws ModelException {
        ModelInfo usual = of(widthPx, heightPx, 4 + classes, false);
        int cells = (int) usual.outputs().get(0).shape()[2];
        float[] output = YoloBoxes.random(classes, (4 + classes) * cells, 0, 1);
        for (float scoreMin : new float[] {0, 0.3f, 0.97f}) {
            List<Box> expected = reference(output, cells, classes);

            Candidates found = YoloBoxes.decode(YoloBoxes.decoder("yolov8", usual), scoreMin, output);
            YoloBoxes.assertBoxes(found, expected, scoreMin);

            BoxDecoder turned = YoloBoxes.decoder("yolov8", of(widthPx, heightPx, 4 + classes, true));
            YoloBoxes.assertBoxes(
                    YoloBoxes.decode(turned, scoreMin, transpose(output, 4 + classes)), expected, scoreMin);
        }
    }

    /** non_max_suppression of ultralytics/utils/nms.py without multi_label, up to the NMS. */
    private static List<Box> reference(float[] output, int cells, int classes) {
        List<Box> boxes = new ArrayList<>();
        for (int cell = 0; cell < cells; cell++) {
            double[] scores = new double[classes];
            for (int c = 0; c < classes; c++) {
                scores[c] = output[(4 + c) * cells + cell];
            }
            int best = YoloBoxes.argmax(scores);
            boxes.add(Box.ofCentre(
                    output[cell],
                    output[cells + cell],
                    output[2 * cells + cell],
                    output[3 * cells + cell],
                    scores[best],
                    best));
        }
        return boxes;
    }

    @Test
    void shouldReadEachImageAnewWhenOneDecoderReadsSeveral() throws ModelException {
        BoxDecoder decoder = YoloBoxes.decoder("yolov8", of(32, 32, 6, false));
        float[] first = new float[6 * CELLS_32];
        first[4 * CELLS_32 + 7] = 0.9f;
        float[] second = new float[6 * CELLS_32];
        second[5 * CELLS_32 + 7] = 0.5f;
        second[5 * CELLS_32 + 20] = 0.6f;

        assertThat(YoloBoxes.decode(decoder, 0.4f, first).count()).isEqualTo(1);
        Candidates found = YoloBoxes.decode(decoder, 0.4f, second);

        assertThat(found.count()).isEqualTo(2);
        assertThat(found.score(0)).isEqualTo(0.5f);
        assertThat(found.classId(0)).isEqualTo(1);
        assertThat(found.score(1)).isEqualTo(0.6f);
    }

    @Test
    void shouldTakeTheFirstOfEqualClasses() throws ModelException {
        float[] output = new float[7 * CELLS_32];
        output[5 * CELLS_32 + 3] = 0.5f;
        output[6 * CELLS_32 + 3] = 0.5f;

        assertThat(YoloBoxes.decode(YoloBoxes.decoder("yolov8", of(32, 32, 7, false)), 0.4f, output)
                        .classId(0))
                .isEqualTo(1);
        assertThat(YoloBoxes.decode(YoloBoxes.decoder("yolov8", of(32, 32, 7, true)), 0.4f, transpose(output, 7))
                        .classId(0))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void shouldCountAndMakeNoBoxWhenAnyValueIsNoFiniteNumber(int row) throws ModelException {
        for (float bad : new float[] {Float.NaN, -Float.NaN, Float.POSITIVE_INFINITY}) {
            float[] output = new float[6 * CELLS_32];
            output[4 * CELLS_32 + 5] = 0.9f;
            output[row * CELLS_32 + 5] = bad;
            for (boolean transposed : new boolean[] {false, true}) {
                Candidates found = YoloBoxes.decode(
                        YoloBoxes.decoder("yolov8", of(32, 32, 6, transposed)),
                        0.4f,
                        transposed ? transpose(output, 6) : output);
                assertThat(found.count()).isZero();
                assertThat(found.malformed()).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldGivePointsWhenTheTaskIsPose() throws ModelException {
        Map<String, String> metadata =
                Map.of("task", "pose", "names", "{0: 'person'}", "kpt_shape", "[3, 2]", "author", "Ultralytics");
        ModelInfo pose = told(of(32, 32, 4 + 1 + 6, false), metadata);
        float[] output = new float[11 * CELLS_32];
        float[] cell = {16, 16, 8, 4, 0.8f, 1, 2, 3, 4, 5, Float.NaN};
        for (int i = 0; i < cell.length; i++) {
            output[i * CELLS_32 + 9] = cell[i];
        }
        BoxDecoder decoder = YoloBoxes.decoder("yolov8", pose);

        Candidates found = YoloBoxes.decode(decoder, 0.4f, output);

        assertThat(decoder.classes()).isEqualTo(1);
        assertThat(decoder.keypoints()).isEqualTo(3);
        assertThat(found.count()).isEqualTo(1);
        assertThat(found.x1(0)).isEqualTo(12);
        assertThat(found.keypointX(0, 0)).isEqualTo(1);
        assertThat(found.keypointY(0, 1)).isEqualTo(4);
        assertThat(found.keypointX(0, 2)).isEqualTo(5);
        assertThat(found.keypointY(0, 2)).isNaN();

        ModelInfo turned = told(of(32, 32, 11, true), metadata);
        Candidates same = YoloBoxes.decode(YoloBoxes.decoder("yolov8", turned), 0.4f, transpose(output, 11));
        assertThat(same.keypointY(0, 1)).isEqualTo(4);
    }

    @Test
    void shouldReadPosesOfPersonsWhenTheFamilySaysSo() throws ModelException {
        ModelInfo pose = of(640, 640, 56, false);

        BoxDecoder decoder = YoloBoxes.decoder("yolov8-pose", pose);

        assertThat(decoder.classes()).isEqualTo(1);
        assertThat(decoder.keypoints()).isEqualTo(17);
        assertThatThrownBy(() -> Families.recognise(pose, null))
                .hasMessageContaining("yolov8 (52 classes")
                .hasMessageContaining("yolov8-pose (1 class");
        assertThatThrownBy(() -> Families.recognise(of(640, 640, 57, false), "yolov8-pose"))
                .hasMessageContaining("wants 56 values");
    }

    @Test
    void shouldLeaveMasksAsideWhenTheTaskIsSegment() throws ModelException {
        TensorInfo masks = floats("output1", 1, 32, 160, 160);
        ModelInfo untold = model(floats("images", 1, 3, 640, 640), floats("output0", 1, 116, 8400), masks);
        ModelInfo told = told(untold, Map.of("task", "segment", "names", names(80)));

        assertThat(YoloBoxes.decoder("yolov8", untold).classes()).isEqualTo(80);
        assertThat(YoloBoxes.decoder("yolov8", told).classes()).isEqualTo(80);
    }

    @Test
    void shouldSayTheTaskWhenItsBoxesAreNotRead() {
        ModelInfo turned = told(of(640, 640, 20, false), Map.of("task", "obb", "names", names(15)));

        assertThatThrownBy(() -> Families.recognise(turned, null))
                .isInstanceOf(ModelException.class)
                .hasMessage("it was exported by ultralytics for the task obb; boxes are read of detect, segment, pose");
        assertThat(new Yolov8(false).fit(turned).why()).contains("task obb");
        assertThatThrownBy(() -> Families.recognise(turned, "yolov8")).hasMessageContaining("task obb");
    }

    @Test
    void shouldAskWhenNamesOfTheMetadataAreNotAsManyAsClasses() throws ModelException {
        ModelInfo other = told(of(640, 640, 84, false), Map.of("task", "detect", "names", names(79)));

        assertThat(new Yolov8(false).fit(other).degree()).isEqualTo(Degree.POSSIBLE);
        assertThat(new Yolov8(false).fit(other).why()).contains("80 classes").contains("79");
        assertThat(Families.recognise(other, "yolov8").family().id()).isEqualTo("yolov8");
    }

    @Test
    void shouldRefuseWhenThereIsNoRoomForAClass() {
        assertThat(new Yolov8(false).fit(of(32, 32, 4, false)).degree()).isEqualTo(Degree.NO);
        ModelInfo pose = told(of(32, 32, 5, false), Map.of("task", "pose", "names", names(1)));
        assertThat(new Yolov8(false).fit(pose).why()).contains("kpt_shape");
        assertThat(new Yolov8(false)
                        .fit(model(IMAGE_32, floats("a", 1, 6, 21), floats("b", 1, 6, 21)))
                        .why())
                .contains("a single float output");
    }

    /** As Python prints a dictionary of so many names. */
    static String names(int count) {
        StringBuilder names = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            names.append(i == 0 ? "" : ", ")
                    .append(i)
                    .append(": 'class ")
                    .append(i)
                    .append('\'');
        }
        return names.append('}').toString();
    }
}
