package dev.vigil.detect.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Tensors;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What a decoder makes of tensors, beside what a reference written out in doubles makes of them. */
final class YoloBoxes {
    /** A box of the reference. */
    record Box(double x1, double y1, double x2, double y2, double score, int classId) {
        static Box ofCentre(double x, double y, double width, double height, double score, int classId) {
            return new Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2, score, classId);
        }
    }

    private YoloBoxes() {}

    static BoxDecoder decoder(String family, ModelInfo model) throws ModelException {
        return Families.named(family).orElseThrow().decoder(model);
    }

    static Candidates decode(BoxDecoder decoder, float scoreMin, float[]... outputs) {
        Candidates candidates = new Candidates(decoder.keypoints());
        candidates.start(scoreMin);
        FloatBuffer[] buffers = Arrays.stream(outputs).map(Tensors::direct).toArray(FloatBuffer[]::new);
        decoder.decode(buffers, candidates);
        return candidates;
    }

    static float[] random(int seed, int length, float from, float to) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = from + (to - from) * random.nextFloat();
        }
        return values;
    }

    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** Index of the largest, the first of equals, as numpy's argmax. */
    static int argmax(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    /** The reference's boxes above the threshold and no others, in its order. */
    static void assertBoxes(Candidates found, List<Box> all, float scoreMin) {
        List<Box> expected = new ArrayList<>();
        for (Box box : all) {
            if (box.score > scoreMin) {
                expected.add(box);
            }
        }
        assertThat(found.malformed()).isZero();
        assertThat(found.count()).isEqualTo(expected.size());
        for (int i = 0; i < expected.size(); i++) {
            Box box = expected.get(i);
            assertThat(found.classId(i)).as("class of box %d", i).isEqualTo(box.classId);
            assertNear(found.score(i), box.score);
            assertNear(found.x1(i), Math.min(box.x1, box.x2));
            assertNear(found.y1(i), Math.min(box.y1, box.y2));
            assertNear(found.x2(i), Math.max(box.x1, box.x2));
            assertNear(found.y2(i), Math.max(box.y1, box.y2));
        }
    }

    private static void assertNear(double value, double expected) {
        assertThat(value).isCloseTo(expected, within(1e-4 + 1e-5 * Math.abs(expected)));
    }
}
