package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YuNetTest {
    private static final int[] STRIDES = {8, 16, 32};
    private static final String[] KINDS = {"cls", "obj", "bbox", "kps"};
    private static final int[] COLUMNS = {1, 1, 4, 10};

    static List<FamilySample> samples() {
        return List.of(
                FamilySample.of("YuNet of opencv_zoo", yunet(640, 640), "yunet"),
                FamilySample.of("YuNet of a wide input", yunet(320, 192), "yunet"));
    }

    /** In opencv_zoo's order: cls of all strides, then obj, bbox and kps. */
    static ModelInfo yunet(int widthPx, int heightPx) {
        List<TensorInfo> outputs = new ArrayList<>();
        for (int kind = 0; kind < KINDS.length; kind++) {
            for (int stride : STRIDES) {
                int cells = widthPx / stride * (heightPx / stride);
                outputs.add(floats(KINDS[kind] + "_" + stride, 1, cells, COLUMNS[kind]));
            }
        }
        return new ModelInfo(List.of(floats("input", 1, 3, heightPx, widthPx)), outputs, Map.of());
    }

    private static float[][] zeros(ModelInfo model) {
        return model.outputs().stream()
                .map(output -> new float[(int) (output.shape()[1] * output.shape()[2])])
                .toArray(float[][]::new);
    }

    @Test
    void shouldBeThisFaceWhenOneCellIsThis() throws ModelException {
        ModelInfo model = yunet(96, 64);
        float[][] outputs = zeros(model);
        // Stride 16: 6 columns; the cell in row 2, column 4.
        int cell = 2 * 6 + 4;
        outputs[1][cell] = 0.9f;
        outputs[4][cell] = 0.4f;
        System.arraycopy(new float[] {0.5f, -0.25f, (float) Math.log(2), 0}, 0, outputs[7], 4 * cell, 4);
        System.arraycopy(new float[] {-1, 0, 1, 0, 0, 0.5f, -1, 1, 1, 2}, 0, outputs[10], 10 * cell, 10);
        BoxDecoder decoder = new YuNet().decoder(model);

        DecodedRows found = DecodedRows.of(decoder, 0.5f, outputs);

        assertThat(decoder.classes()).isEqualTo(1);
        assertThat(decoder.keypoints()).isEqualTo(5);
        assertThat(found.rows()).hasSize(1);
        // Centre (72, 28), 32 wide, 16 high.
        found.assertRow(0, 56, 20, 88, 36, 0.6, 0, 48, 32, 80, 32, 64, 40, 48, 48, 80, 64);
    }

    @ParameterizedTest
    @CsvSource({"32, 32", "640, 640", "320, 192", "96, 160"})
    void shouldFindWhatOpenCvsPostProcessFindsWhenTensorsAreRandom(int widthPx, int heightPx) throws ModelException {
        Random random = new Random(widthPx);
        ModelInfo model = yunet(widthPx, heightPx);
        float[][] outputs = zeros(model);
        for (int i = 0; i < outputs.length; i++) {
            for (int k = 0; k < outputs[i].length; k++) {
                // Scores below 0 and above 1 too: they are clamped.
                outputs[i][k] = i < 6 ? 1.4f * random.nextFloat() - 0.2f : (float) random.nextGaussian();
            }
        }
        List<double[]> expected = reference(outputs, widthPx, heightPx);
        BoxDecoder decoder = new YuNet().decoder(model);
        for (float scoreMin : new float[] {0, 0.3f, 0.6f, 0.9f}) {
            DecodedRows.of(decoder, scoreMin, outputs).assertLike(expected, scoreMin);
        }
    }

    /** FaceDetectorYNImpl::postProcess of modules/objdetect/src/face_detect.cpp up to the NMS, step by step, in doubles. */
    private static List<double[]> reference(float[][] outputs, int widthPx, int heightPx) {
        List<double[]> faces = new ArrayList<>();
        for (int i = 0; i < STRIDES.length; i++) {
            int cols = widthPx / STRIDES[i];
            int rows = heightPx / STRIDES[i];
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < cols; c++) {
                    int idx = r * cols + c;
                    double cls = Math.max(Math.min(outputs[i][idx], 1), 0);
                    double obj = Math.max(Math.min(outputs[3 + i][idx], 1), 0);
                    float[] bbox = outputs[6 + i];
                    double cx = (c + bbox[idx * 4]) * STRIDES[i];
                    double cy = (r + bbox[idx * 4 + 1]) * STRIDES[i];
                    double w = Math.exp(bbox[idx * 4 + 2]) * STRIDES[i];
                    double h = Math.exp(bbox[idx * 4 + 3]) * STRIDES[i];
                    double[] face = new double[16];
                    face[0] = cx - w / 2;
                    face[1] = cy - h / 2;
                    face[2] = face[0] + w;
                    face[3] = face[1] + h;
                    face[4] = Math.sqrt(cls * obj);
                    for (int n = 0; n < 5; n++) {
                        face[6 + 2 * n] = (outputs[9 + i][idx * 10 + 2 * n] + c) * STRIDES[i];
                        face[7 + 2 * n] = (outputs[9 + i][idx * 10 + 2 * n + 1] + r) * STRIDES[i];
                    }
                    faces.add(face);
                }
            }
        }
        return faces;
    }

    @Test
    void shouldFindTheSameWhenOutputsAreNamelessAndInAnyOrder() throws ModelException {
        Random random = new Random(3);
        ModelInfo model = yunet(64, 64);
        float[][] outputs = zeros(model);
        for (float[] output : outputs) {
            System.arraycopy(DetrTest.uniform(random, output.length), 0, output, 0, output.length);
        }
        List<float[]> expected =
                DecodedRows.of(new YuNet().decoder(model), 0.5f, outputs).rows();
        List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
        Collections.shuffle(order, random);
        List<TensorInfo> shuffled = order.stream()
                .map(i -> new TensorInfo(
                        Integer.toString(i),
                        model.outputs().get(i).type(),
                        model.outputs().get(i).shape()))
                .toList();
        ModelInfo nameless = new ModelInfo(model.inputs(), shuffled, Map.of());
        float[][] values = order.stream().map(i -> outputs[i]).toArray(float[][]::new);

        assertThat(Families.recognise(nameless, null).family().id()).isEqualTo("yunet");
        List<float[]> found =
                DecodedRows.of(new YuNet().decoder(nameless), 0.5f, values).rows();
        assertThat(found.toArray(float[][]::new)).isDeepEqualTo(expected.toArray(float[][]::new));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 7})
    void shouldCountAndMakeNoBoxWhenAScoreOrCornerIsNotANumber(int output) throws ModelException {
        ModelInfo model = yunet(32, 32);
        float[][] outputs = zeros(model);
        outputs[1][0] = 1;
        outputs[4][0] = 1;
        outputs[output][0] = Float.NaN;

        DecodedRows found = DecodedRows.of(new YuNet().decoder(model), 0.5f, outputs);

        assertThat(found.rows()).isEmpty();
        assertThat(found.malformed()).isEqualTo(1);
    }

    @Test
    void shouldCountAndMakeNoBoxWhenTheSizeOverflows() throws ModelException {
        ModelInfo model = yunet(32, 32);
        float[][] outputs = zeros(model);
        outputs[1][0] = 1;
        outputs[4][0] = 1;
        outputs[7][3] = 1_000;

        assertThat(DecodedRows.of(new YuNet().decoder(model), 0.5f, outputs)).isEqualTo(new DecodedRows(List.of(), 1));
    }

    @Test
    void shouldRefuseWhenItIsNot() {
        ModelInfo model = yunet(640, 640);
        List<TensorInfo> eleven = model.outputs().subList(0, 11);
        ModelInfo other = new ModelInfo(List.of(floats("input", 1, 3, 320, 320)), model.outputs(), Map.of());
        ModelInfo odd = new ModelInfo(List.of(floats("input", 1, 3, 100, 100)), model.outputs(), Map.of());

        assertThatThrownBy(() -> new YuNet().decoder(new ModelInfo(model.inputs(), eleven, Map.of())))
                .hasMessageContaining("12 outputs");
        assertThatThrownBy(() -> new YuNet().decoder(other)).hasMessageContaining("100 cells of stride 32");
        assertThatThrownBy(() -> new YuNet().decoder(odd)).hasMessageContaining("no multiple of 32");
    }
}
