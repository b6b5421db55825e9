package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static dev.vigil.detect.Tensors.model;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NanoDetTest {
    private static final Family NANODET = new NanoDet(false);
    private static final Family PLUS = new NanoDet(true);
    private static final Family PICODET = new Paddle(false);

    static List<FamilySample> samples() {
        return List.of(
                FamilySample.of("NanoDet-m 320", whole(320, 2100, 112), "nanodet"),
                FamilySample.of("NanoDet-EfficientNet-Lite2 512", whole(512, 5376, 124), "nanodet"),
                FamilySample.of("NanoDet-Plus-m 320", whole(320, 2125, 112), "nanodet-plus"),
                FamilySample.of("NanoDet-Plus-m 416", whole(416, 3598, 112), "nanodet-plus"),
                FamilySample.of(
                        "NanoDet-m with its names lost",
                        model(floats("input.1", 1, 3, 320, 320), floats("792", 1, 2100, 112)),
                        "nanodet"),
                FamilySample.of(
                        "NanoDet-m 416, six outputs",
                        split(416, 80, "cls_pred_stride_", "dis_pred_stride_"),
                        "nanodet"),
                FamilySample.of("NanoDet-m 320 of 6 classes, six outputs", split(320, 6, "c", "d"), "nanodet"),
                FamilySample.of(
                        "NanoDet-m with 32 classes, six outputs",
                        split(320, 32, "cls_pred_stride_", "dis_pred_stride_"),
                        "nanodet"),
                FamilySample.of("PicoDet 320 heads", PaddleTest.heads(320, 80), "picodet"),
                FamilySample.of("FastestDet", FastestDetTest.fastestDet(352, 352, 80), "fastestdet"),
                FamilySample.of("FastestDet of one class", FastestDetTest.fastestDet(512, 288, 1), "fastestdet"));
    }

    @Test
    void shouldPlaceABoxByItsDistributionsWhenACellHasOne() throws ModelException {
        // 64x64: 8x8 cells of stride 8, 4x4 of 16, 2x2 of 32, 1 of 64; two classes.
        float[] output = new float[85 * 34];
        // Stride 16, column 2, row 1: distances 1, 0, 2 and 1.5 strides.
        int at = (64 + 4 + 2) * 34;
        output[at + 1] = 0.7f;
        output[at + 2 + 1] = 100;
        output[at + 2 + 8] = 100;
        output[at + 2 + 16 + 2] = 100;
        output[at + 2 + 24 + 1] = 100;
        output[at + 2 + 24 + 2] = 100;
        ModelInfo plus = model(floats("data", 1, 3, 64, 64), floats("output", 1, 85, 34));
        ModelInfo nanodet = model(floats("data", 1, 3, 64, 64), floats("output", 1, 84, 34));

        // NanoDet-Plus measures from the cell's corner at 32, 16; NanoDet from its middle at 40, 24.
        Decoding.assertOnly(Decoding.decode(PLUS, plus, 0.4f, output), 16, 16, 64, 40, 0.7f, 1);
        Decoding.assertOnly(
                Decoding.decode(NANODET, nanodet, 0.4f, Arrays.copyOf(output, 84 * 34)), 24, 24, 64, 48, 0.7f, 1);
    }

    @ParameterizedTest
    @CsvSource({"32, 32, 1", "320, 192, 3", "104, 72, 80"})
    void shouldFindWhatTheReferenceFindsWhenTensorsAreRandom(int widthPx, int heightPx, int classes)
            throws ModelException {
        for (int[] strides : new int[][] {{8, 16, 32}, {8, 16, 32, 64}}) {
            boolean plus = strides.length == 4;
            int columns = classes + 32;
            int cells = cells(widthPx, heightPx, strides);
            Random random = new Random(columns);
            float[] output = new float[cells * columns];
            for (int i = 0; i < output.length; i++) {
                output[i] = i % columns < classes ? random.nextFloat() : 3 * (float) random.nextGaussian();
            }
            ModelInfo model = model(floats("data", 1, 3, heightPx, widthPx), floats("output", 1, cells, columns));
            for (float scoreMin : new float[] {0, 0.5f, 0.95f}) {
                Candidates expected = Decoding.started(scoreMin);
                int cell = 0;
                for (int stride : strides) {
                    for (int y = 0; y < side(heightPx, stride); y++) {
                        for (int x = 0; x < side(widthPx, stride); x++) {
                            float[] row = Arrays.copyOfRange(output, cell * columns, ++cell * columns);
                            double offset = plus ? 0 : 0.5;
                            reference(
                                    row,
                                    classes,
                                    (x + offset) * stride,
                                    (y + offset) * stride,
                                    stride,
                                    widthPx,
                                    heightPx,
                                    expected);
                        }
                    }
                }
                Decoding.assertSame(Decoding.decode(plus ? PLUS : NANODET, model, scoreMin, output), expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldFindTheSameWhenClassesAndDistancesAreOutputsOfTheirOwn(boolean picodet) throws ModelException {
        int classes = 5;
        ModelInfo model =
                picodet ? PaddleTest.heads(96, classes) : split(96, classes, "cls_pred_stride_", "dis_pred_stride_");
        int levels = model.outputs().size() / 2;
        Random random = new Random(7);
        float[][] outputs = new float[2 * levels][];
        Candidates expected = Decoding.started(0.8f);
        for (int level = 0; level < levels; level++) {
            int stride = 8 << level;
            int side = side(96, stride);
            outputs[level] = Decoding.uniform(random, side * side * classes);
            outputs[levels + level] = Decoding.gaussian(random, side * side * 32, 2);
            for (int cell = 0; cell < side * side; cell++) {
                float[] row = new float[classes + 32];
                System.arraycopy(outputs[level], cell * classes, row, 0, classes);
                System.arraycopy(outputs[levels + level], cell * 32, row, classes, 32);
                double x = (cell % side + 0.5) * stride;
                double y = (cell / side + 0.5) * stride;
                reference(row, classes, x, y, stride, 96, 96, expected);
            }
        }

        Decoding.assertSame(Decoding.decode(picodet ? PICODET : NANODET, model, 0.8f, outputs), expected);
    }

    @Test
    void shouldGoByTheNamesWhenOutputsComeInPairs() throws ModelException {
        ModelInfo ordered = split(32, 32, "cls_pred_stride_", "dis_pred_stride_");
        List<TensorInfo> pairs = new ArrayList<>();
        float[][] values = new float[6][];
        for (int level = 0; level < 3; level++) {
            pairs.add(ordered.outputs().get(level));
            pairs.add(ordered.outputs().get(3 + level));
            int cells = (int) ordered.outputs().get(level).shape()[1];
            values[2 * level] = new float[cells * 32];
            values[2 * level + 1] = new float[cells * 32];
        }
        // Stride 32, its only cell, class 9; all distances are at the middle of 0..7.
        values[4][9] = 0.9f;

        Candidates found =
                Decoding.decode(NANODET, new ModelInfo(ordered.inputs(), pairs, ordered.metadata()), 0.4f, values);

        Decoding.assertOnly(found, 0, 0, 32, 32, 0.9f, 9);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void shouldCountAndMakeNoBoxWhenAValueIsNotANumber(float bad) throws ModelException {
        ModelInfo model = model(floats("data", 1, 3, 32, 32), floats("output", 1, 21, 34));
        for (int column = 0; column < 34; column++) {
            float[] output = new float[21 * 34];
            output[3 * 34] = column == 1 ? 0 : 0.9f;
            output[3 * 34 + column] = bad;

            Candidates found = Decoding.decode(NANODET, model, 0.4f, output);

            assertThat(found.count()).as("column %d", column).isZero();
            assertThat(found.malformed()).isEqualTo(1);
        }
    }

    @Test
    void shouldAskWhenAModelOfThreeStridesIsSaidToBeNanoDetPlus() throws ModelException {
        ModelInfo model = whole(416, 3549, 33);

        assertThat(Families.recognise(model, null).family().id()).isEqualTo("nanodet");
        assertThat(Families.recognise(model, "nanodet-plus").family().id()).isEqualTo("nanodet-plus");
        assertThat(PLUS.decoder(model).classes()).isEqualTo(1);
    }

    /** {@code get_bboxes} up to the NMS, for one cell, in doubles. */
    private static void reference(
            float[] row, int classes, double x, double y, int stride, int widthPx, int heightPx, Candidates into) {
        double[] distances = new double[4];
        for (int side = 0; side < 4; side++) {
            double sum = 0;
            for (int i = 0; i < 8; i++) {
                sum += Math.exp(row[classes + 8 * side + i]);
            }
            for (int i = 0; i < 8; i++) {
                distances[side] += i * Math.exp(row[classes + 8 * side + i]) / sum * stride;
            }
        }
        for (int c = 0; c < classes; c++) {
            into.add(
                    (float) Math.min(Math.max(x - distances[0], 0), widthPx),
                    (float) Math.min(Math.max(y - distances[1], 0), heightPx),
                    (float) Math.min(Math.max(x + distances[2], 0), widthPx),
                    (float) Math.min(Math.max(y + distances[3], 0), heightPx),
                    row[c],
                    c);
        }
    }

    private static ModelInfo whole(int sidePx, int cells, int columns) {
        return model(floats("data", 1, 3, sidePx, sidePx), floats("output", 1, cells, columns));
    }

    /** Classes of strides 8, 16 and 32, then their distances. */
    private static ModelInfo split(int sidePx, int classes, String classesName, String distancesName) {
        List<TensorInfo> outputs = new ArrayList<>();
        for (String name : List.of(classesName, distancesName)) {
            for (int stride = 8; stride <= 32; stride *= 2) {
                long cells = (long) side(sidePx, stride) * side(sidePx, stride);
                outputs.add(floats(name + stride, 1, cells, name.equals(classesName) ? classes : 32));
            }
        }
        return model(floats("data", 1, 3, sidePx, sidePx), outputs.toArray(TensorInfo[]::new));
    }

    private static int cells(int widthPx, int heightPx, int... strides) {
        return Arrays.stream(strides)
                .map(stride -> side(widthPx, stride) * side(heightPx, stride))
                .sum();
    }

    private static int side(int px, int stride) {
        return (int) Math.ceil(px / (double) stride);
    }
}
