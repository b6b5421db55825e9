package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static dev.vigil.detect.Tensors.model;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.family.YoloBoxes.Box;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** YOLOs of TensorFlow Lite, whose coordinates are pixels or parts of the input: the same boxes come of both. */
class YoloUnitsTest {
    private static final int WIDTH = 96;
    private static final int HEIGHT = 64;
    private static final int CELLS = 96 + 24 + 6;

    /** @param family v5 in rows, v8 in columns or rows, v10 in finished rows */
    private static ModelInfo of(String family, boolean channelsFirst) {
        return model(
                channelsFirst ? floats("x", 1, 3, HEIGHT, WIDTH) : floats("x", 1, HEIGHT, WIDTH, 3),
                switch (family) {
                    case "yolov5" -> floats("Identity", 1, 3L * CELLS, 7);
                    case "yolov8" -> floats("Identity", 1, 6, CELLS);
                    default -> floats("Identity", 1, 300, 6);
                });
    }

    /** All boxes are 20 by 10 where their cells are; one has the score 0.9. */
    private static float[] output(String family, float perX, float perY) {
        int rows = family.equals("yolov5") ? 3 * CELLS : family.equals("yolov8") ? CELLS : 300;
        int columns = family.equals("yolov5") ? 7 : 6;
        float[] values = new float[rows * columns];
        for (int row = 0; row < rows; row++) {
            float x = (4 + row * 8 % WIDTH) * perX;
            float y = (4 + row * 8 / WIDTH * 8 % HEIGHT) * perY;
            float score = row == 27 ? 0.9f : 0.1f;
            float[] of =
                    switch (family) {
                        case "yolov5" -> new float[] {x, y, 20 * perX, 10 * perY, score, 0, 1};
                        case "yolov8" -> new float[] {x, y, 20 * perX, 10 * perY, 0, score};
                        default -> new float[] {x - 10 * perX, y - 5 * perY, x + 10 * perX, y + 5 * perY, score, 1};
                    };
            for (int k = 0; k < columns; k++) {
                values[family.equals("yolov8") ? k * rows + row : row * columns + k] = of[k];
            }
        }
        return values;
    }

    @ParameterizedTest
    @CsvSource({"yolov5", "yolov8", "yolov10"})
    void shouldFindTheSameWhenCoordinatesArePixelsOrParts(String family) throws Exception {
        List<Box> expected = List.of(Box.ofCentre(4 + 27 * 8 % WIDTH, 4 + 27 * 8 / WIDTH * 8, 20, 10, 0.9, 1));
        for (boolean parts : new boolean[] {false, true}) {
            Candidates found = YoloBoxes.decode(
                    YoloBoxes.decoder(family, of(family, false)),
                    0.4f,
                    output(family, parts ? 1f / WIDTH : 1, parts ? 1f / HEIGHT : 1));

            YoloBoxes.assertBoxes(found, expected, 0.4f);
        }
    }

    /** A picture after another may be of a model's first few frames, with nothing in it: each is judged by itself. */
    @Test
    void shouldNotBeLedAstrayByThePictureBeforeWhenItHasNothing() throws Exception {
        BoxDecoder decoder = YoloBoxes.decoder("yolov10", of("yolov10", false));

        assertThat(YoloBoxes.decode(decoder, 0.4f, new float[1800]).count()).isZero();
        assertThat(YoloBoxes.decode(decoder, 0.4f, output("yolov10", 1, 1)).x2(0))
                .isEqualTo(4 + 27 * 8 % WIDTH + 10f);
    }

    @ParameterizedTest
    @CsvSource({"yolov5", "yolov8", "yolov10"})
    void shouldCountOneBoxWhenItsPlaceIsNotANumberAndReadTheOthers(String family) throws Exception {
        float[] output = output(family, 1f / WIDTH, 1f / HEIGHT);
        int at = family.equals("yolov5") ? 7 * 3 : family.equals("yolov8") ? 3 : 6 * 3;
        int right = family.equals("yolov10") ? 2 : 0;
        int score = family.equals("yolov8") ? 5 * CELLS : 4;
        output[at + right] = Float.NaN;
        output[at + score] = 0.9f;

        Candidates found = YoloBoxes.decode(YoloBoxes.decoder(family, of(family, false)), 0.4f, output);

        assertThat(found.malformed()).isEqualTo(1);
        assertThat(found.count()).isEqualTo(1);
        assertThat(found.x2(0) - found.x1(0)).isBetween(19.9f, 20.1f);
    }

    @Test
    void shouldTakePixelsWhenThePictureIsNotOfTensorFlow() throws Exception {
        Candidates found =
                YoloBoxes.decode(YoloBoxes.decoder("yolov8", of("yolov8", true)), 0.4f, output("yolov8", 0.01f, 0.01f));

        assertThat(found.x2(0) - found.x1(0)).isBetween(0.19f, 0.21f);
    }
}
