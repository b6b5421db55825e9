package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static dev.vigil.detect.Tensors.model;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Suppression;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaddleTest {
    private static final Family PICODET = new Paddle(false);
    private static final Family YOLOE = new Paddle(true);

    static List<FamilySample> samples() {
        return List.of(
                FamilySample.of("PicoDet 320 with its NMS", rows(320), "picodet"),
                FamilySample.of("PicoDet or PP-YOLOE 640 with its NMS", rows(640), "picodet", "pp-yoloe"),
                FamilySample.of("PicoDet 416 without NMS", byClass(416, 3598, 80), "picodet"),
                FamilySample.of("PP-YOLOE 640 without NMS", byClass(640, 8400, 80), "pp-yoloe"));
    }

    /** Classes of four strides, then their distances, as Paddle2ONNX names them. */
    static ModelInfo heads(int sidePx, int classes) {
        List<TensorInfo> outputs = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int side = (sidePx + (8 << i % 4) - 1) / (8 << i % 4);
            outputs.add(floats(
                    "transpose_" + (i < 4 ? 2 * i : 2 * i - 7) + ".tmp_0",
                    1,
                    (long) side * side,
                    i < 4 ? classes : 32));
        }
        return model(floats("image", 1, 3, sidePx, sidePx), outputs.toArray(TensorInfo[]::new));
    }

    private static ModelInfo rows(int sidePx) {
        return new ModelInfo(
                List.of(floats("image", 1, 3, sidePx, sidePx), floats("scale_factor", 1, 2)),
                List.of(
                        floats("multiclass_nms3_0.tmp_0", -1, 6),
                        new TensorInfo("multiclass_nms3_0.tmp_2", ElementType.INT32, new long[] {-1})),
                Map.of());
    }

    private static ModelInfo byClass(int sidePx, int cells, int classes) {
        return model(
                floats("image", 1, 3, sidePx, sidePx),
                floats("tmp_16", 1, cells, 4),
                floats("concat_14.tmp_0", 1, classes, cells));
    }

    @Test
    void shouldReadAsManyRowsAsAreCountedWhenThereAreMore() throws ModelException {
        float[] rows = {
            2, 0.9f, 10, 20, 30, 40,
            0, 0.3f, 1, 2, 3, 4,
            7, 0.8f, 5, 6, 7, 8,
            1, 0.7f, 0, 0, 9, 9
        };

        Candidates found = Decoding.decode(PICODET, rows(320), 0.4f, rows, new float[] {3});

        assertThat(SsdTest.rows(found))
                .containsExactly(List.of(10f, 20f, 30f, 40f, 0.9f, 2f), List.of(5f, 6f, 7f, 8f, 0.8f, 7f));
    }

    @Test
    void shouldFindNothingWhenTheOnlyRowIsFilling() throws ModelException {
        float[] none = {-1, 0.99f, 0, 0, 0, 0};

        assertThat(Decoding.decode(PICODET, rows(320), 0.4f, none, new float[] {1})
                        .count())
                .isZero();
        assertThat(Decoding.decode(PICODET, rows(320), 0.4f, none, new float[] {1})
                        .malformed())
                .isZero();
        assertThat(Decoding.decode(PICODET, rows(320), 0.4f, new float[0], new float[] {0})
                        .count())
                .isZero();
        assertThat(Decoding.decode(PICODET, rows(320), 0.4f, new float[0], new float[0])
                        .count())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, NaN", "1, NaN", "2, NaN", "5, Infinity", "0, Infinity"})
    void shouldCountAndMakeNoBoxWhenAValueIsNotANumber(int column, float bad) throws ModelException {
        float[] row = {2, 0.9f, 10, 20, 30, 40};
        row[column] = bad;

        Candidates found = Decoding.decode(PICODET, rows(320), 0.4f, row, new float[] {1});

        assertThat(found.count()).isZero();
        assertThat(found.malformed()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"NaN, 0", "-3, 0", "Infinity, 2", "1e9, 2"})
    void shouldStayInsideTheRowsWhenTheirNumberIsWrong(float count, int boxes) throws ModelException {
        float[] rows = {2, 0.9f, 10, 20, 30, 40, 2, 0.9f, 10, 20, 30, 40};

        assertThat(Decoding.decode(PICODET, rows(320), 0.4f, rows, new float[] {count})
                        .count())
                .isEqualTo(boxes);
    }

    @Test
    void shouldFindWhatALoopFindsWhenScoresComeClassByClass() throws ModelException {
        Random random = new Random(3);
        float[] boxes = Decoding.gaussian(random, 8400 * 4, 100);
        float[] scores = Decoding.uniform(random, 8400 * 3);
        Candidates expected = Decoding.started(0.97f);
        for (int c = 0; c < 3; c++) {
            for (int cell = 0; cell < 8400; cell++) {
                expected.add(
                        boxes[4 * cell],
                        boxes[4 * cell + 1],
                        boxes[4 * cell + 2],
                        boxes[4 * cell + 3],
                        scores[c * 8400 + cell],
                        c);
            }
        }

        Decoding.assertSame(Decoding.decode(YOLOE, byClass(640, 8400, 3), 0.97f, boxes, scores), expected);
    }

    @Test
    void shouldSuppressOnlyWhereTheModelDoesNot() {
        assertThat(PICODET.suppression(rows(320)).kind()).isEqualTo(Suppression.Kind.NONE);
        assertThat(PICODET.suppression(byClass(416, 3598, 80)).kind()).isEqualTo(Suppression.Kind.BY_CLASS);
        assertThat(PICODET.suppression(heads(320, 80)).kind()).isEqualTo(Suppression.Kind.BY_CLASS);
    }
}
