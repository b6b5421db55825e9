package dev.vigil.detect.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.Tensors;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What a decoder made of some outputs.
 *
 * @param rows for each box x1, y1, x2, y2, score, class, and x and y of each keypoint, in the decoder's order
 */
record DecodedRows(List<float[]> rows, int malformed) {
    static final int SCORE = 4;

    static DecodedRows of(BoxDecoder decoder, float scoreMin, float[]... outputs) {
        Candidates candidates = new Candidates(decoder.keypoints());
        candidates.start(scoreMin);
        decoder.decode(Arrays.stream(outputs).map(Tensors::direct).toArray(FloatBuffer[]::new), candidates);
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < candidates.count(); i++) {
            float[] row = new float[6 + 2 * decoder.keypoints()];
            row[0] = candidates.x1(i);
            row[1] = candidates.y1(i);
            row[2] = candidates.x2(i);
            row[3] = candidates.y2(i);
            row[SCORE] = candidates.score(i);
            row[5] = candidates.classId(i);
            for (int k = 0; k < decoder.keypoints(); k++) {
                row[6 + 2 * k] = candidates.keypointX(i, k);
                row[7 + 2 * k] = candidates.keypointY(i, k);
            }
            rows.add(row);
        }
        return new DecodedRows(rows, candidates.malformed());
    }

    /** The best by score, of equals the first. */
    DecodedRows best(int count) {
        return new DecodedRows(
                rows.stream()
                        .sorted(Comparator.comparingDouble((float[] row) -> -row[SCORE]))
                        .limit(count)
                        .toList(),
                malformed);
    }

    /** Holds them against a reference in doubles, in its order; of that only rows above the threshold count. */
    void assertLike(List<double[]> reference, float scoreMin) {
        List<double[]> expected =
                reference.stream().filter(row -> row[SCORE] > scoreMin).toList();
        assertThat(rows).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertRow(i, expected.get(i));
        }
    }

    void assertRow(int index, double... expected) {
        assertThat(rows.get(index)).hasSameSizeAs(expected);
        for (int k = 0; k < expected.length; k++) {
            assertThat((double) rows.get(index)[k])
                    .as("column %d of row %d", k, index)
                    .isCloseTo(expected[k], within(1e-4 + 2e-6 * Math.abs(expected[k])));
        }
    }
}
