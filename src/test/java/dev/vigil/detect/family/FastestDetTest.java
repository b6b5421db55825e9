package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static dev.vigil.detect.Tensors.model;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FastestDetTest {
    private static final Family FAMILY = new FastestDet();

    static ModelInfo fastestDet(int widthPx, int heightPx, int classes) {
        return model(
                floats("input.1", 1, 3, heightPx, widthPx), floats("758", 1, 5 + classes, heightPx / 16, widthPx / 16));
    }

    @Test
    void shouldPlaceABoxByItsCellWhenThereIsOne() throws ModelException {
        // 4x2 cells, two classes; the cell in column 3, row 1.
        float[] output = new float[7 * 8];
        int cell = 4 + 3;
        output[cell] = 0.5f;
        output[8 + cell] = 0.5f;
        output[16 + cell] = -0.25f;
        output[24 + cell] = 0;
        output[32 + cell] = 1;
        output[40 + cell] = 0.25f;
        output[48 + cell] = 0.75f;
        double x = (Math.tanh(0.5) + 3) * 16;
        double y = (Math.tanh(-0.25) + 1) * 16;
        double height = 32 / (1 + Math.exp(-1));

        Candidates found = Decoding.decode(FAMILY, fastestDet(64, 32, 2), 0.4f, output);

        Decoding.assertOnly(
                found,
                (float) x - 16,
                (float) (y - height / 2),
                (float) x + 16,
                (float) (y + height / 2),
                (float) (Math.pow(0.5, 0.6) * Math.pow(0.75, 0.4)),
                1);
    }

    @ParameterizedTest
    @CsvSource({"352, 352, 80", "512, 288, 3", "16, 16, 1"})
    void shouldFindWhatTheReferenceFindsWhenTensorsAreRandom(int widthPx, int heightPx, int classes)
            throws ModelException {
        int columns = widthPx / 16;
        int rows = heightPx / 16;
        int cells = columns * rows;
        Random random = new Random(classes);
        float[] output = Decoding.gaussian(random, (5 + classes) * cells, 2);
        for (int i = 0; i < output.length; i++) {
            if (i / cells == 0 || i / cells > 4) {
                output[i] = random.nextFloat();
            }
        }
        for (float scoreMin : new float[] {0, 0.5f, 0.9f}) {
            Candidates expected = Decoding.started(scoreMin);
            for (int h = 0; h < rows; h++) {
                for (int w = 0; w < columns; w++) {
                    int cell = h * columns + w;
                    int best = 0;
                    for (int c = 1; c < classes; c++) {
                        best = output[(5 + c) * cells + cell] > output[(5 + best) * cells + cell] ? c : best;
                    }
                    double score = Math.pow(output[cell], 0.6) * Math.pow(output[(5 + best) * cells + cell], 0.4);
                    double x = (Math.tanh(output[cells + cell]) + w) / columns;
                    double y = (Math.tanh(output[2 * cells + cell]) + h) / rows;
                    double width = 1 / (1 + Math.exp(-output[3 * cells + cell]));
                    double height = 1 / (1 + Math.exp(-output[4 * cells + cell]));
                    expected.add(
                            (float) ((x - width / 2) * widthPx),
                            (float) ((y - height / 2) * heightPx),
                            (float) ((x + width / 2) * widthPx),
                            (float) ((y + height / 2) * heightPx),
                            (float) score,
                            best);
                }
            }
            Decoding.assertSame(
                    Decoding.decode(FAMILY, fastestDet(widthPx, heightPx, classes), scoreMin, output), expected);
        }
    }

    @Test
    void shouldCountAndMakeNoBoxWhenAnyValueIsNotANumber() throws ModelException {
        for (int row = 0; row < 7; row++) {
            float[] output = new float[7 * 8];
            output[3] = 0.9f;
            output[5 * 8 + 3] = 0.9f;
            output[row * 8 + 3] = Float.NaN;

            Candidates found = Decoding.decode(FAMILY, fastestDet(64, 32, 2), 0.4f, output);

            assertThat(found.count()).as("row %d", row).isZero();
            assertThat(found.malformed()).isEqualTo(1);
        }
    }
}
