package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static dev.vigil.detect.Tensors.model;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Suppression;
import dev.vigil.detect.family.YoloBoxes.Box;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Yolov5Test {
    private static ModelInfo of(int widthPx, int heightPx, int perCell, int classes) {
        int cells = widthPx * heightPx / 64 + widthPx * heightPx / 256 + widthPx * heightPx / 1024;
        return model(
                floats("images", 1, 3, heightPx, widthPx), floats("output0", 1, (long) perCell * cells, 5 + classes));
    }

    @ParameterizedTest
    @CsvSource({
        "yolov5, 3, 1",
        "yolov5, 3, 80",
        "yolov7, 3, 1",
        "yolov7, 3, 6",
        "yolox-decoded, 1, 1",
        "yolox-decoded, 1, 80",
        "yolov6, 1, 3"
    })
    void shouldFindWhatTheReferenceFindsWhenTensorsAreRandom(String family, int perCell, int classes)
            throws ModelException {
        ModelInfo model = of(96, 64, perCell, classes);
        int rows = (int) model.outputs().get(0).shape()[1];
        float[] output = YoloBoxes.random(classes, rows * (5 + classes), 0, 1);
        BoxDecoder decoder = YoloBoxes.decoder(family, model);
        List<Box> expected = reference(output, classes, family.equals("yolov7"));

        assertThat(decoder.classes()).isEqualTo(classes);
        for (float scoreMin : new float[] {0, 0.3f, 0.9f}) {
            YoloBoxes.assertBoxes(YoloBoxes.decode(decoder, scoreMin, output), expected, scoreMin);
        }
    }

    /** non_max_suppression of utils/general.py without multi_label, of YOLOv5 and of YOLOv7, up to the NMS. */
    private static List<Box> reference(float[] output, int classes, boolean seven) {
        List<Box> boxes = new ArrayList<>();
        for (int at = 0; at < output.length; at += 5 + classes) {
            double[] scores = new double[classes];
            for (int c = 0; c < classes; c++) {
                // In floats, as the reference: of two products that differ by less, either may be the best.
                scores[c] = output[at + 4] * (seven && classes == 1 ? 1 : output[at + 5 + c]);
            }
            int best = YoloBoxes.argmax(scores);
            boxes.add(Box.ofCentre(output[at], output[at + 1], output[at + 2], output[at + 3], scores[best], best));
        }
        return boxes;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void shouldCountAndMakeNoBoxWhenAnyColumnIsNoFiniteNumber(int column) throws ModelException {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            float[] output = new float[63 * 7];
            float[] row = {1, 2, 3, 4, 0.9f, 0.9f, 0.8f};
            System.arraycopy(row, 0, output, 7 * 11, 7);
            output[7 * 11 + column] = bad;

            Candidates found = YoloBoxes.decode(YoloBoxes.decoder("yolov5", of(32, 32, 3, 2)), 0.4f, output);

            assertThat(found.count()).isZero();
            assertThat(found.malformed()).isEqualTo(1);
        }
    }

    @Test
    void shouldReadTheFirstOutputWhenTheRawHeadsFollow() throws ModelException {
        ModelInfo several = model(
                floats("images", 1, 3, 640, 640),
                floats("output", 1, 25200, 85),
                floats("327", 1, 3, 80, 80, 85),
                floats("328", 1, 3, 40, 40, 85),
                floats("329", 1, 3, 20, 20, 85));

        assertThat(Families.recognise(several, null).family().id()).isEqualTo("yolov5");
        assertThat(YoloBoxes.decoder("yolov5", several).classes()).isEqualTo(80);
    }

    @Test
    void shouldReadFinalBoxesWhenNmsIsInside() throws ModelException {
        ModelInfo flat = model(floats("images", 1, 3, 640, 640), floats("output", -1, 7));
        BoxDecoder decoder = YoloBoxes.decoder("yolov7", flat);

        Candidates found =
                YoloBoxes.decode(decoder, 0.4f, new float[] {0, 10, 20, 30, 40, 5, 0.9f, 0, 1, 2, 3, 4, 6, 0.3f});

        assertThat(new Yolov5(true).suppression(flat)).isEqualTo(Suppression.END_TO_END);
        assertThat(decoder.classes()).isEqualTo(BoxDecoder.OPEN_CLASSES);
        YoloBoxes.assertBoxes(found, List.of(new Box(10, 20, 30, 40, 0.9f, 5)), 0.4f);
    }

    @Test
    void shouldLeaveMasksAsideWhenItMakesThem() throws ModelException {
        ModelInfo segments = model(
                floats("images", 1, 3, 640, 640), floats("output0", 1, 25200, 117), floats("output1", 1, 32, 160, 160));
        float[] output = new float[25200 * 117];
        float[] row = {20, 20, 10, 10, 0.9f, 0.5f, 0.8f};
        System.arraycopy(row, 0, output, 117 * 7, row.length);
        output[117 * 7 + 100] = 5;

        BoxDecoder decoder = YoloBoxes.decoder("yolov5", segments);

        assertThat(decoder.classes()).isEqualTo(80);
        YoloBoxes.assertBoxes(
                YoloBoxes.decode(decoder, 0.4f, output, new float[1]),
                List.of(new Box(15, 15, 25, 25, 0.9f * 0.8f, 1)),
                0.4f);
    }
}
