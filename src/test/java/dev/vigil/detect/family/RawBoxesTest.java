package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.direct;
import static dev.vigil.detect.Tensors.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Suppression;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RawBoxesTest {
    private final Candidates candidates = new Candidates();

    static List<FamilySample> samples() {
        return List.of(
                FamilySample.of("PyTorch's, NMS cut away", model(8400, 80, true, "xyxy", "pixels"), "raw-boxes"),
                FamilySample.of("TensorFlow's, NMS cut away", model(1917, 90, false, "yxyx", "unit"), "raw-boxes"));
    }

    /** Of an input of 200 by 100. */
    private static ModelInfo model(
            int anchors, int classes, boolean classesFirst, String form, String unit, String... more) {
        Map<String, String> metadata = new HashMap<>(Map.of(
                "family",
                "raw-boxes",
                "boxes_form",
                form,
                "boxes_unit",
                unit,
                "scores_order",
                classesFirst ? "classes_first" : "anchors_first"));
        for (int i = 0; i < more.length; i += 2) {
            metadata.put(more[i], more[i + 1]);
        }
        TensorInfo scores =
                classesFirst ? floats("scores", 1, classes, anchors) : floats("scores", 1, anchors, classes);
        return new ModelInfo(
                List.of(floats("images", 1, 3, 100, 200)), List.of(floats("boxes", 1, anchors, 4), scores), metadata);
    }

    private List<List<Float>> decode(ModelInfo model, float[] boxes, float... scores) throws ModelException {
        BoxDecoder decoder = new RawBoxes().decoder(model);
        candidates.start(0.4f);
        decoder.decode(new FloatBuffer[] {direct(boxes), direct(scores)}, candidates);
        return SsdTest.rows(candidates);
    }

    @ParameterizedTest
    @CsvSource({
        "xyxy,   pixels, 20, 30, 60, 80",
        "yxyx,   pixels, 30, 20, 80, 60",
        "cxcywh, pixels, 40, 55, 40, 50",
        "xyxy,   unit,   0.1, 0.3, 0.3, 0.8",
        "yxyx,   unit,   0.3, 0.1, 0.8, 0.3",
        "cxcywh, unit,   0.2, 0.55, 0.2, 0.5",
    })
    void shouldGiveCornersInPixelsWhateverTheFormIs(String form, String unit, float a, float b, float c, float d)
            throws ModelException {
        List<Float> row = decode(model(1, 2, false, form, unit), new float[] {a, b, c, d}, 0.1f, 0.9f)
                .get(0);
        assertThat(row.get(5)).isEqualTo(1f);
        assertThat(new float[] {row.get(0), row.get(1), row.get(2), row.get(3), row.get(4)})
                .containsExactly(new float[] {20, 30, 60, 80, 0.9f}, org.assertj.core.data.Offset.offset(1e-4f));
    }

    @Test
    void shouldTakeEachClassOrTheBestOnlyAsTheMetadataSay() throws ModelException {
        float[] boxes = {0, 0, 10, 10, 20, 20, 30, 30};
        // Two anchors, three classes, by class.
        float[] scores = {0.5f, 0.7f, 0.6f, 0.7f, 0.9f, 0.45f};
        assertThat(decode(model(2, 3, true, "xyxy", "pixels"), boxes, scores)).hasSize(6);
        assertThat(decode(model(2, 3, true, "xyxy", "pixels", "classes_per_box", "best"), boxes, scores))
                .as("of equal scores the first class")
                .containsExactly(List.of(20f, 20f, 30f, 30f, 0.7f, 0f), List.of(0f, 0f, 10f, 10f, 0.9f, 2f));
        assertThat(decode(model(2, 3, true, "xyxy", "pixels", "background_class", "0"), boxes, scores))
                .as("class 0 is none")
                .hasSize(4);
        assertThat(decode(model(2, 3, true, "xyxy", "pixels", "nms_score", "0.65"), boxes, scores))
                .as("what the graph did not let through")
                .hasSize(3);
    }

    @Test
    void shouldCountWhatIsNotANumber() throws ModelException {
        ModelInfo best = model(2, 2, false, "xyxy", "pixels", "classes_per_box", "best");
        assertThat(decode(best, new float[] {0, 0, 1, 1, 0, 0, Float.NaN, 1}, Float.NaN, 0.9f, 0.5f, 0.1f))
                .isNotNull();
        assertThat(candidates.malformed()).isEqualTo(2);
    }

    @Test
    void shouldHaveTheLimitsOfTheNmsThatIsGone() {
        ModelInfo model = model(
                2, 2, false, "yxyx", "unit", "nms_iou", "0.6", "nms_kind", "all_classes", "nms_boxes_per_class", "7");
        RawBoxes family = new RawBoxes();
        assertThat(family.suppression(model)).isEqualTo(new Suppression(Suppression.Kind.ALL_CLASSES, 0.6f));
        assertThat(family.filters(model).all().countMax()).isEqualTo(7);
        assertThat(family.inputDefaults(model).resize()).isEqualTo(Resize.STRETCH);
        ModelInfo odd = model(2, 2, false, "xyxy", "pixels", "nms_iou", "nan", "nms_boxes_per_class", "-1");
        assertThat(family.suppression(odd)).isEqualTo(Suppression.USUAL);
        assertThat(family.filters(odd).all().countMax()).isNull();
        assertThat(family.inputDefaults(odd).resize()).isEqualTo(Resize.LETTERBOX);
    }

    @Test
    void shouldNotFitWhenTheMetadataSayNothingOrSomethingElse() {
        ModelInfo good = model(4, 2, false, "xyxy", "pixels");
        assertThatThrownBy(() -> new RawBoxes().decoder(new ModelInfo(good.inputs(), good.outputs(), Map.of())))
                .hasMessageContaining("wants metadata that tell its boxes' form");
        assertThatThrownBy(() -> new RawBoxes().decoder(model(4, 2, false, "zzz", "pixels")))
                .hasMessageContaining("wants metadata");
        ModelInfo other = new ModelInfo(
                good.inputs(), List.of(floats("boxes", 1, 4, 4), floats("scores", 1, 5, 2)), good.metadata());
        assertThatThrownBy(() -> new RawBoxes().decoder(other)).hasMessageContaining("differ in their anchors");
    }
}
