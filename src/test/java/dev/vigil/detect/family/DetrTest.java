package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static dev.vigil.detect.Tensors.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DetrTest {
    private static final TensorInfo PICTURE = floats("pixel_values", 1, 3, 100, 200);

    static List<FamilySample> samples() {
        return List.of(
                FamilySample.of("DETR of facebookresearch", transformer("pred_logits", 100, 92), "detr"),
                FamilySample.of("DETR of Hugging Face with a mask", masked(100, 92), "detr"),
                FamilySample.of("YOLOS of Hugging Face", transformer("logits", 100, 92), "detr"),
                FamilySample.of("DETR for 11 classes", transformer("logits", 100, 12), "detr"),
                FamilySample.of("Conditional DETR of Hugging Face", transformer("logits", 300, 91), "deformable-detr"),
                FamilySample.of("Deformable DETR for 5 classes, with a mask", masked(300, 5), "deformable-detr"),
                FamilySample.of("Table Transformer of Hugging Face", masked(125, 7), "detr", "deformable-detr"),
                FamilySample.of(
                        "DETR of Hugging Face before its first run, with open queries",
                        transformer("logits", -1, 92),
                        "detr",
                        "deformable-detr",
                        "rt-detr"),
                FamilySample.of("RF-DETR", rfDetr(300, 91), "rf-detr"),
                FamilySample.of(
                        "RF-DETR with masks",
                        model(
                                PICTURE,
                                floats("dets", 1, 200, 4),
                                floats("labels", 1, 200, 91),
                                floats("masks", 1, 200, 108, 108)),
                        "rf-detr"));
    }

    private static ModelInfo transformer(String logits, int queries, int columns) {
        return model(PICTURE, floats(logits, 1, queries, columns), floats("pred_boxes", 1, queries, 4));
    }

    private static ModelInfo rfDetr(int queries, int columns) {
        return model(PICTURE, floats("dets", 1, queries, 4), floats("labels", 1, queries, columns));
    }

    private static ModelInfo masked(int queries, int columns) {
        ModelInfo model = transformer("logits", queries, columns);
        TensorInfo mask = new TensorInfo("pixel_mask", ElementType.INT64, new long[] {1, -1, -1});
        return new ModelInfo(List.of(PICTURE, mask), model.outputs(), Map.of());
    }

    @Test
    void shouldTakeTheBestClassButTheLastWhenLogitsAreThroughASoftmax() throws ModelException {
        BoxDecoder decoder = Detr.detr().decoder(transformer("logits", 3, 3));
        float[] logits = {
            0, (float) Math.log(6), (float) Math.log(3), // 0.1, 0.6, none 0.3
            0, 0, 5, // nothing
            2, 2, 2 // of equals the first
        };
        float[] boxes = {0.5f, 0.5f, 0.2f, 0.4f, 0, 0, 1, 1, 1, 1, 0.5f, 0.5f};

        DecodedRows found = DecodedRows.of(decoder, 0.3f, logits, boxes);

        assertThat(decoder.classes()).isEqualTo(2);
        assertThat(found.rows()).hasSize(2);
        found.assertRow(0, 80, 30, 120, 70, 0.6, 1);
        found.assertRow(1, 150, 75, 250, 125, 1 / 3.0, 0);
    }

    @Test
    void shouldMakeABoxOfEachClassAboveTheThresholdWhenLogitsAreOfClassesOfTheirOwn() throws ModelException {
        BoxDecoder decoder = Detr.rfDetr().decoder(rfDetr(2, 3));
        float[] boxes = {0.5f, 0.5f, 0.2f, 0.4f, 0.25f, 0.5f, 0.5f, 1};
        float[] logits = {0, -3, (float) Math.log(3), -5, (float) Math.log(9), -2};

        DecodedRows found = DecodedRows.of(decoder, 0.4f, boxes, logits);

        assertThat(decoder.classes()).isEqualTo(3);
        assertThat(found.rows()).hasSize(3);
        found.assertRow(0, 80, 30, 120, 70, 0.5, 0);
        found.assertRow(1, 80, 30, 120, 70, 0.75, 2);
        found.assertRow(2, 0, 0, 100, 100, 0.9, 1);
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "100, 92", "300, 12"})
    void shouldFindWhatDetrsPostProcessFindsWhenTensorsAreRandom(int queries, int columns) throws ModelException {
        Random random = new Random(queries);
        float[] boxes = uniform(random, 4 * queries);
        float[] logits = gaussian(random, columns * queries, 3);
        BoxDecoder decoder = Detr.detr().decoder(transformer("logits", queries, columns));
        List<double[]> expected = new ArrayList<>();
        for (int query = 0; query < queries; query++) {
            double sum = 0;
            int best = 0;
            for (int c = 0; c < columns; c++) {
                sum += Math.exp(logits[query * columns + c]);
                if (c < columns - 1 && logits[query * columns + c] > logits[query * columns + best]) {
                    best = c;
                }
            }
            expected.add(row(boxes, query, Math.exp(logits[query * columns + best]) / sum, best));
        }
        for (float scoreMin : new float[] {0, 0.05f, 0.3f, 0.9f}) {
            DecodedRows.of(decoder, scoreMin, logits, boxes).assertLike(expected, scoreMin);
        }
    }

    /** PostProcess of rfdetr/models/lwdetr.py: the best of all queries times all classes. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "300, 91, 300", "300, 3, 300", "100, 91, 100"})
    void shouldFindWhatRfDetrsPostProcessFindsWhenTensorsAreRandom(int queries, int columns, int selected)
            throws ModelException {
        Random random = new Random(columns);
        float[] boxes = uniform(random, 4 * queries);
        float[] logits = gaussian(random, columns * queries, 4);
        BoxDecoder decoder = Detr.rfDetr().decoder(rfDetr(queries, columns));
        List<double[]> all = new ArrayList<>();
        for (int i = 0; i < logits.length; i++) {
            // As floats, of which the best are nearly all 1: of equals the first comes first.
            all.add(row(boxes, i / columns, (float) (1 / (1 + Math.exp(-logits[i]))), i % columns));
        }
        List<double[]> expected = all.stream()
                .sorted(Comparator.comparingDouble((double[] row) -> -row[DecodedRows.SCORE]))
                .limit(selected)
                .toList();
        for (float scoreMin : new float[] {0, 0.05f, 0.3f, 0.9f}) {
            DecodedRows.of(decoder, scoreMin, boxes, logits).best(selected).assertLike(expected, scoreMin);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void shouldCountAndMakeNoBoxWhenACornerIsNotANumber(float bad) throws ModelException {
        float[] boxes = {0.5f, bad, 0.2f, 0.4f};
        float[] logits = {5, -5};

        for (BoxDecoder decoder : List.of(
                Detr.detr().decoder(transformer("logits", 1, 2)),
                Detr.deformable().decoder(transformer("logits", 1, 2)))) {
            DecodedRows found = DecodedRows.of(decoder, 0.4f, logits, boxes);
            assertThat(found.rows()).isEmpty();
            assertThat(found.malformed()).isEqualTo(1);
        }
    }

    @Test
    void shouldCountAndMakeNoBoxWhenALogitIsNotANumber() throws ModelException {
        float[] box = {0.5f, 0.5f, 0.2f, 0.4f};
        BoxDecoder softmax = Detr.detr().decoder(transformer("logits", 1, 3));
        BoxDecoder sigmoid = Detr.deformable().decoder(transformer("logits", 1, 3));

        for (float[] logits : new float[][] {{Float.NaN, 1, 0}, {1, Float.NaN, 0}, {1, 2, Float.NaN}}) {
            assertThat(DecodedRows.of(softmax, 0.4f, logits, box)).isEqualTo(new DecodedRows(List.of(), 1));
        }
        // Overflow in both the share and the sum.
        assertThat(DecodedRows.of(softmax, 0.4f, new float[] {Float.POSITIVE_INFINITY, 1, 0}, box))
                .isEqualTo(new DecodedRows(List.of(), 1));
        assertThat(DecodedRows.of(sigmoid, 0.4f, new float[] {-1, Float.NaN, -1}, box))
                .isEqualTo(new DecodedRows(List.of(), 1));
        assertThat(DecodedRows.of(sigmoid, 0.4f, new float[] {-1, Float.NEGATIVE_INFINITY, -1}, box))
                .isEqualTo(new DecodedRows(List.of(), 0));
    }

    @Test
    void shouldRefuseWhenShapesDoNotFit() {
        assertThatThrownBy(() -> Families.recognise(model(PICTURE, floats("logits", 1, 100, 92)), "detr"))
                .hasMessageContaining("wants boxes (batch, queries, 4) and logits");
        assertThatThrownBy(() -> Families.recognise(transformer("logits", 100, 1), "detr"))
                .hasMessageContaining("no room for no object");
        assertThatThrownBy(() -> Families.recognise(
                        model(PICTURE, floats("logits", 1, 100, 92), floats("pred_boxes", 1, 99, 4)), "detr"))
                .isInstanceOf(ModelException.class);
    }

    @Test
    void shouldTakeItsWordWhenTheDescriptionSaysTheFamilyOfUnnamedOutputs() throws ModelException {
        ModelInfo model = model(PICTURE, floats("output_0", 1, 100, 4), floats("output_1", 1, 100, 92));

        assertThat(Families.recognise(model, "detr").family().decoder(model).classes())
                .isEqualTo(91);
        assertThat(Families.recognise(model, "deformable-detr")
                        .family()
                        .decoder(model)
                        .classes())
                .isEqualTo(92);
    }

    private static double[] row(float[] boxes, int query, double score, int classId) {
        double cx = boxes[4 * query];
        double cy = boxes[4 * query + 1];
        double w = boxes[4 * query + 2];
        double h = boxes[4 * query + 3];
        return new double[] {
            (cx - w / 2) * 200, (cy - h / 2) * 100, (cx + w / 2) * 200, (cy + h / 2) * 100, score, classId
        };
    }

    static float[] uniform(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat();
        }
        return values;
    }

    static float[] gaussian(Random random, int length, double deviation) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return values;
    }
}
