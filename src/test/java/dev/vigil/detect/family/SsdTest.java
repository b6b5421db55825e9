package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.direct;
import static dev.vigil.detect.Tensors.floats;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.Tensors;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SsdTest {
    private final Candidates candidates = new Candidates();

    @Test
    void shouldMakeABoxOfEachClassAboveTheThresholdWhenAnAnchorHasTwo() throws ModelException {
        BoxDecoder decoder = new Ssd().decoder(Tensors.ssd(200, 2, 3));
        candidates.start(0.4f);
        decoder.decode(
                new FloatBuffer[] {
                    // y1, x1, y2, x2
                    direct(0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.5f, 1.5f, 0.75f), direct(0.1f, 0.9f, 0.2f, 0.6f, 0.4f, 0.5f)
                },
                candidates);

        assertThat(decoder.classes()).isEqualTo(3);
        assertThat(rows(candidates))
                .containsExactly(
                        List.of(0.2f * 200, 0.1f * 200, 0.4f * 200, 0.3f * 200, 0.9f, 1f),
                        List.of(0.5f * 200, 0.5f * 200, 0.75f * 200, 1.5f * 200, 0.6f, 0f),
                        List.of(0.5f * 200, 0.5f * 200, 0.75f * 200, 1.5f * 200, 0.5f, 2f));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 90", "128, 1", "1917, 90", "513, 7"})
    void shouldFindWhatALoopFindsWhenTensorsAreRandom(int anchors, int classes) throws ModelException {
        Random random = new Random(anchors);
        float[] boxes = new float[4 * anchors];
        for (int i = 0; i < boxes.length; i++) {
            boxes[i] = random.nextFloat();
        }
        for (float dense : new float[] {0.001f, 0.05f, 1}) {
            float[] scores = new float[anchors * classes];
            for (int i = 0; i < scores.length; i++) {
                // Negative values and -0 too: nothing keeps a model from them.
                scores[i] = random.nextFloat() < dense ? random.nextFloat() : -0.5f * random.nextInt(3);
            }
            BoxDecoder decoder = new Ssd().decoder(Tensors.ssd(300, anchors, classes));
            for (float scoreMin : new float[] {0, 0.25f, 0.8f}) {
                candidates.start(scoreMin);
                decoder.decode(new FloatBuffer[] {direct(boxes), direct(scores)}, candidates);
                Candidates expected = new Candidates();
                expected.start(scoreMin);
                for (int a = 0; a < anchors; a++) {
                    for (int c = 0; c < classes; c++) {
                        if (scores[a * classes + c] > scoreMin) {
                            expected.add(
                                    boxes[4 * a + 1] * 300,
                                    boxes[4 * a] * 300,
                                    boxes[4 * a + 3] * 300,
                                    boxes[4 * a + 2] * 300,
                                    scores[a * classes + c],
                                    c);
                        }
                    }
                }
                expected.keepBest();
                candidates.keepBest();
                assertThat(rows(candidates)).isEqualTo(rows(expected));
            }
        }
    }

    @Test
    void shouldReadOnlyItsImageWhenTheBufferIsASliceOfABatch() throws ModelException {
        FloatBuffer boxes = direct(0, 0, 1, 1, 0, 0, 0.5f, 0.5f);
        FloatBuffer scores = direct(0.9f, 0.1f, 0.2f, 0.8f);
        BoxDecoder decoder = new Ssd().decoder(Tensors.ssd(100, 1, 2));
        candidates.start(0.4f);

        decoder.decode(new FloatBuffer[] {boxes.slice(4, 4), scores.slice(2, 2)}, candidates);

        assertThat(rows(candidates)).containsExactly(List.of(0f, 0f, 50f, 50f, 0.8f, 1f));
        assertThat(scores.position()).isZero();
    }

    @Test
    void shouldFindTheBoxesWhenTheOutputsComeInTheOtherOrder() throws ModelException {
        BoxDecoder decoder = new Ssd()
                .decoder(Tensors.model(
                        floats("images", 1, 3, 100, 100), floats("classes", 1, 1, 2), floats("locations", 1, 1, 4)));
        candidates.start(0.4f);

        decoder.decode(new FloatBuffer[] {direct(0.1f, 0.9f), direct(0, 0, 1, 1)}, candidates);

        assertThat(rows(candidates)).containsExactly(List.of(0f, 0f, 100f, 100f, 0.9f, 1f));
    }

    @Test
    void shouldGoByTheNamesWhenThereAreFourClasses() throws ModelException {
        BoxDecoder decoder = new Ssd()
                .decoder(Tensors.model(
                        floats("images", 1, 3, 100, 100), floats("scores", 1, 1, 4), floats("raw_boxes", 1, 1, 4)));
        candidates.start(0.4f);

        decoder.decode(new FloatBuffer[] {direct(0, 0, 0, 0.9f), direct(0, 0, 1, 1)}, candidates);

        assertThat(rows(candidates)).containsExactly(List.of(0f, 0f, 100f, 100f, 0.9f, 3f));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x7fc00000, 0xffc00000, 0x7f800000, 0x7f800001, 0xffffffff})
    void shouldCountAndMakeNoBoxWhenAScoreIsNotANumber(int bits) throws ModelException {
        float bad = Float.intBitsToFloat(bits);
        BoxDecoder decoder = new Ssd().decoder(Tensors.ssd(100, 300, 1));
        for (int place : new int[] {0, 127, 128, 299}) {
            float[] scores = new float[300];
            scores[place] = bad;
            candidates.start(0.4f);
            decoder.decode(new FloatBuffer[] {direct(new float[1200]), direct(scores)}, candidates);

            assertThat(candidates.count()).isZero();
            assertThat(candidates.malformed()).isEqualTo(1);
        }
    }

    @Test
    void shouldCountAndMakeNoBoxWhenACornerIsNotANumber() throws ModelException {
        BoxDecoder decoder = new Ssd().decoder(Tensors.ssd(100, 2, 1));
        candidates.start(0.4f);

        decoder.decode(
                new FloatBuffer[] {direct(0, Float.NaN, 1, 1, 0, 0, Float.POSITIVE_INFINITY, 1), direct(0.9f, 0.9f)},
                candidates);

        assertThat(candidates.count()).isZero();
        assertThat(candidates.malformed()).isEqualTo(2);
    }

    /** x1, y1, x2, y2, score, class of each candidate. */
    static List<List<Float>> rows(Candidates candidates) {
        List<List<Float>> rows = new ArrayList<>();
        for (int i = 0; i < candidates.count(); i++) {
            rows.add(List.of(
                    candidates.x1(i), candidates.y1(i), candidates.x2(i), candidates.y2(i), candidates.score(i), (float)
                            candidates.classId(i)));
        }
        return rows;
    }
}
