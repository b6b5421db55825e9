package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static dev.vigil.detect.Tensors.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlazeFaceTest {
    static List<FamilySample> samples() {
        return List.of(
                FamilySample.of("BlazeFace front, in four outputs", front(), "blazeface"),
                FamilySample.of("BlazeFace short range of MediaPipe", whole(128, 896), "blazeface"),
                FamilySample.of("BlazeFace back", whole(256, 896), "blazeface"),
                FamilySample.of("BlazeFace full range of MediaPipe", whole(192, 2304), "blazeface"),
                FamilySample.of(
                        "BlazeFace of PyTorch",
                        model(floats("input", 1, 3, 128, 128), floats("r", 1, 896, 16), floats("c", 1, 896, 1)),
                        "blazeface"));
    }

    private static ModelInfo front() {
        return model(
                floats("input:0", 1, 128, 128, 3),
                floats("Identity:0", 1, 512, 1),
                floats("Identity_1:0", 1, 384, 1),
                floats("Identity_2:0", 1, 512, 16),
                floats("Identity_3:0", 1, 384, 16));
    }

    private static ModelInfo whole(int sidePx, int anchors) {
        return model(
                floats("input", 1, sidePx, sidePx, 3),
                floats("regressors", 1, anchors, 16),
                floats("classificators", 1, anchors, 1));
    }

    @Test
    void shouldBeThisFaceWhenOneAnchorIsThis() throws ModelException {
        float[][] outputs = {new float[512], new float[384], new float[512 * 16], new float[384 * 16]};
        Arrays.fill(outputs[0], -100);
        Arrays.fill(outputs[1], -100);
        // Of 6 anchors in each of 8 x 8 cells of 16 pixels, the 5th in row 3, column 2: around (40, 56).
        int anchor = (3 * 8 + 2) * 6 + 4;
        outputs[1][anchor] = (float) Math.log(4);
        float[] row = {4, -2, 30, 40, -8, -10, 8, -10, 0, 0, 0, 12, -16, -6, 16, -6};
        System.arraycopy(row, 0, outputs[3], 16 * anchor, 16);
        BoxDecoder decoder = new BlazeFace().decoder(front());

        DecodedRows found = DecodedRows.of(decoder, 0.5f, outputs);

        assertThat(decoder.classes()).isEqualTo(1);
        assertThat(decoder.keypoints()).isEqualTo(6);
        assertThat(found.rows()).hasSize(1);
        found.assertRow(0, 29, 34, 59, 74, 0.8, 0, 32, 46, 48, 46, 40, 56, 40, 68, 24, 50, 56, 50);
    }

    @ParameterizedTest
    @CsvSource({"128, 896", "256, 896", "192, 2304"})
    void shouldFindWhatMediaPipeFindsWhenTensorsAreRandom(int sidePx, int anchors) throws ModelException {
        Random random = new Random(sidePx);
        float[] rows = DetrTest.gaussian(random, 16 * anchors, 30);
        float[] scores = DetrTest.gaussian(random, anchors, 60);
        List<double[]> expected = reference(rows, scores, sidePx);
        BoxDecoder decoder = new BlazeFace().decoder(whole(sidePx, anchors));

        assertThat(expected).hasSizeBetween(anchors / 8, anchors / 2);
        for (float scoreMin : new float[] {0, 0.5f, 0.75f}) {
            DecodedRows.of(decoder, scoreMin, rows, scores).assertLike(expected, scoreMin);
        }
    }

    @Test
    void shouldFindTheSameWhenOutputsAreInPartsAndInAnyOrder() throws ModelException {
        Random random = new Random(5);
        float[] rows = DetrTest.gaussian(random, 16 * 896, 30);
        float[] scores = DetrTest.gaussian(random, 896, 5);
        List<float[]> expected = DecodedRows.of(new BlazeFace().decoder(whole(128, 896)), 0.5f, rows, scores)
                .rows();
        float[] scores8 = Arrays.copyOfRange(scores, 0, 512);
        float[] scores16 = Arrays.copyOfRange(scores, 512, 896);
        float[] rows8 = Arrays.copyOfRange(rows, 0, 512 * 16);
        float[] rows16 = Arrays.copyOfRange(rows, 512 * 16, 896 * 16);
        ModelInfo mixed = model(
                floats("x", 1, 128, 128, 3), floats("a", 1, 384, 16), floats("b", 1, 896, 1), floats("c", 1, 512, 16));

        List<float[]> inParts = DecodedRows.of(new BlazeFace().decoder(front()), 0.5f, scores8, scores16, rows8, rows16)
                .rows();
        List<float[]> inSome = DecodedRows.of(new BlazeFace().decoder(mixed), 0.5f, rows16, scores, rows8)
                .rows();

        assertThat(inParts.toArray(float[][]::new)).isDeepEqualTo(expected.toArray(float[][]::new));
        assertThat(inSome.toArray(float[][]::new)).isDeepEqualTo(expected.toArray(float[][]::new));
    }

    /**
     * SsdAnchorsCalculator::GenerateAnchors and TensorsToDetectionsCalculator of MediaPipe, with the options of its graphs, in
     * doubles: an anchor for each aspect ratio and one for the interpolated scale, in each of the layers of one stride.
     */
    private static List<double[]> reference(float[] rows, float[] scores, int sidePx) {
        int[] strides = sidePx == 128 ? new int[] {8, 16, 16, 16} : new int[] {16, 32, 32, 32};
        int perLayer = 2;
        if (sidePx == 192) {
            strides = new int[] {4};
            perLayer = 1;
        }
        List<double[]> anchors = new ArrayList<>();
        for (int layer = 0; layer < strides.length; ) {
            int last = layer;
            while (last < strides.length && strides[last] == strides[layer]) {
                last++;
            }
            int side = (int) Math.ceil((double) sidePx / strides[layer]);
            for (int y = 0; y < side; y++) {
                for (int x = 0; x < side; x++) {
                    for (int i = 0; i < (last - layer) * perLayer; i++) {
                        anchors.add(new double[] {(x + 0.5) / side, (y + 0.5) / side});
                    }
                }
            }
            layer = last;
        }
        List<double[]> faces = new ArrayList<>();
        for (int i = 0; i < anchors.size(); i++) {
            double[] anchor = anchors.get(i);
            double[] raw = new double[16];
            for (int k = 0; k < 16; k++) {
                raw[k] = rows[16 * i + k] / (double) sidePx;
            }
            if (raw[2] < 0 || raw[3] < 0) {
                continue;
            }
            double clipped = Math.max(-100, Math.min(100, scores[i]));
            double[] face = new double[18];
            face[0] = (raw[0] + anchor[0] - raw[2] / 2) * sidePx;
            face[1] = (raw[1] + anchor[1] - raw[3] / 2) * sidePx;
            face[2] = (raw[0] + anchor[0] + raw[2] / 2) * sidePx;
            face[3] = (raw[1] + anchor[1] + raw[3] / 2) * sidePx;
            face[4] = 1 / (1 + Math.exp(-clipped));
            for (int k = 0; k < 12; k++) {
                face[6 + k] = (raw[4 + k] + anchor[k % 2]) * sidePx;
            }
            faces.add(face);
        }
        return faces;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldCountAndMakeNoBoxWhenACornerIsNotANumber(int column) throws ModelException {
        float[] rows = new float[16 * 896];
        float[] scores = new float[896];
        Arrays.fill(scores, -100);
        scores[7] = 5;
        rows[16 * 7 + column] = Float.NaN;

        assertThat(DecodedRows.of(new BlazeFace().decoder(whole(128, 896)), 0.5f, rows, scores))
                .isEqualTo(new DecodedRows(List.of(), 1));
    }

    @Test
    void shouldCountAndMakeNoBoxWhenAScoreIsNotANumber() throws ModelException {
        float[] scores = new float[896];
        Arrays.fill(scores, -100);
        scores[7] = Float.NaN;

        assertThat(DecodedRows.of(new BlazeFace().decoder(whole(128, 896)), 0.5f, new float[16 * 896], scores))
                .isEqualTo(new DecodedRows(List.of(), 1));
    }

    @Test
    void shouldCallItsClassFaceUnlessTheDescriptionSaysOtherwise() throws ModelException {
        ModelDescription said = new ModelDescription(null, null, List.of("head"), null);

        assertThat(DetectionModel.resolve(front(), ModelDescription.EMPTY)
                        .labels()
                        .names())
                .containsExactly("face");
        assertThat(DetectionModel.resolve(front(), said).labels().names()).containsExactly("head");
    }

    @Test
    void shouldRefuseWhenItIsNot() {
        assertThatThrownBy(() -> new BlazeFace().decoder(whole(160, 896))).hasMessageContaining("128x128");
        assertThatThrownBy(() -> new BlazeFace().decoder(whole(192, 896))).hasMessageContaining("2304 anchors");
        TensorInfo rows = floats("regressors", 1, 896, 16);
        assertThatThrownBy(() -> new BlazeFace()
                        .decoder(new ModelInfo(List.of(floats("x", 1, 128, 128, 3)), List.of(rows, rows), Map.of())))
                .hasMessageContaining("896 anchors");
    }
}
