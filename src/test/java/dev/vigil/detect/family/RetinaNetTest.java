package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static dev.vigil.detect.Tensors.model;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetinaNetTest {
    private static final Family FAMILY = new RetinaNet();

    static List<FamilySample> samples() {
        return List.of(FamilySample.of("RetinaNet of the ONNX zoo, 640x480", retinaNet(640, 480, 80), "retinanet"));
    }

    private static ModelInfo retinaNet(int widthPx, int heightPx, int classes) {
        TensorInfo[] outputs = new TensorInfo[10];
        for (int i = 0; i < 10; i++) {
            int stride = 8 << i % 5;
            outputs[i] = floats(
                    "output" + i,
                    1,
                    i < 5 ? 9L * classes : 36,
                    (heightPx + stride - 1) / stride,
                    (widthPx + stride - 1) / stride);
        }
        return model(floats("input", 1, 3, heightPx, widthPx), outputs);
    }

    @Test
    void shouldHaveTheAnchorsOfTheRepositoryWhenSidesAreRounded() {
        assertThat(RetinaNet.anchors(8)[0]).containsExactly(-12, -12, 19, 19);
        // Ratio 2: 5.66 wide is 6, 12 high; ratio 0.5: 11.3 is 11, 5.5 is 6.
        assertThat(RetinaNet.anchors(8)[1]).containsExactly(-8, -20, 15, 27);
        assertThat(RetinaNet.anchors(8)[2]).containsExactly(-18, -8, 25, 15);
        assertThat(RetinaNet.anchors(128)[0]).containsExactly(-192, -192, 319, 319);
    }

    @Test
    void shouldFindWhatTheReferenceFindsWhenTensorsAreRandom() throws ModelException {
        int classes = 3;
        ModelInfo model = retinaNet(160, 96, classes);
        Random random = new Random(2);
        float[][] outputs = new float[10][];
        Candidates expected = Decoding.started(0.9f);
        for (int level = 0; level < 5; level++) {
            int stride = 8 << level;
            int width = (int) model.outputs().get(level).shape()[3];
            int height = (int) model.outputs().get(level).shape()[2];
            float[] scores = Decoding.uniform(random, 9 * classes * width * height);
            float[] deltas = Decoding.gaussian(random, 36 * width * height, 0.3f);
            outputs[level] = scores;
            outputs[5 + level] = deltas;
            for (int i = 0; i < scores.length; i++) {
                int x = i % width;
                int y = i / width % height;
                int classId = i / width / height % classes;
                int a = i / classes / height / width;
                float[] base = RetinaNet.anchors(stride)[a];
                double[] d = new double[4];
                for (int k = 0; k < 4; k++) {
                    d[k] = deltas[((a * 4 + k) * height + y) * width + x];
                }
                double anchorWidth = base[2] - base[0] + 1.0;
                double anchorHeight = base[3] - base[1] + 1.0;
                double centreX = d[0] * anchorWidth + x * stride + base[0] + anchorWidth / 2;
                double centreY = d[1] * anchorHeight + y * stride + base[1] + anchorHeight / 2;
                double boxWidth = Math.exp(d[2]) * anchorWidth;
                double boxHeight = Math.exp(d[3]) * anchorHeight;
                double right = width * stride - 1;
                double bottom = height * stride - 1;
                expected.add(
                        (float) Math.min(Math.max(centreX - boxWidth / 2, 0), right),
                        (float) Math.min(Math.max(centreY - boxHeight / 2, 0), bottom),
                        (float) Math.min(Math.max(centreX + boxWidth / 2 - 1, 0), right),
                        (float) Math.min(Math.max(centreY + boxHeight / 2 - 1, 0), bottom),
                        scores[i],
                        classId);
            }
        }

        Decoding.assertSame(Decoding.decode(FAMILY, model, 0.9f, outputs), expected);
    }

    @Test
    void shouldCountAndMakeNoBoxWhenAValueIsNotANumber() throws ModelException {
        ModelInfo model = retinaNet(128, 128, 1);
        for (int k = 0; k < 5; k++) {
            float[][] outputs = new float[10][];
            for (int i = 0; i < 10; i++) {
                long[] shape = model.outputs().get(i).shape();
                outputs[i] = new float[(int) (shape[1] * shape[2] * shape[3])];
            }
            // The last level has one cell: anchor 4 and its four values.
            outputs[4][4] = k == 4 ? Float.NaN : 0.9f;
            outputs[9][16 + Math.min(k, 3)] = k == 4 ? 0 : Float.NaN;

            Candidates found = Decoding.decode(FAMILY, model, 0.4f, outputs);

            assertThat(found.count()).isZero();
            assertThat(found.malformed()).isEqualTo(1);
        }
    }

    @Test
    void shouldSayWhatDoesNotFitWhenHeadsAreInAnotherOrder() {
        ModelInfo model = retinaNet(640, 480, 80);
        TensorInfo[] swapped = model.outputs().toArray(TensorInfo[]::new);
        TensorInfo first = swapped[0];
        swapped[0] = swapped[1];
        swapped[1] = first;

        assertThat(FAMILY.fit(model(model.inputs().get(0), swapped)).why()).contains("no grids of stride 8");
    }
}
