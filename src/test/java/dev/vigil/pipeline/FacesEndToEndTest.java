package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.OnnxFile;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.LabelFilters;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.Suppression;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.TensorProto.DataType;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_objdetect.FaceDetectorYN;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that see what is orange, and give boxes and points, on pictures whose sides are not those of their inputs. */
class FacesEndToEndTest {
    private static final DetectOptions OPTIONS = DetectOptions.DEFAULT.withScoreMin(0.8f);

    @TempDir
    private Path folder;

    /** Orange in the rectangle, else black. */
    private static EndToEnd.Painter spot(int x1, int y1, int x2, int y2) {
        return (x, y) -> x >= x1 && x < x2 && y >= y1 && y < y2 ? 0xff8000 : 0;
    }

    private static float[] repeated(int times, float... row) {
        float[] rows = new float[times * row.length];
        for (int i = 0; i < times; i++) {
            System.arraycopy(row, 0, rows, i * row.length, row.length);
        }
        return rows;
    }

    @Test
    void shouldPlaceYuNetsFaceAndPointsInTheFrame() throws Exception {
        OnnxFile file = OnnxFile.empty().input("input", DataType.FLOAT, 1, 3, 64, 96);
        // Red is the last of blue, green, red.
        new ConvGraphs(file).meanOfChannel("red", "input", 8, 2, 1 / 255f, 0).rows("cls_8", "red", "Identity", 1);
        file.declareOutput("cls_8", DataType.FLOAT, 1, 96, 1);
        for (int stride : new int[] {16, 32}) {
            int cells = 96 * 64 / (stride * stride);
            file.constantOutput("cls_" + stride, DataType.FLOAT, new float[cells], 1, cells, 1);
        }
        for (int stride : new int[] {8, 16, 32}) {
            int cells = 96 * 64 / (stride * stride);
            float[] box = repeated(cells, 0.5f, 0.5f, (float) Math.log(2), 0);
            float[] points = repeated(cells, 0, 0, 1, 0, 0.5f, 0.5f, 0, 1, -9, -9);
            file.constantOutput("obj_" + stride, DataType.FLOAT, repeated(cells, 1), 1, cells, 1)
                    .constantOutput("bbox_" + stride, DataType.FLOAT, box, 1, cells, 4)
                    .constantOutput("kps_" + stride, DataType.FLOAT, points, 1, cells, 10);
        }
        Path model = file.write(folder.resolve("yunet.onnx"));

        // Cell (5, 3) is 40..48, 24..32 of the input, which the frame fills from its top left at a scale of 96/97.
        Detections found = EndToEnd.boxes(model, ModelDescription.EMPTY, 97, 61, spot(39, 23, 50, 34), OPTIONS);

        assertThat(found.count()).isEqualTo(1);
        assertThat(found.score(0)).isCloseTo(1, within(0.01f));
        assertBox(found, 36 / 0.99f, 24 / 0.99f, 52 / 0.99f, 32 / 0.99f, 0.7f);
        assertPoint(found, 0, 40 / 0.99f, 24 / 0.99f, 0.7f);
        assertPoint(found, 3, 40 / 0.99f, 32 / 0.99f, 0.7f);
        // Outside the frame, and not moved to its edge.
        assertPoint(found, 4, -32 / 0.99f, -48 / 0.99f, 0.7f);
    }

    @Test
    void shouldPlaceBlazeFacesFaceAndPointsInTheFrame() throws Exception {
        OnnxFile file = OnnxFile.empty().input("input:0", DataType.FLOAT, 1, 128, 128, 3);
        file.node("Transpose", "planes", List.of("input:0"), ConvGraphs.longs("perm", 0, 3, 1, 2));
        new ConvGraphs(file)
                .meanOfChannel("first", "planes", 8, 0, 10, -5)
                .meanOfChannel("second", "planes", 8, 0, 0, -100);
        file.node("Concat", "both", List.of("first", "second"), OnnxFile.attribute("axis", 1));
        new ConvGraphs(file).rows("Identity:0", "both", "Identity", 1);
        file.declareOutput("Identity:0", DataType.FLOAT, 1, 512, 1)
                .constantOutput("Identity_1:0", DataType.FLOAT, repeated(384, -100), 1, 384, 1)
                .constantOutput(
                        "Identity_2:0",
                        DataType.FLOAT,
                        repeated(512, 0, 0, 16, 24, -4, -4, 4, -4, 0, 0, 0, 4, -8, 0, 8, 0),
                        1,
                        512,
                        16)
                .constantOutput("Identity_3:0", DataType.FLOAT, new float[384 * 16], 1, 384, 16);
        Path model = file.write(folder.resolve("blazeface.onnx"));

        // Cell (6, 8) is 48..56, 64..72 of the input, in whose middle the frame lies: 128 wide and 72 high, from row 28
        // on.
        Detections found = EndToEnd.boxes(model, ModelDescription.EMPTY, 101, 57, spot(36, 27, 46, 36), OPTIONS);

        float scale = 128 / 101f;
        assertThat(found.count()).isEqualTo(1);
        assertThat(found.score(0)).isCloseTo((float) (1 / (1 + Math.exp(-5))), within(0.01f));
        assertBox(found, 44 / scale, (56 - 28) / scale, 60 / scale, (80 - 28) / scale, 0.5f);
        assertPoint(found, 0, 48 / scale, (64 - 28) / scale, 0.5f);
        assertPoint(found, 5, 60 / scale, (68 - 28) / scale, 0.5f);
    }

    @Test
    void shouldPlaceCenterNetsBoxInTheFrame() throws Exception {
        OnnxFile file = OnnxFile.empty().input("input", DataType.FLOAT, 1, 3, 64, 96);
        // Red is the last of blue, green, red: 1.9 where there is all of it, -1.7 where there is none.
        new ConvGraphs(file).meanOfChannel("low", "input", 4, 2, 0, -9).meanOfChannel("red", "input", 4, 2, 1, 0);
        file.node("Concat", "hm", List.of("low", "red"), OnnxFile.attribute("axis", 1));
        float[] size = new float[2 * 24 * 16];
        Arrays.fill(size, 0, 24 * 16, 4);
        Arrays.fill(size, 24 * 16, 2 * 24 * 16, 2);
        float[] offset = new float[2 * 24 * 16];
        Arrays.fill(offset, 0.5f);
        file.declareOutput("hm", DataType.FLOAT, 1, 2, 16, 24)
                .constantOutput("wh", DataType.FLOAT, size, 1, 2, 16, 24)
                .constantOutput("reg", DataType.FLOAT, offset, 1, 2, 16, 24);
        Path model = file.write(folder.resolve("centernet.onnx"));

        // Cell (10, 7) is 40..44, 28..32 of the input, in which the frame is 95 wide and 64 high, from column 0 on.
        float scale = 64 / 129f;
        int x1 = Math.round(40 / scale) - 2;
        int y1 = Math.round(28 / scale) - 2;
        Detections found =
                EndToEnd.boxes(model, ModelDescription.EMPTY, 191, 129, spot(x1, y1, x1 + 11, y1 + 11), OPTIONS);

        assertThat(found.count()).isEqualTo(1);
        assertThat(found.classId(0)).isEqualTo(1);
        float red = (1 - 0.47026115f) / 0.27809835f;
        assertThat(found.score(0)).isCloseTo((float) (1 / (1 + Math.exp(-red))), within(0.01f));
        assertBox(found, 34 / scale, 26 / scale, 50 / scale, 34 / scale, 1.5f);
    }

    /** FaceDetectorYN runs the same file on the same pixels, with an inference and a post-processing of its own. */
    @Test
    void shouldFindWhatOpenCvsFaceDetectorFindsWhenAYuNetHasRandomWeights() throws Exception {
        OnnxFile file = OnnxFile.empty().input("input", DataType.FLOAT, 1, 3, 64, 96);
        ConvGraphs graphs = new ConvGraphs(file);
        String[] kinds = {"cls", "obj", "bbox", "kps"};
        int[] columns = {1, 1, 4, 10};
        for (int kind = 0; kind < kinds.length; kind++) {
            for (int stride : new int[] {8, 16, 32}) {
                String name = kinds[kind] + "_" + stride;
                graphs.random(name + "_map", "input", stride, columns[kind], kind < 2 ? 2 : 0.7f)
                        .rows(name, name + "_map", kind < 2 ? "Sigmoid" : "Identity", columns[kind]);
                file.declareOutput(name, DataType.FLOAT, 1, 96 * 64 / (stride * stride), columns[kind]);
            }
        }
        Path model = file.write(folder.resolve("yunet.onnx"));
        EndToEnd.Painter noise = (x, y) -> (x * 73_856_093 ^ y * 19_349_663) * 0x9e3779b1 >>> 8;
        DetectOptions all = new DetectOptions(
                0.4f, new Suppression.Override(Suppression.Kind.NONE, null, null), 300, LabelFilters.NONE);

        float[][] faces = openCvFaces(model, noise, all.scoreMin());
        Detections found = EndToEnd.boxes(model, ModelDescription.EMPTY, 96, 64, noise, all);

        assertThat(faces.length).isGreaterThan(30);
        assertThat(found.count()).isEqualTo(visible(faces));
        int index = 0;
        for (float[] face : faces) {
            if (visible(face) == 0) {
                continue;
            }
            assertThat(found.score(index)).isCloseTo(face[14], within(1e-4f));
            // OpenCV does not clip boxes to the frame.
            float[] box = {
                Math.max(0, face[0]),
                Math.max(0, face[1]),
                Math.min(96, face[0] + face[2]),
                Math.min(64, face[1] + face[3])
            };
            assertThat(new float[] {found.x1(index), found.y1(index), found.x2(index), found.y2(index)})
                    .as("box %d", index)
                    .containsExactly(box, within(0.01f));
            for (int k = 0; k < 5; k++) {
                assertThat(found.keypointX(index, k)).isCloseTo(face[4 + 2 * k], within(0.01f));
                assertThat(found.keypointY(index, k)).isCloseTo(face[5 + 2 * k], within(0.01f));
            }
            index++;
        }
    }

    private static int visible(float[]... faces) {
        int count = 0;
        for (float[] face : faces) {
            boolean inside = face[0] < 96 && face[0] + face[2] > 0 && face[1] < 64 && face[1] + face[3] > 0;
            count += inside ? 1 : 0;
        }
        return count;
    }

    /** Best score first, without suppression; x, y, width, height, five points, score. */
    private static float[][] openCvFaces(Path model, EndToEnd.Painter painter, float scoreMin) {
        try (Mat picture = new Mat(64, 96, org.bytedeco.opencv.global.opencv_core.CV_8UC3);
                Mat faces = new Mat();
                Size size = new Size(96, 64)) {
            try (UByteIndexer pixels = picture.createIndexer()) {
                for (int y = 0; y < 64; y++) {
                    for (int x = 0; x < 96; x++) {
                        int rgb = painter.rgb(x, y);
                        pixels.put(y, x, new int[] {rgb & 0xff, rgb >> 8 & 0xff, rgb >> 16 & 0xff});
                    }
                }
            }
            try (FaceDetectorYN detector =
                    FaceDetectorYN.create(model.toString(), "", size, scoreMin, 1, 5_000, 0, 0)) {
                detector.detect(picture, faces);
            }
            float[][] rows = new float[faces.rows()][15];
            try (FloatIndexer values = faces.createIndexer()) {
                for (int i = 0; i < rows.length; i++) {
                    values.get(i, 0, rows[i]);
                }
            }
            return rows;
        }
    }

    private static void assertBox(Detections found, float x1, float y1, float x2, float y2, float tolerance) {
        assertThat(new float[] {found.x1(0), found.y1(0), found.x2(0), found.y2(0)})
                .containsExactly(new float[] {x1, y1, x2, y2}, within(tolerance));
    }

    private static void assertPoint(Detections found, int point, float x, float y, float tolerance) {
        assertThat(new float[] {found.keypointX(0, point), found.keypointY(0, point)})
                .containsExactly(new float[] {x, y}, within(tolerance));
    }
}
