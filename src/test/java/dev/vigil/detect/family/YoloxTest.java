package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.direct;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Tensors;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YoloxTest {
    private final Candidates candidates = new Candidates();

    @Test
    void shouldPlaceABoxByGridAndStrideWhenACellHasOne() throws ModelException {
        // 64x32: 8x4 cells of stride 8, 4x2 of 16, 2x1 of 32; two classes.
        float[] output = new float[42 * 7];
        // Stride 8, column 3, row 2.
        put(output, 2 * 8 + 3, 0.5f, 0.25f, (float) Math.log(2), 0, 0.8f, 0.5f, 0.75f);
        // Stride 32, column 1.
        put(output, 32 + 8 + 1, 0, 0, 0, 0, 0.9f, 1, 1);
        BoxDecoder decoder = new Yolox().decoder(Tensors.yolox(64, 32, 2));
        candidates.start(0.4f);

        decoder.decode(new FloatBuffer[] {direct(output)}, candidates);

        List<List<Float>> rows = SsdTest.rows(candidates);
        assertThat(rows).hasSize(2);
        // Centre (28, 18), 16 wide and 8 high, 0.8 * 0.75, class 1.
        assertRow(rows.get(0), 20, 14, 36, 22, 0.6f, 1);
        // Of equal classes the first.
        assertRow(rows.get(1), 16, -16, 48, 16, 0.9f, 0);
    }

    @ParameterizedTest
    @CsvSource({"32, 32, 1", "416, 416, 80", "320, 192, 3"})
    void shouldFindWhatTheReferenceFindsWhenTensorsAreRandom(int widthPx, int heightPx, int classes)
            throws ModelException {
        ModelInfo model = Tensors.yolox(widthPx, heightPx, classes);
        int cells = (int) model.outputs().get(0).shape()[1];
        Random random = new Random(classes);
        float[] output = new float[cells * (5 + classes)];
        for (int i = 0; i < output.length; i++) {
            int column = i % (5 + classes);
            output[i] = column < 4 ? (float) random.nextGaussian() : random.nextFloat();
        }
        BoxDecoder decoder = new Yolox().decoder(model);
        for (float scoreMin : new float[] {0, 0.3f, 0.9f}) {
            candidates.start(scoreMin);
            decoder.decode(new FloatBuffer[] {direct(output)}, candidates);
            Candidates expected = reference(output, widthPx, heightPx, classes, scoreMin);

            assertThat(decoder.classes()).isEqualTo(classes);
            List<List<Float>> rows = SsdTest.rows(candidates);
            List<List<Float>> expectedRows = SsdTest.rows(expected);
            assertThat(rows).hasSameSizeAs(expectedRows);
            for (int i = 0; i < rows.size(); i++) {
                for (int k = 0; k < 6; k++) {
                    float value = expectedRows.get(i).get(k);
                    assertThat(rows.get(i).get(k)).isCloseTo(value, within(1e-3f + 1e-5f * Math.abs(value)));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void shouldCountAndMakeNoBoxWhenAnyColumnIsNotANumber(int column) throws ModelException {
        float[] output = new float[21 * 7];
        put(output, 5, 0, 0, 0, 0, 0.9f, 0.9f, 0.8f);
        output[5 * 7 + column] = Float.NaN;
        BoxDecoder decoder = new Yolox().decoder(Tensors.yolox(32, 32, 2));
        candidates.start(0.4f);

        decoder.decode(new FloatBuffer[] {direct(output)}, candidates);

        assertThat(candidates.count()).isZero();
        assertThat(candidates.malformed()).isEqualTo(1);
    }

    @Test
    void shouldCountAndMakeNoBoxWhenTheSizeOverflows() throws ModelException {
        float[] output = new float[21 * 7];
        put(output, 5, 0, 0, 1_000, 0, 0.9f, 0.9f, 0.8f);
        BoxDecoder decoder = new Yolox().decoder(Tensors.yolox(32, 32, 2));
        candidates.start(0.4f);

        decoder.decode(new FloatBuffer[] {direct(output)}, candidates);

        assertThat(candidates.count()).isZero();
        assertThat(candidates.malformed()).isEqualTo(1);
    }

    @Test
    void shouldReadOnlyItsImageWhenTheBufferIsASliceOfABatch() throws ModelException {
        float[] batch = new float[2 * 21 * 7];
        put(batch, 0, 0, 0, 0, 0, 0.9f, 0.9f, 0.1f);
        put(batch, 21 + 20, 0, 0, 0, 0, 0.9f, 0.1f, 1);
        BoxDecoder decoder = new Yolox().decoder(Tensors.yolox(32, 32, 2));
        candidates.start(0.4f);

        decoder.decode(new FloatBuffer[] {direct(batch).slice(21 * 7, 21 * 7)}, candidates);

        assertThat(candidates.count()).isEqualTo(1);
        assertRow(SsdTest.rows(candidates).get(0), -16, -16, 16, 16, 0.9f, 1);
    }

    /** demo_postprocess and multiclass_nms_class_agnostic of yolox/utils/demo_utils.py up to the NMS, step by step, in doubles. */
    private static Candidates reference(float[] output, int widthPx, int heightPx, int classes, float scoreMin) {
        Candidates candidates = new Candidates();
        candidates.start(scoreMin);
        int cell = 0;
        for (int stride : new int[] {8, 16, 32}) {
            for (int y = 0; y < heightPx / stride; y++) {
                for (int x = 0; x < widthPx / stride; x++) {
                    float[] p = Arrays.copyOfRange(output, cell * (5 + classes), (cell + 1) * (5 + classes));
                    double cx = (p[0] + x) * stride;
                    double cy = (p[1] + y) * stride;
                    double w = Math.exp(p[2]) * stride;
                    double h = Math.exp(p[3]) * stride;
                    int argmax = 0;
                    float[] scores = new float[classes];
                    for (int c = 0; c < classes; c++) {
                        scores[c] = p[4] * p[5 + c];
                        argmax = scores[c] > scores[argmax] ? c : argmax;
                    }
                    candidates.add(
                            (float) (cx - w / 2),
                            (float) (cy - h / 2),
                            (float) (cx + w / 2),
                            (float) (cy + h / 2),
                            scores[argmax],
                            argmax);
                    cell++;
                }
            }
        }
        return candidates;
    }

    private static void put(float[] output, int cell, float... row) {
        System.arraycopy(row, 0, output, cell * row.length, row.length);
    }

    private static void assertRow(List<Float> row, float... expected) {
        for (int k = 0; k < expected.length; k++) {
            assertThat(row.get(k)).as("column %d of %s", k, row).isCloseTo(expected[k], within(1e-4f));
        }
    }
}
