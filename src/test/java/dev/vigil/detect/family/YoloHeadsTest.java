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
import java.util.Arrays;
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
            case "yolov5false8" -> new double[] {10, 13, 16, 30, 33, 23};
            case "yolov5false16" -> new double[] {30, 61, 62, 45, 59, 119};
            case "yolov5false32" -> new double[] {116, 90, 156, 198, 373, 326};
            case "yolov5true16" -> new double[] {10, 14, 23, 27, 37, 58};
            case "yolov4false8", "yolov7false8", "scaled-yolov4false8" -> new double[] {12, 16, 19, 36, 40, 28};
            case "yolov4false16", "yolov7false16", "scaled-yolov4false16" -> new double[] {36, 75, 76, 55, 72, 146};
            case "yolov4false32", "yolov7false32", "scaled-yolov4false32" ->
                new double[] {142, 110, 192, 243, 459, 401};
            case "yolov4true16" -> new double[] {23, 27, 37, 58, 81, 82};
            case "yolov3true32", "yolov4true32", "yolov5true32" -> new double[] {81, 82, 135, 169, 344, 319};
            default -> throw new IllegalArgumentException(family + stride);
        };
    }

    private static double scale(String family, boolean tiny, int stride) {
        return switch (family) {
            case "yolov3" -> 1;
            case "yolov4" -> tiny || stride == 32 ? 1.05 : stride == 16 ? 1.1 : 1.2;
            default -> 2;
        };
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
                case "N3HWC" -> floats("head" + i, 1, 3, h, w, 5 + classes);
                default -> floats("head" + i, 1, h, w, 3, 5 + classes);
            };
        }
        return model(floats("input", 1, 3, HEIGHT, WIDTH), heads);
    }

    @ParameterizedTest
    @CsvSource({
        "yolov3, NCHW, false, 80",
        "yolov3, NCHW, true, 3",
        "yolov3, NHWC, false, 1",
        "yolov3, NHW3C, true, 2",
        "yolov4, NHW3C, false, 80",
        "yolov4, NCHW, true, 80",
        "yolov4, NCHW, false, 2",
        "yolov4, NHWC, true, 4",
        "yolov5, N3HWC, false, 80",
        "yolov5, NCHW, false, 3",
        "yolov5, N3HWC, true, 1",
        "yolov7, N3HWC, false, 80",
        "yolov7, NCHW, false, 2",
        "yolov7, N3HWC, false, 1",
        "scaled-yolov4, NCHW, false, 80",
        "scaled-yolov4, NHW3C, false, 3"
    })
    void shouldFindWhatTheReferenceFindsWhenTensorsAreRandom(String family, String layout, boolean tiny, int classes)
            throws ModelException {
        int[] order = tiny ? new int[] {32, 16} : new int[] {32, 8, 16};
        float[][] outputs = new float[order.length][];
        for (int i = 0; i < order.length; i++) {
            // Scaled-YOLOv4's come out of a logistic function.
            float from = family.equals("scaled-yolov4") ? 0 : -3;
            float to = family.equals("scaled-yolov4") ? 1 : 3;
            outputs[i] = YoloBoxes.random(i, 3 * (5 + classes) * (WIDTH / order[i]) * (HEIGHT / order[i]), from, to);
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

    /**
     * The formulas of the reference implementations, step by step, in doubles: get_yolo_box and delta of darknet's
     * src/yolo_layer.c with scale_x_y, and its new_coords; Detect.forward of models/yolo.py of YOLOv5 and v7 with
     * non_max_suppression of utils/general.py, in which v7 gives a single class the score of the objectness.
     */
    private static void reference(
            float[] raw, String layout, String family, boolean tiny, int stride, int classes, List<Box> into) {
        int w = WIDTH / stride;
        int h = HEIGHT / stride;
        double[] anchors = anchors(family, tiny, stride);
        double scale = scale(family, tiny, stride);
        boolean exponents = family.equals("yolov3") || family.equals("yolov4");
        for (int[] place : places(w, h)) {
            int a = place[0];
            double[] t = new double[5 + classes];
            for (int k = 0; k < t.length; k++) {
                t[k] = raw[at(layout, a, place[1], place[2], k, t.length, w, h)];
            }
            double[] unit = new double[t.length];
            for (int k = 0; k < t.length; k++) {
                unit[k] = family.equals("scaled-yolov4") ? t[k] : YoloBoxes.sigmoid(t[k]);
            }
            double[] scores = new double[classes];
            for (int c = 0; c < classes; c++) {
                scores[c] = unit[4] * (family.equals("yolov7") && classes == 1 ? 1 : unit[5 + c]);
            }
            int best = YoloBoxes.argmax(scores);
            into.add(Box.ofCentre(
                    (unit[0] * scale - (scale - 1) / 2 + place[2]) * stride,
                    (unit[1] * scale - (scale - 1) / 2 + place[1]) * stride,
                    (exponents ? Math.exp(t[2]) : Math.pow(2 * unit[2], 2)) * anchors[2 * a],
                    (exponents ? Math.exp(t[3]) : Math.pow(2 * unit[3], 2)) * anchors[2 * a + 1],
                    scores[best],
                    best));
        }
    }

    /** Anchor, row and column of each box, cell by cell. */
    private static List<int[]> places(int w, int h) {
        List<int[]> places = new ArrayList<>();
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                for (int a = 0; a < 3; a++) {
                    places.add(new int[] {a, y, x});
                }
            }
        }
        return places;
    }

    private static int at(String layout, int a, int y, int x, int k, int values, int w, int h) {
        return switch (layout) {
            case "NCHW" -> ((a * values + k) * h + y) * w + x;
            case "N3HWC" -> ((a * h + y) * w + x) * values + k;
            default -> ((y * w + x) * 3 + a) * values + k;
        };
    }

    @Test
    void shouldHaveFourHeadsWhenItIsALargeModel() throws ModelException {
        for (String family : List.of("yolov5", "yolov7")) {
            ModelInfo large = model(
                    floats("images", 1, 3, 64, 128),
                    floats("a", 1, 3, 1, 2, 7),
                    floats("b", 1, 3, 8, 16, 7),
                    floats("c", 1, 3, 2, 4, 7),
                    floats("d", 1, 3, 4, 8, 7));
            float[][] outputs = {new float[42], new float[2688], new float[168], new float[672]};
            for (float[] output : outputs) {
                Arrays.fill(output, -20);
            }
            // Stride 64, last anchor of cell (1, 0): its centre, as large as the anchor, 0.9 of class 1.
            float[] row = {0, 0, 0, 0, 20, -20, (float) Math.log(9)};
            System.arraycopy(row, 0, outputs[0], 7 * 5, 7);

            YoloBoxes.assertBoxes(
                    YoloBoxes.decode(YoloBoxes.decoder(family, large), 0.4f, outputs),
                    List.of(Box.ofCentre(96, 32, 925, 792, 0.9, 1)),
                    0.4f);
        }
    }

    /** An export of training mode off keeps the raw heads beside the one that they were made into, in any order. */
    @Test
    void shouldReadTheConcatenatedOutputWhenRawHeadsAreBesideIt() throws ModelException {
        TensorInfo[] outputs = {
            floats("a", 1, 3, 8, 12, 7),
            floats("output", 1, 378, 7),
            floats("b", 1, 3, 4, 6, 7),
            floats("c", 1, 3, 2, 3, 7)
        };
        ModelInfo both = model(floats("images", 1, 3, HEIGHT, WIDTH), outputs);
        float[] rows = new float[378 * 7];
        System.arraycopy(new float[] {40, 26, 40, 32, 1, 0.1f, 0.9f}, 0, rows, 7 * 11, 7);

        for (String family : List.of("yolov5", "yolov7")) {
            YoloBoxes.assertBoxes(
                    YoloBoxes.decode(
                            YoloBoxes.decoder(family, both),
                            0.4f,
                            new float[2016],
                            rows,
                            new float[504],
                            new float[126]),
                    List.of(Box.ofCentre(40, 26, 40, 32, 0.9, 1)),
                    0.4f);
        }
        assertThat(Families.recognise(both, null).family().id()).isEqualTo("yolov5");
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

        assertThat(new YoloHeads(YoloKind.V4).fit(four).degree()).isEqualTo(Degree.CERTAIN);
        assertThat(new YoloHeads(YoloKind.V3).fit(four).degree()).isEqualTo(Degree.POSSIBLE);
    }

    @Test
    void shouldSayWhatIsWantedWhenAHeadIsNoGrid() {
        ModelInfo heads = model(
                floats("input", 1, 3, 640, 640),
                floats("a", 1, 3, 80, 80, 85),
                floats("b", 1, 3, 40, 40, 85),
                floats("c", 1, 3, 20, 20, 85));

        assertThat(new YoloHeads(YoloKind.V3).fit(heads).why())
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
