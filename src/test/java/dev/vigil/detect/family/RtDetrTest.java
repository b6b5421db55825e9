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
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RtDetrTest {
    private static final TensorInfo PICTURE = floats("images", -1, 3, 320, 640);
    private static final String COCO = "{" + "0: 'person'" + numbered(79) + "}";

    private static String numbered(int count) {
        StringBuilder names = new StringBuilder();
        for (int i = 1; i <= count; i++) {
            names.append(", ").append(i).append(": 'c").append(i).append('\'');
        }
        return names.toString();
    }

    static List<FamilySample> samples() {
        return List.of(
                FamilySample.of("RT-DETR, D-FINE, DEIM with orig_target_sizes", deployed(300), "rt-detr"),
                FamilySample.of(
                        "RT-DETR of ultralytics",
                        ultralytics(
                                300,
                                84,
                                Map.of("description", "Ultralytics rtdetr-l model ", "names", COCO, "task", "detect")),
                        "rt-detr"),
                FamilySample.of(
                        "RT-DETR of ultralytics with score and class",
                        ultralytics(
                                300,
                                6,
                                Map.of(
                                        "description",
                                        "Ultralytics best model trained on data.yaml",
                                        "head",
                                        "RTDETRDecoder",
                                        "end2end",
                                        "False",
                                        "names",
                                        COCO,
                                        "task",
                                        "detect")),
                        "rt-detr"),
                FamilySample.of("RT-DETR, D-FINE of Hugging Face", huggingFace(300, 80), "rt-detr"),
                FamilySample.of(
                        "D-FINE of Hugging Face for 366 classes", huggingFace(300, 366), "deformable-detr", "rt-detr"));
    }

    private static ModelInfo deployed(int queries) {
        TensorInfo sizes = new TensorInfo("orig_target_sizes", ElementType.INT64, new long[] {-1, 2});
        TensorInfo labels = new TensorInfo("labels", ElementType.INT64, new long[] {1, queries});
        return new ModelInfo(
                List.of(PICTURE, sizes),
                List.of(labels, floats("boxes", 1, queries, 4), floats("scores", 1, queries)),
                Map.of());
    }

    private static ModelInfo ultralytics(int queries, int columns, Map<String, String> metadata) {
        return new ModelInfo(List.of(PICTURE), List.of(floats("output0", 1, queries, columns)), metadata);
    }

    private static ModelInfo huggingFace(int queries, int columns) {
        return model(PICTURE, floats("logits", 1, queries, columns), floats("pred_boxes", 1, queries, 4));
    }

    @Test
    void shouldTakeBoxesAsTheyAreWhenTheGraphHasPostProcessedThem() throws ModelException {
        BoxDecoder decoder = new RtDetr().decoder(deployed(4));
        float[] labels = {2, 0, 79, 1};
        float[] boxes = {10, 20, 30, 40, 600, 300, 650, 330, 1, 2, 3, 4, 5, 6, 7, 8};
        float[] scores = {0.9f, 0.8f, 0.5f, 0.2f};

        DecodedRows found = DecodedRows.of(decoder, 0.4f, labels, boxes, scores);

        assertThat(decoder.classes()).isEqualTo(BoxDecoder.OPEN_CLASSES);
        assertThat(found.rows()).hasSize(3);
        found.assertRow(0, 10, 20, 30, 40, 0.9f, 2);
        found.assertRow(1, 600, 300, 650, 330, 0.8f, 0);
        found.assertRow(2, 1, 2, 3, 4, 0.5, 79);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, -1, 1e9f, Float.POSITIVE_INFINITY})
    void shouldCountAndMakeNoBoxWhenAClassIsNone(float label) throws ModelException {
        float[] row = {0.5f, 0.5f, 0.1f, 0.1f, 0.9f, label};

        assertThat(DecodedRows.of(
                        new RtDetr().decoder(deployed(1)), 0.4f, new float[] {label}, new float[4], new float[] {0.9f}))
                .isEqualTo(new DecodedRows(List.of(), 1));
        assertThat(DecodedRows.of(new RtDetr().decoder(ultralytics(1, 6, Map.of())), 0.4f, row))
                .isEqualTo(new DecodedRows(List.of(), 1));
    }

    @Test
    void shouldCountAndMakeNoBoxWhenAScoreIsNotANumber() throws ModelException {
        assertThat(DecodedRows.of(
                        new RtDetr().decoder(deployed(1)), 0.4f, new float[1], new float[4], new float[] {Float.NaN}))
                .isEqualTo(new DecodedRows(List.of(), 1));
        for (float[] row : new float[][] {
            {0.5f, 0.5f, 0.1f, 0.1f, Float.NaN, 0.9f, 0.1f}, {0.5f, 0.5f, 0.1f, 0.1f, 0.9f, Float.NaN, 0.1f}
        }) {
            assertThat(DecodedRows.of(new RtDetr().decoder(ultralytics(1, 7, Map.of())), 0.4f, row))
                    .isEqualTo(new DecodedRows(List.of(), 1));
        }
    }

    /** RTDETRPredictor.postprocess of ultralytics/models/rtdetr/predict.py: scores.max(-1). */
    @ParameterizedTest
    @CsvSource({"1, 1", "300, 80", "300, 3"})
    void shouldFindWhatUltralyticsFindsWhenTensorsAreRandom(int queries, int classes) throws ModelException {
        int columns = 4 + classes;
        float[] rows = DetrTest.uniform(new Random(classes), queries * columns);
        List<double[]> expected = new ArrayList<>();
        for (int query = 0; query < queries; query++) {
            int at = query * columns;
            int best = 0;
            for (int c = 1; c < classes; c++) {
                best = rows[at + 4 + c] > rows[at + 4 + best] ? c : best;
            }
            expected.add(row(rows, at, rows[at + 4 + best], best));
        }
        BoxDecoder decoder = new RtDetr().decoder(ultralytics(queries, columns, Map.of()));

        assertThat(decoder.classes()).isEqualTo(classes);
        for (float scoreMin : new float[] {0, 0.3f, 0.9f}) {
            DecodedRows.of(decoder, scoreMin, rows).assertLike(expected, scoreMin);
        }
    }

    @Test
    void shouldReadScoreAndClassWhenTheExporterHasTakenTheBest() throws ModelException {
        float[] rows = {0.5f, 0.25f, 0.5f, 0.5f, 0.75f, 3, 0.5f, 0.5f, 1, 1, 0.25f, 1};
        BoxDecoder decoder = new RtDetr().decoder(ultralytics(2, 6, Map.of("names", COCO)));

        DecodedRows found = DecodedRows.of(decoder, 0.4f, rows);

        assertThat(decoder.classes()).isEqualTo(80);
        assertThat(found.rows()).hasSize(1);
        found.assertRow(0, 160, 0, 480, 160, 0.75, 3);
    }

    /** With two classes both forms have six columns. */
    @Test
    void shouldGoByTheHeadWhenThereAreTwoClasses() throws ModelException {
        float[] row = {0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.75f};
        float[] best = {0.5f, 0.5f, 0.5f, 0.5f, 0.75f, 1};
        Map<String, String> older = Map.of("names", "{0: 'a', 1: 'b'}", "description", "Ultralytics rtdetr-l model");
        Map<String, String> newer = Map.of("names", "{0: 'a', 1: 'b'}", "head", "RTDETRDecoder");

        DecodedRows scores = DecodedRows.of(new RtDetr().decoder(ultralytics(1, 6, older)), 0.4f, row);
        DecodedRows classes = DecodedRows.of(new RtDetr().decoder(ultralytics(1, 6, newer)), 0.4f, best);

        scores.assertRow(0, 160, 80, 480, 240, 0.75, 1);
        classes.assertRow(0, 160, 80, 480, 240, 0.75, 1);
    }

    /** post_process_object_detection of huggingface/transformers' rt_detr: sigmoid, then the best of queries times classes. */
    @Test
    void shouldMakeABoxOfEachClassAboveTheThresholdWhenItIsHuggingFaces() throws ModelException {
        float[] boxes = {0.5f, 0.25f, 0.5f, 0.5f};
        float[] logits = {(float) Math.log(3), -5, 0};

        DecodedRows found = DecodedRows.of(new RtDetr().decoder(huggingFace(1, 3)), 0.4f, logits, boxes);

        assertThat(found.rows()).hasSize(2);
        found.assertRow(0, 160, 0, 480, 160, 0.75, 0);
        found.assertRow(1, 160, 0, 480, 160, 0.5, 2);
    }

    @Test
    void shouldRefuseWhenItIsNot() {
        assertThatThrownBy(() -> new RtDetr().decoder(model(PICTURE, floats("output", 1, 8400, 85))))
                .hasMessageContaining("not of family rt-detr")
                .hasMessageContaining("orig_target_sizes");
    }

    private static double[] row(float[] rows, int at, double score, int classId) {
        double cx = rows[at];
        double cy = rows[at + 1];
        double w = rows[at + 2];
        double h = rows[at + 3];
        return new double[] {
            (cx - w / 2) * 640, (cy - h / 2) * 320, (cx + w / 2) * 640, (cy + h / 2) * 320, score, classId
        };
    }
}
