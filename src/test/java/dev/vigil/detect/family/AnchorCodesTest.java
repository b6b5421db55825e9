package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static dev.vigil.detect.Tensors.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SSD and EfficientDet whose boxes are coded against anchors. */
class AnchorCodesTest {
    private static final Family RAW = new SsdAnchors(false);
    private static final Family LOGITS = new SsdAnchors(true);
    private static final Family EFFICIENTDET = new EfficientDet();

    static List<FamilySample> samples() {
        return List.of(
                FamilySample.of("SSD for TensorFlow Lite without its operator", lite(300, 1917, 91), "ssd-raw"),
                FamilySample.of("SSDLite MobileDet for TensorFlow Lite", lite(320, 2034, 91), "ssd-raw"),
                FamilySample.of(
                        "SSD of TensorFlow, cut at its heads",
                        model(
                                floats("image_tensor:0", 1, 300, 300, 3),
                                floats("concat:0", 1, 1917, 4),
                                floats("concat_1:0", 1, 1917, 91)),
                        "ssd",
                        "ssd-raw",
                        "ssd-logits"),
                FamilySample.of("EfficientDet-D0 of zylo117", efficientDet(512, 90), "efficientdet"),
                FamilySample.of(
                        "EfficientDet-D0 of zylo117 with features and anchors",
                        model(
                                floats("input", 1, 3, 512, 512),
                                floats("p3", 1, 64, 64, 64),
                                floats("p4", 1, 64, 32, 32),
                                floats("p5", 1, 64, 16, 16),
                                floats("p6", 1, 64, 8, 8),
                                floats("p7", 1, 64, 4, 4),
                                floats("1810", 1, 49104, 4),
                                floats("2501", 1, 49104, 90),
                                floats("anchors", 1, 49104, 4)),
                        "efficientdet"),
                FamilySample.of(
                        "boxes and scores over the anchors of an EfficientDet",
                        model(
                                floats("input", 1, 3, 512, 512),
                                floats("raw_detection_boxes", 1, 49104, 4),
                                floats("raw_detection_scores", 1, 49104, 90)),
                        "ssd"),
                FamilySample.of(
                        "EfficientDet-D0 of automl",
                        model(Decoding.bytes("image_arrays:0", 1, 512, 512, 3), floats("detections:0", 1, 100, 7)),
                        "efficientdet"));
    }

    private static ModelInfo lite(int sidePx, int anchors, int columns) {
        return model(
                floats("normalized_input_image_tensor", 1, sidePx, sidePx, 3),
                floats("raw_outputs/box_encodings", 1, anchors, 4),
                floats("raw_outputs/class_predictions", 1, anchors, columns));
    }

    private static ModelInfo efficientDet(int sidePx, int classes) {
        int anchors = 0;
        for (int stride = 8; stride <= 128; stride *= 2) {
            anchors += 9 * (sidePx / stride) * (sidePx / stride);
        }
        return model(
                floats("input", 1, 3, sidePx, sidePx),
                floats("regression", 1, anchors, 4),
                floats("classification", 1, anchors, classes));
    }

    @Test
    void shouldHaveTheAnchorsOfTensorFlowWhenItIsAnSsd() {
        AnchorCodes.Anchors anchors = SsdAnchors.anchors(300, 300);

        assertThat(anchors.count()).isEqualTo(1917);
        assertAnchor(anchors, 0, 300 / 38f, 300 / 38f, 30, 30);
        assertAnchor(anchors, 1, 300 / 38f, 300 / 38f, (float) (60 * Math.sqrt(2)), (float) (60 / Math.sqrt(2)));
        // Second row, third column of the first layer.
        assertAnchor(anchors, 3 * (19 + 2), 300 * 2.5f / 19, 300 * 1.5f / 19, 30, 30);
        // The last layer has one cell; its sixth anchor has the mean of scales 0.95 and 1.
        assertAnchor(anchors, 1911, 150, 150, 285, 285);
        assertAnchor(anchors, 1916, 150, 150, (float) (300 * Math.sqrt(0.95)), (float) (300 * Math.sqrt(0.95)));
        assertThat(SsdAnchors.anchors(320, 320).count()).isEqualTo(2034);
    }

    @Test
    void shouldHaveTheAnchorsOfItsRepositoryWhenItIsAnEfficientDet() {
        AnchorCodes.Anchors anchors = EfficientDet.anchors(512, 512);

        assertThat(anchors.count()).isEqualTo(49104);
        assertAnchor(anchors, 0, 4, 4, 32, 32);
        assertAnchor(anchors, 1, 4, 4, 44.8f, 22.4f);
        assertAnchor(anchors, 5, 4, 4, (float) (22.4 * Math.cbrt(2)), (float) (44.8 * Math.cbrt(2)));
        assertAnchor(anchors, 9 * (64 + 2), 20, 12, 32, 32);
        assertAnchor(anchors, 49104 - 9, 448, 448, 512, 512);
    }

    private static void assertAnchor(AnchorCodes.Anchors anchors, int i, float x, float y, float width, float height) {
        assertThat(List.of(anchors.x()[i], anchors.y()[i], anchors.width()[i], anchors.height()[i]))
                .zipSatisfy(List.of(x, y, width, height), (is, wanted) -> assertThat(is)
                        .isCloseTo(wanted, within(1e-3f)));
    }

    @ParameterizedTest
    @CsvSource({"300, 1917, 91, false", "300, 1917, 2, true", "320, 2034, 91, true"})
    void shouldFindWhatTheReferenceFindsWhenAnSsdIsRandom(int sidePx, int count, int columns, boolean logits)
            throws ModelException {
        Random random = new Random(columns);
        float[] codes = Decoding.gaussian(random, count * 4, 4);
        float[] scores =
                logits ? Decoding.gaussian(random, count * columns, 3) : Decoding.uniform(random, count * columns);
        AnchorCodes.Anchors anchors = SsdAnchors.anchors(sidePx, sidePx);
        for (float scoreMin : new float[] {0.9f, 0.99f}) {
            Candidates expected = Decoding.started(scoreMin);
            for (int a = 0; a < count; a++) {
                double y = codes[4 * a] / 10.0 * anchors.height()[a] + anchors.y()[a];
                double x = codes[4 * a + 1] / 10.0 * anchors.width()[a] + anchors.x()[a];
                double height = Math.exp(codes[4 * a + 2] / 5.0) * anchors.height()[a];
                double width = Math.exp(codes[4 * a + 3] / 5.0) * anchors.width()[a];
                for (int c = 1; c < columns; c++) {
                    double score = scores[a * columns + c];
                    expected.add(
                            (float) (x - width / 2),
                            (float) (y - height / 2),
                            (float) (x + width / 2),
                            (float) (y + height / 2),
                            (float) (logits ? 1 / (1 + Math.exp(-score)) : score),
                            c - 1);
                }
            }
            Decoding.assertSame(
                    Decoding.decode(logits ? LOGITS : RAW, lite(sidePx, count, columns), scoreMin, codes, scores),
                    expected);
        }
    }

    @Test
    void shouldFindEveryBoxOfLogitsWhenTheThresholdIsZero() throws ModelException {
        Candidates found = Decoding.decode(
                LOGITS, lite(300, 1917, 2), 0, new float[4 * 1917], Decoding.gaussian(new Random(1), 2 * 1917, 5));

        assertThat(found.count()).isEqualTo(1917);
    }

    @Test
    void shouldFindWhatTheReferenceFindsWhenAnEfficientDetIsRandom() throws ModelException {
        ModelInfo model = efficientDet(256, 7);
        int count = (int) model.outputs().get(0).shape()[1];
        Random random = new Random(5);
        float[] codes = Decoding.gaussian(random, count * 4, 0.5f);
        float[] scores = Decoding.uniform(random, count * 7);
        Candidates expected = Decoding.started(0.9f);
        List<double[]> anchors = new ArrayList<>();
        for (int stride = 8; stride <= 128; stride *= 2) {
            for (double y = stride / 2.0; y < 256; y += stride) {
                for (double x = stride / 2.0; x < 256; x += stride) {
                    for (double scale : new double[] {1, Math.pow(2, 1 / 3.0), Math.pow(2, 2 / 3.0)}) {
                        for (double[] ratio : new double[][] {{1, 1}, {1.4, 0.7}, {0.7, 1.4}}) {
                            anchors.add(
                                    new double[] {x, y, 4 * stride * scale * ratio[0], 4 * stride * scale * ratio[1]});
                        }
                    }
                }
            }
        }
        for (int a = 0; a < count; a++) {
            double[] anchor = anchors.get(a);
            double width = Math.exp(codes[4 * a + 3]) * anchor[2];
            double height = Math.exp(codes[4 * a + 2]) * anchor[3];
            double y = codes[4 * a] * anchor[3] + anchor[1];
            double x = codes[4 * a + 1] * anchor[2] + anchor[0];
            int best = 0;
            for (int c = 1; c < 7; c++) {
                best = scores[7 * a + c] > scores[7 * a + best] ? c : best;
            }
            expected.add(
                    (float) Math.min(Math.max(x - width / 2, 0), 255),
                    (float) Math.min(Math.max(y - height / 2, 0), 255),
                    (float) Math.min(Math.max(x + width / 2, 0), 255),
                    (float) Math.min(Math.max(y + height / 2, 0), 255),
                    scores[7 * a + best],
                    best);
        }

        Decoding.assertSame(Decoding.decode(EFFICIENTDET, model, 0.9f, codes, scores), expected);
    }

    @Test
    void shouldReadRowsOfSevenWhenTheModelHasItsNmsInside() throws ModelException {
        ModelInfo model = model(Decoding.bytes("image_arrays:0", 1, 512, 512, 3), floats("detections:0", 1, 2, 7));

        Candidates found = Decoding.decode(
                EFFICIENTDET, model, 0.4f, new float[] {0, 10, 20, 30, 40, 0.8f, 3, 0, 0, 0, 0, 0, 0, 0});

        Decoding.assertOnly(found, 20, 10, 40, 30, 0.8f, 2);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void shouldCountAndMakeNoBoxWhenAScoreOrPositionIsNotANumber(float bad) throws ModelException {
        for (Family family : List.of(RAW, LOGITS)) {
            for (int k = 0; k < 3; k++) {
                float[] codes = new float[4 * 1917];
                float[] scores = new float[2 * 1917];
                Arrays.fill(scores, -9);
                scores[2 * 70 + 1] = k == 2 && (Float.isNaN(bad) || family == RAW) ? bad : 0.9f;
                codes[4 * 70 + Math.min(k, 1)] = k < 2 ? bad : 0;

                Candidates found = Decoding.decode(family, lite(300, 1917, 2), 0.4f, codes, scores);

                assertThat(found.malformed() + found.count()).isEqualTo(1);
                assertThat(found.malformed()).isEqualTo(k < 2 || Float.isNaN(bad) || family == RAW ? 1 : 0);
            }
        }
    }

    @Test
    void shouldStayFiniteWhenASizeIsHuge() throws ModelException {
        float[] codes = new float[4 * 1917];
        float[] scores = new float[2 * 1917];
        scores[1] = 0.9f;
        codes[2] = 1e30f;

        assertThat(Decoding.decode(RAW, lite(300, 1917, 2), 0.4f, codes, scores).count())
                .isEqualTo(1);
    }
}
