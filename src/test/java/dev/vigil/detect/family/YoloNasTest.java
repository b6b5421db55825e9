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
import dev.vigil.frame.TensorInfo.ElementType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YoloNasTest {
    private static final TensorInfo IMAGE = new TensorInfo("input", ElementType.UINT8, new long[] {1, 3, 64, 32});

    static final ModelInfo BATCH = model(
            IMAGE,
            new TensorInfo("graph2_num_predictions", ElementType.INT64, new long[] {1, 1}),
            floats("graph2_pred_boxes", 1, 5, 4),
            floats("graph2_pred_scores", 1, 5),
            new TensorInfo("graph2_pred_classes", ElementType.INT64, new long[] {1, 5}));
    static final ModelInfo FLAT = model(IMAGE, floats("graph2_flat_predictions", -1, 7));

    @ParameterizedTest
    @ValueSource(ints = {1, 80})
    void shouldGiveEachClassAboveTheThresholdWhenTensorsAreRandom(int classes) throws ModelException {
        ModelInfo raw = model(IMAGE, floats("913", 1, 42, 4), floats("904", 1, 42, classes));
        float[] boxes = YoloBoxes.random(1, 42 * 4, -10, 70);
        float[] scores = YoloBoxes.random(2, 42 * classes, 0, 1);
        List<Box> expected = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            int at = 4 * (i / classes);
            expected.add(new Box(boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3], scores[i], i % classes));
        }
        BoxDecoder decoder = YoloBoxes.decoder("yolo-nas", raw);

        for (float scoreMin : new float[] {0, 0.5f, 0.95f}) {
            YoloBoxes.assertBoxes(YoloBoxes.decode(decoder, scoreMin, boxes, scores), expected, scoreMin);
        }
        assertThat(new YoloNas().suppression(raw)).isEqualTo(Suppression.USUAL);
    }

    @Test
    void shouldReadAsManyAsAreCountedWhenNmsGivesBatches() throws ModelException {
        BoxDecoder decoder = YoloBoxes.decoder("yolo-nas", BATCH);
        float[] boxes = YoloBoxes.random(1, 20, 0, 30);

        Candidates found = YoloBoxes.decode(
                decoder, 0.4f, new float[] {3}, boxes, new float[] {0.9f, 0.3f, 0.8f, 0.7f, -1}, new float[] {
                    1, 2, 79, 4, -1
                });

        YoloBoxes.assertBoxes(
                found,
                List.of(
                        new Box(boxes[0], boxes[1], boxes[2], boxes[3], 0.9f, 1),
                        new Box(boxes[8], boxes[9], boxes[10], boxes[11], 0.8f, 79)),
                0.4f);
        assertThat(new YoloNas().suppression(BATCH)).isEqualTo(Suppression.END_TO_END);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, -3, 0, Float.NEGATIVE_INFINITY})
    void shouldFindNothingWhenTheCountIsNone(float count) throws ModelException {
        Candidates found = YoloBoxes.decode(
                YoloBoxes.decoder("yolo-nas", BATCH),
                0.4f,
                new float[] {count},
                new float[20],
                new float[] {1, 1, 1, 1, 1},
                new float[5]);

        assertThat(found.count()).isZero();
    }

    @Test
    void shouldReadNoFurtherThanItsRowsWhenTheCountIsTooLarge() throws ModelException {
        Candidates found = YoloBoxes.decode(
                YoloBoxes.decoder("yolo-nas", BATCH),
                0.4f,
                new float[] {1e9f},
                new float[20],
                new float[] {1, 1, 1, 1, Float.NaN},
                new float[] {0, 1, 2, 3, 4});

        assertThat(found.count()).isEqualTo(4);
        assertThat(found.malformed()).isEqualTo(1);
    }

    @Test
    void shouldTakeScoreBeforeClassWhenItsBoxesAreFlat() throws ModelException {
        BoxDecoder decoder = YoloBoxes.decoder("yolo-nas", FLAT);

        Candidates found = YoloBoxes.decode(decoder, 0.4f, new float[] {0, 1, 2, 30, 40, 0.9f, 7});

        YoloBoxes.assertBoxes(found, List.of(new Box(1, 2, 30, 40, 0.9f, 7)), 0.4f);
        assertThat(YoloBoxes.decode(decoder, 0.4f, new float[0]).count()).isZero();
        assertThat(new YoloNas().suppression(FLAT)).isEqualTo(Suppression.END_TO_END);
    }
}
