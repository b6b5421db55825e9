package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static dev.vigil.detect.Tensors.model;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family.Fit.Degree;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.family.YoloBoxes.Box;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YoloHeadsTest {
    private static final int WIDTH = 96;
    private static final int HEIGHT = 64;

    static final ModelInfo ZOO = model(
            floats("input_1", 1, 3, 416, 416),
            floats("yolonms_layer_1/ExpandDims_1:0", 1, 10647, 4),
            floats("yolonms_layer_1/ExpandDims_3:0", 1, 80, 10647),
            new TensorInfo("yolonms_layer_1/concat_2:0", ElementType.INT32, new long[] {-1, 3}));

    /** Anchors by stride as the configuration files of darknet list them. */
    private static double[] anchors(String family, boolean tiny, int stride) {
        return switch (family + tiny + stride) {
            case "yolov3false8" -> new double[] {10, 13, 16, 30, 33, 23};
            case "yolov3false16" -> new double[] {30, 61, 62, 45, 59, 119};
            case "yolov3false32" -> new double[] {116, 90, 156, 198, 373, 326};
            case "yolov3true16" -> new double[] {10, 14, 23, 27, 37, 58};
            case "yolov4false8" -> new double[] {12, 16, 19, 36, 40, 28};
            case "yolov4false16" -> new double[] {36, 75, 76, 55, 72, 146};
            case "yolov4false32" -> new double[] {142, 110, 192, 243, 459, 401};
            case "yolov4true16" -> new double[] {23, 27, 37, 58, 81, 82};
            case "yolov3true32", "yolov4true32" -> new double[] {81, 82, 135, 169, 344, 319};
            default -> throw new IllegalArgumentException(family + stride);
        };
    }

    private static double scale(String family, boolean tiny, int stride) {
        return family.equals("yolov3") ? 1 : tiny || stride == 32 ? 1.05 : stride == 16 ? 1.1 : 1.2;
    }

    /** @param order strides of the outputs */
    private static ModelInfo of(String layout, int classes, int... order) {
        TensorInfo[] heads = new TensorInfo[order.length];
        for (int i = 0; i < order.length; i++) {
            int h = HEIGHT / order[i];
            int w = WIDTH / order[i];
            heads[i] = switch (layout) {
                case "NCHW" -> floats("head" + i, 1, 3L * (5 + classes), h, w);
                case "NHWC" -> floats("head" + i, 1, h, w, 3L * (5 + classes));
                default -> floats("head" + i, 1, h, w, 3, 5 + classes);
            };
        }
        return model(floats("input", 1, 3, HEIGHT, WIDTH), heads);
    }

    @ParameterizedTest
    @CsvSource({
        "yolov3, NCHW, false, 80", "yolov3, NCHW, true, 3", "yolov3, NHWC, false, 1", "yolov3, NHW3C, true, 2",
        "yolov4, NHW3C, false, 80", "yolov4, NCHW, true, 80", "yolov4, NCHW, false, 2", "yolov4, NHWC, true, 4"
    })
    void shouldFindWhatTheReferenceFindsWhenTensorsAreRandom(String family, String layout, boolean tiny, int classes)
            throws ModelException {
        int[] order = tiny ? new int[] {32, 16} : new int[] {32, 8, 16};
        float[][] outputs = new float[order.length][];
        for (int i = 0; i < order.length; i++) {
            outputs[i] = YoloBoxes.random(i, 3 * (5 + classes) * (WIDTH / order[i]) * (HEIGHT / order[i]), -3, 3);
        }
        BoxDecoder decoder = YoloBoxes.decoder(family, of(layout, classes, order));
        List<Box> expected = new ArrayList<>();
        for (int stride : tiny ? new int[] {16, 32} : new int[] {8, 16, 32}) {
            int output = 0;
            while (order[output] != stride) {
                output++;
            }
            reference(outputs[output], layout, family, tiny, stride, classes, expected);
        }

        assertThat(decoder.classes()).isEqualTo(classes);
        for (float scoreMin : new float[] {0, 0.3f, 0.8f}) {
            YoloBoxes.assertBoxes(YoloBoxes.decode(decoder, scoreMin, outputs), expected, scoreMin);
        }
    }

    /** get_yolo_box and delta of src/yolo_layer.c with scale_x_y, step by step, in doubles. */
    private static void reference(
            float[] raw, String layout, String family, boolean tiny, int stride, int classes, List<Box> into) {
        int w = WIDTH / stride;
        int h = HEIGHT / stride;
        double[] anchors = anchors(family, tiny, stride);
        double scale = scale(family, tiny, stride);
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                for (int a = 0; a < 3; a++) {
                    double[] t = new double[5 + classes];
                    for (int k = 0; k < t.length; k++) {
                        t[k] = layout.equals("NCHW")
                                ? raw[((a * t.length + k) * h + y) * w + x]
                                : raw[((y * w + x) * 3 + a) * t.length + k];
                    }
                    double[] scores = new double[classes];
                    for (int c = 0; c < classes; c++) {
                        scores[c] = YoloBoxes.sigmoid(t[4]) * YoloBoxes.sigmoid(t[5 + c]);
                    }
                    int best = YoloBoxes.argmax(scores);
                    into.add(Box.ofCentre(
                            (YoloBoxes.sigmoid(t[0]) * scale - (scale - 1) / 2 + x) * stride,
                            (YoloBoxes.sigmoid(t[1]) * scale - (scale - 1) / 2 + y) * stride,
                            Math.exp(t[2]) * anchors[2 * a],
                            Math.exp(t[3]) * anchors[2 * a + 1],
                            scores[best],
                            best));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void shouldCountAndMakeNoBoxWhenAnyValueIsNotANumber(int value) throws ModelException {
        BoxDecoder decoder = YoloBoxes.decoder("yolov4", of("NHW3C", 2, 16, 32));
        float[] fine = new float[6 * 4 * 3 * 7];
        float[] coarse = new float[3 * 2 * 3 * 7];
        for (int at = 4; at < fine.length; at += 7) {
            fine[at] = -9;
        }
        for (int at = 4; at < coarse.length; at += 7) {
            coarse[at] = -9;
        }
        float[] row = {0, 0, 0, 0, 5, 5, 4};
        System.arraycopy(row, 0, coarse, 7 * 4, 7);
        coarse[7 * 4 + value] = Float.NaN;

        Candidates found = YoloBoxes.decode(decoder, 0.4f, fine, coarse);

        assertThat(found.count()).isZero();
        assertThat(found.malformed()).isEqualTo(1);
    }

    @Test
    void shouldCountAndMakeNoBoxWhenTheSizeOverflows() throws ModelException {
        BoxDecoder decoder = YoloBoxes.decoder("yolov3", of("NHW3C", 1, 16, 32));
        float[] coarse = new float[3 * 2 * 3 * 6];
        for (int at = 4; at < coarse.length; at += 6) {
            coarse[at] = -9;
        }
        coarse[2] = 1_000;
        coarse[4] = 9;
        coarse[5] = 9;
        float[] fine = new float[6 * 4 * 3 * 6];

        Candidates found = YoloBoxes.decode(decoder, 0.4f, fine, coarse);

        assertThat(found.count()).isZero();
        assertThat(found.malformed()).isEqualTo(1);
    }

    @Test
    void shouldKnowTheVersionWhenTheHeadsAreNamedAsDarknetCountsThem() {
        ModelInfo four = model(
                floats("000_net", 1, 3, 416, 416),
                floats("139_convolutional", 1, 255, 52, 52),
                floats("150_convolutional", 1, 255, 26, 26),
                floats("161_convolutional", 1, 255, 13, 13));

        assertThat(new YoloHeads(YoloHeads.Kind.V4).fit(four).degree()).isEqualTo(Degree.CERTAIN);
        assertThat(new YoloHeads(YoloHeads.Kind.V3).fit(four).degree()).isEqualTo(Degree.POSSIBLE);
    }

    @Test
    void shouldSayWhatIsWantedWhenAHeadIsNoGrid() {
        ModelInfo heads = model(
                floats("input", 1, 3, 640, 640),
                floats("a", 1, 3, 80, 80, 85),
                floats("b", 1, 3, 40, 40, 85),
                floats("c", 1, 3, 20, 20, 85));

        assertThat(new YoloHeads(YoloHeads.Kind.V3).fit(heads).why())
                .contains("output a")
                .contains("3 * (5 + classes)");
    }

    @Test
    void shouldReadBoxesAndScoresOfAllCellsWhenItIsTheZoos() throws ModelException {
        BoxDecoder decoder = YoloBoxes.decoder("yolov3", ZOO);
        float[] boxes = YoloBoxes.random(1, 10647 * 4, 0, 416);
        float[] scores = new float[80 * 10647];
        scores[7] = 0.9f;
        scores[79 * 10647 + 10646] = 0.5f;

        Candidates found = YoloBoxes.decode(decoder, 0.4f, boxes, scores, new float[0]);

        assertThat(decoder.classes()).isEqualTo(80);
        YoloBoxes.assertBoxes(
                found,
                List.of(
                        new Box(boxes[29], boxes[28], boxes[31], boxes[30], 0.9f, 0),
                        new Box(
                                boxes[4 * 10646 + 1],
                                boxes[4 * 10646],
                                boxes[4 * 10646 + 3],
                                boxes[4 * 10646 + 2],
                                0.5f,
                                79)),
                0.4f);
    }

    @Test
    void shouldScaleToPixelsWhenBoxesAndConfsAreDecoded() throws ModelException {
        ModelInfo decoded =
                model(floats("input", 1, 3, 320, 512), floats("boxes", 1, 20, 1, 4), floats("confs", 1, 20, 3));
        float[] boxes = YoloBoxes.random(1, 80, 0, 1);
        float[] confs = YoloBoxes.random(2, 60, 0, 1);
        List<Box> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int best = YoloBoxes.argmax(new double[] {confs[3 * i], confs[3 * i + 1], confs[3 * i + 2]});
            expected.add(new Box(
                    boxes[4 * i] * 512.0,
                    boxes[4 * i + 1] * 320.0,
                    boxes[4 * i + 2] * 512.0,
                    boxes[4 * i + 3] * 320.0,
                    confs[3 * i + best],
                    best));
        }

        for (float scoreMin : new float[] {0, 0.5f, 0.9f}) {
            YoloBoxes.assertBoxes(
                    YoloBoxes.decode(YoloBoxes.decoder("yolov4-decoded", decoded), scoreMin, boxes, confs),
                    expected,
                    scoreMin);
        }
        confs[4] = Float.NaN;
        assertThat(YoloBoxes.decode(YoloBoxes.decoder("yolov4-decoded", decoded), 0.4f, boxes, confs)
                        .malformed())
                .isEqualTo(1);
    }
}
