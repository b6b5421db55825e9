package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static dev.vigil.detect.Tensors.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EfficientDetHeadsTest {
    private static final Family FAMILY = new EfficientDet();
    private static final List<String> AUTOML = List.of("class_net/class-predict", "box_net/box-predict");
    private static final List<String> UNNAMED = List.of("output", "output");

    static List<FamilySample> samples() {
        return List.of(
                FamilySample.of(
                        "EfficientDet-D0 of automl without what follows",
                        heads(512, 512, 90, false, AUTOML),
                        "efficientdet"),
                FamilySample.of("ten heads, unnamed", heads(640, 640, 20, false, UNNAMED), "efficientdet"),
                FamilySample.of(
                        "EfficientDet-Lite0 of four classes", heads(320, 320, 4, false, AUTOML), "efficientdet"),
                FamilySample.of("EfficientDet of effdet, named", heads(512, 512, 90, true, AUTOML), "efficientdet"));
    }

    /** @param names of classes and boxes; those of the second level and up have a number behind them */
    private static ModelInfo heads(int widthPx, int heightPx, int classes, boolean channelsFirst, List<String> names) {
        List<TensorInfo> outputs = new ArrayList<>();
        for (String name : names) {
            long channels = outputs.isEmpty() ? 9L * classes : 36;
            for (int level = 0; level < 5; level++) {
                int stride = 8 << level;
                long w = (widthPx + stride - 1) / stride;
                long h = (heightPx + stride - 1) / stride;
                String full =
                        name + (level == 0 ? "" : "_" + level) + (names == AUTOML ? "/BiasAdd:0" : outputs.size());
                outputs.add(channelsFirst ? floats(full, 1, channels, h, w) : floats(full, 1, h, w, channels));
            }
        }
        TensorInfo image =
                channelsFirst ? floats("image", 1, 3, heightPx, widthPx) : floats("image", 1, heightPx, widthPx, 3);
        return model(image, outputs.toArray(TensorInfo[]::new));
    }

    /** decode_box_outputs of efficientdet/tf2/anchors.py over _generate_boxes, and pre_nms of postprocess.py, in doubles. */
    @ParameterizedTest
    @CsvSource({
        "256, 128, 3, false",
        "256, 128, 3, true",
        "320, 320, 4, false",
        "320, 320, 4, true",
        "200, 136, 1, false"
    })
    void shouldFindWhatTheReferenceFindsWhenTensorsAreRandom(
            int widthPx, int heightPx, int classes, boolean channelsFirst) throws ModelException {
        ModelInfo model = heads(widthPx, heightPx, classes, channelsFirst, AUTOML);
        Random random = new Random(4);
        float[][] outputs = new float[10][];
        Candidates expected = Decoding.started(0.9f);
        double two = channelsFirst ? 1.4 : Math.sqrt(2);
        double half = channelsFirst ? 0.7 : 1 / Math.sqrt(2);
        for (int level = 0; level < 5; level++) {
            int stride = 8 << level;
            int w = (widthPx + stride - 1) / stride;
            int h = (heightPx + stride - 1) / stride;
            outputs[level] = Decoding.gaussian(random, 9 * classes * w * h, 2);
            outputs[5 + level] = Decoding.gaussian(random, 36 * w * h, 0.5f);
            double stepX = (double) widthPx / w;
            double stepY = (double) heightPx / h;
            double size = widthPx == 320 ? 3 : 4;
            for (int y = 0; y < h; y++) {
                for (int x = 0; x < w; x++) {
                    for (int a = 0; a < 9; a++) {
                        double[] t = values(outputs[5 + level], a, y, x, 4, w, h, channelsFirst);
                        double[] logits = values(outputs[level], a, y, x, classes, w, h, channelsFirst);
                        double[][] aspects = {{1, 1}, {two, half}, {half, two}};
                        double wa = size * stepX * Math.pow(2, a / 3 / 3.0) * aspects[a % 3][0];
                        double ha = size * stepY * Math.pow(2, a / 3 / 3.0) * aspects[a % 3][1];
                        double cy = t[0] * ha + (y + 0.5) * stepY;
                        double cx = t[1] * wa + (x + 0.5) * stepX;
                        double boxH = Math.exp(t[2]) * ha;
                        double boxW = Math.exp(t[3]) * wa;
                        int best = YoloBoxes.argmax(logits);
                        expected.add(
                                (float) (cx - boxW / 2),
                                (float) (cy - boxH / 2),
                                (float) (cx + boxW / 2),
                                (float) (cy + boxH / 2),
                                (float) YoloBoxes.sigmoid(logits[best]),
                                best);
                    }
                }
            }
        }

        assertThat(expected.count()).isGreaterThan(5);
        Decoding.assertSame(Decoding.decode(FAMILY, model, 0.9f, outputs), expected);
    }

    private static double[] values(float[] of, int a, int y, int x, int count, int w, int h, boolean channelsFirst) {
        double[] values = new double[count];
        for (int k = 0; k < count; k++) {
            int channel = a * count + k;
            values[k] = channelsFirst ? of[(channel * h + y) * w + x] : of[(y * w + x) * 9 * count + channel];
        }
        return values;
    }

    @Test
    void shouldTakeOutputsByNameAndGridWhenTheirOrderIsAnother() throws ModelException {
        ModelInfo model = heads(256, 256, 4, false, AUTOML);
        Random random = new Random(9);
        List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
        float[][] outputs = new float[10][];
        for (int i = 0; i < 10; i++) {
            long[] shape = model.outputs().get(i).shape();
            outputs[i] = Decoding.gaussian(random, (int) (shape[1] * shape[2] * shape[3]), 1);
        }
        Collections.shuffle(order, random);
        TensorInfo[] shuffled = order.stream().map(model.outputs()::get).toArray(TensorInfo[]::new);
        float[][] values = order.stream().map(i -> outputs[i]).toArray(float[][]::new);

        Candidates found = Decoding.decode(FAMILY, model(model.inputs().get(0), shuffled), 0.8f, values);

        assertThat(found.count()).isPositive();
        Decoding.assertSame(found, Decoding.decode(FAMILY, model, 0.8f, outputs));
    }

    @Test
    void shouldFillTheInputAsTrainedWhenItIsALiteModel() {
        assertThat(FAMILY.inputDefaults(heads(320, 320, 90, false, AUTOML)).mean())
                .containsExactly(127);
        assertThat(FAMILY.inputDefaults(heads(512, 512, 90, false, AUTOML)).mean()[0])
                .isCloseTo(123.675f, within(1e-3f));
        assertThat(FAMILY.inputDefaults(heads(320, 320, 90, false, AUTOML)).resize())
                .isEqualTo(Resize.LETTERBOX_TOP_LEFT);
    }

    @Test
    void shouldBeNoEfficientDetWhenAHeadIsMissingOrOfAnotherGrid() {
        ModelInfo model = heads(512, 512, 20, false, UNNAMED);
        TensorInfo[] nine = model.outputs().subList(0, 9).toArray(TensorInfo[]::new);
        TensorInfo[] other = model.outputs().toArray(TensorInfo[]::new);
        other[7] = floats("other", 1, 17, 16, 36);

        assertThat(FAMILY.fit(model(model.inputs().get(0), nine)).degree()).isEqualTo(Family.Fit.Degree.NO);
        assertThat(FAMILY.fit(model(model.inputs().get(0), other)).degree()).isEqualTo(Family.Fit.Degree.NO);
    }
}
