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
import dev.vigil.frame.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Yolov10Test {
    private static ModelInfo of(long columns, Map<String, String> metadata) {
        TensorInfo image = floats("images", 1, 3, 640, 640);
        return new ModelInfo(List.of(image), List.of(floats("output0", 1, 300, columns)), metadata);
    }

    @Test
    void shouldGiveEveryRowAboveTheThresholdWhenTensorsAreRandom() throws ModelException {
        float[] output = YoloBoxes.random(1, 300 * 6, 0, 1);
        List<Box> expected = new ArrayList<>();
        for (int at = 0; at < output.length; at += 6) {
            output[at + 5] = (float) Math.floor(80 * output[at + 5]);
            expected.add(new Box(
                    output[at], output[at + 1], output[at + 2], output[at + 3], output[at + 4], (int) output[at + 5]));
        }
        BoxDecoder decoder = YoloBoxes.decoder("yolov10", of(6, Map.of()));

        for (float scoreMin : new float[] {0, 0.5f, 0.95f}) {
            YoloBoxes.assertBoxes(YoloBoxes.decode(decoder, scoreMin, output), expected, scoreMin);
        }
        assertThat(decoder.classes()).isEqualTo(BoxDecoder.OPEN_CLASSES);
        assertThat(new Yolov10().suppression(of(6, Map.of()))).isEqualTo(Suppression.END_TO_END);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void shouldCountAndMakeNoBoxWhenAnyColumnIsNoFiniteNumber(int column) throws ModelException {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            float[] output = new float[300 * 6];
            float[] row = {1, 2, 3, 4, 0.9f, 7};
            System.arraycopy(row, 0, output, 6, 6);
            output[6 + column] = bad;

            Candidates found = YoloBoxes.decode(YoloBoxes.decoder("yolov10", of(6, Map.of())), 0.4f, output);

            assertThat(found.count()).isZero();
            assertThat(found.malformed()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {-1, 2, 80, 1e9f})
    void shouldCountAndMakeNoBoxWhenThereIsNoSuchClass(float classId) throws ModelException {
        ModelInfo two = of(6, Map.of("task", "detect", "end2end", "True", "names", "{0: 'a', 1: 'b'}"));

        Candidates found =
                YoloBoxes.decode(YoloBoxes.decoder("yolov10", two), 0.4f, new float[] {1, 2, 3, 4, 0.9f, classId});

        assertThat(YoloBoxes.decoder("yolov10", two).classes()).isEqualTo(2);
        assertThat(found.count()).isZero();
        assertThat(found.malformed()).isEqualTo(1);
    }

    @Test
    void shouldGivePointsWhenTheTaskIsPose() throws ModelException {
        ModelInfo pose =
                of(6 + 6, Map.of("task", "pose", "end2end", "True", "kpt_shape", "[2, 3]", "names", "{0: 'person'}"));
        BoxDecoder decoder = YoloBoxes.decoder("yolov10", pose);

        Candidates found = YoloBoxes.decode(decoder, 0.4f, new float[] {1, 2, 30, 40, 0.9f, 0, 5, 6, 0.5f, 7, 8, 0.1f});

        assertThat(decoder.keypoints()).isEqualTo(2);
        assertThat(found.keypointX(0, 1)).isEqualTo(7);
        assertThat(found.keypointY(0, 1)).isEqualTo(8);
    }

    @Test
    void shouldLeaveMasksAsideWhenTheTaskIsSegment() throws ModelException {
        ModelInfo masks = new ModelInfo(
                List.of(floats("images", 1, 3, 640, 640)),
                List.of(floats("output0", 1, 300, 38), floats("output1", 1, 32, 160, 160)),
                Map.of("task", "segment", "args", "{'batch': 1, 'nms': True}", "names", "{0: 'a'}"));
        float[] output = new float[38 * 300];
        output[38 + 4] = 0.9f;

        assertThat(Families.recognise(masks, null).family().id()).isEqualTo("yolov10");
        assertThat(YoloBoxes.decode(YoloBoxes.decoder("yolov10", masks), 0.4f, output, new float[1])
                        .count())
                .isEqualTo(1);
    }

    @Test
    void shouldReadOneRowEachWhenTheNumberOfRowsIsOpen() throws ModelException {
        ModelInfo open = model(floats("images", 1, 3, 640, 640), floats("output0", 1, -1, 6));

        Candidates found = YoloBoxes.decode(
                YoloBoxes.decoder("yolov10", open), 0.4f, new float[] {1, 2, 3, 4, 0.9f, 7, 5, 6, 7, 8, 0.8f, 9});

        assertThat(found.count()).isEqualTo(2);
    }
}
