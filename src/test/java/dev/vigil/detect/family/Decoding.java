package dev.vigil.detect.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Tensors;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What the tests of decoders have in common. */
final class Decoding {
    static final float NAN = Float.NaN;
    static final float INFINITE = Float.POSITIVE_INFINITY;

    private Decoding() {}

    /** What a family's decoder makes of a model's outputs. */
    static Candidates decode(Family family, ModelInfo model, float scoreMin, float[]... outputs) throws ModelException {
        Candidates candidates = new Candidates();
        candidates.start(scoreMin);
        FloatBuffer[] buffers = Arrays.stream(outputs).map(Tensors::direct).toArray(FloatBuffer[]::new);
        family.decoder(model).decode(buffers, candidates);
        return candidates;
    }

    static Candidates started(float scoreMin) {
        Candidates candidates = new Candidates();
        candidates.start(scoreMin);
        return candidates;
    }

    /** The same boxes in the same order, within what floats lose against doubles. */
    static void assertSame(Candidates actual, Candidates expected) {
        assertThat(actual.malformed()).isEqualTo(expected.malformed());
        List<List<Float>> rows = SsdTest.rows(actual);
        List<List<Float>> expectedRows = SsdTest.rows(expected);
        assertThat(rows).hasSameSizeAs(expectedRows);
        for (int i = 0; i < rows.size(); i++) {
            for (int k = 0; k < 6; k++) {
                float value = expectedRows.get(i).get(k);
                assertThat(rows.get(i).get(k))
                        .as("column %d of %s, wanted %s", k, rows.get(i), expectedRows.get(i))
                        .isCloseTo(value, within(2e-3f + 1e-5f * Math.abs(value)));
            }
        }
    }

    /** x1, y1, x2, y2, score and class of the only box. */
    static void assertOnly(Candidates actual, float... expected) {
        assertThat(SsdTest.rows(actual)).hasSize(1);
        for (int k = 0; k < expected.length; k++) {
            assertThat(SsdTest.rows(actual).get(0).get(k))
                    .as("column %d of %s", k, SsdTest.rows(actual).get(0))
                    .isCloseTo(expected[k], within(1e-3f));
        }
    }

    static float[] gaussian(Random random, int count, float factor) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = factor * (float) random.nextGaussian();
        }
        return values;
    }

    static float[] uniform(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat();
        }
        return values;
    }

    static TensorInfo whole(String name, long... shape) {
        return new TensorInfo(name, ElementType.INT64, shape);
    }

    static TensorInfo bytes(String name, long... shape) {
        return new TensorInfo(name, ElementType.UINT8, shape);
    }
}
