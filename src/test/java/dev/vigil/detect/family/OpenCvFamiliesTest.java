package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.direct;
import static dev.vigil.detect.Tensors.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** What OpenCV's own detection layers give. */
class OpenCvFamiliesTest {
    private static final Map<String, String> DARKNET = Map.of("format", "darknet");

    private final Candidates candidates = new Candidates();

    static List<FamilySample> samples() {
        return List.of(
                FamilySample.of(
                        "YOLOv4 of Darknet in OpenCV",
                        model(
                                DARKNET,
                                608,
                                floats("yolo_139", 1, 17_328, 85),
                                floats("yolo_150", 1, 4_332, 85),
                                floats("yolo_161", 1, 1_083, 85)),
                        "darknet"),
                FamilySample.of(
                        "YOLOv2-tiny of Darknet in OpenCV",
                        model(DARKNET, 416, floats("detection_out", 1, 845, 25)),
                        "darknet"),
                FamilySample.of(
                        "MobileNet-SSD of Caffe in OpenCV",
                        model(
                                Map.of("format", "caffe", "num_classes", "21"),
                                300,
                                floats("detection_out", 1, 1, 100, 7)),
                        "detection-output"),
                FamilySample.of(
                        "SSD of TensorFlow with its .pbtxt in OpenCV",
                        model(
                                Map.of("format", "tensorflow", "num_classes", "91"),
                                300,
                                floats("detection_out", 1, 1, 100, 7)),
                        "detection-output-tf"),
                FamilySample.of(
                        "ONNX with a DetectionOutput of its own",
                        model(Map.of(), 320, floats("detection_out", 1, 1, -1, 7)),
                        "detection-output"));
    }

    private static ModelInfo model(Map<String, String> metadata, int sidePx, TensorInfo... outputs) {
        return new ModelInfo(List.of(floats("data", -1, 3, sidePx, sidePx)), List.of(outputs), metadata);
    }

    @Test
    void shouldMakeTheBoxesOfAReferenceWhenDarknetsHeadsAreRandom() throws Exception {
        Random random = new Random(5);
        int[] rows = {507, 2_028};
        int columns = 5 + 4;
        FloatBuffer[] outputs = new FloatBuffer[2];
        List<double[]> expected = new ArrayList<>();
        for (int head = 0; head < 2; head++) {
            float[] values = new float[rows[head] * columns];
            for (int row = 0; row < rows[head]; row++) {
                int at = row * columns;
                for (int i = 0; i < 4; i++) {
                    values[at + i] = random.nextFloat() * 1.2f - 0.1f;
                }
                float objectness = random.nextFloat();
                values[at + 4] = objectness;
                for (int c = 0; c < 4; c++) {
                    float score = objectness * random.nextFloat();
                    values[at + 5 + c] = score > 0.2f ? score : 0;
                    if (score > 0.5f) {
                        double x = values[at];
                        double y = values[at + 1];
                        double w = values[at + 2];
                        double h = values[at + 3];
                        expected.add(new double[] {
                            Math.min(x - w / 2, x + w / 2) * 416,
                            Math.min(y - h / 2, y + h / 2) * 416,
                            Math.max(x - w / 2, x + w / 2) * 416,
                            Math.max(y - h / 2, y + h / 2) * 416,
                            score,
                            c
                        });
                    }
                }
            }
            outputs[head] = direct(values);
        }
        ModelInfo info =
                model(DARKNET, 416, floats("yolo_82", 1, rows[0], columns), floats("yolo_94", 1, rows[1], columns));
        BoxDecoder decoder = new DarknetRows().decoder(info);
        assertThat(decoder.classes()).isEqualTo(4);
        candidates.start(0.5f);
        decoder.decode(outputs, candidates);
        assertSame(expected, 1e-3);
        assertThat(expected.size()).isGreaterThan(500);
    }

    private void assertSame(List<double[]> expected, double within) {
        assertThat(candidates.count()).isEqualTo(expected.size());
        for (int i = 0; i < expected.size(); i++) {
            double[] found = {
                candidates.x1(i),
                candidates.y1(i),
                candidates.x2(i),
                candidates.y2(i),
                candidates.score(i),
                candidates.classId(i)
            };
            assertThat(found).as("box %d", i).containsExactly(expected.get(i), Offset.offset(within));
        }
    }

    @Test
    void shouldTakeClassesFromOneOnWhenALayerGivesDetections() throws Exception {
        ModelInfo info = model(Map.of("num_classes", "21"), 300, floats("detection_out", 1, 1, -1, 7));
        BoxDecoder decoder = DetectionOutput.CAFFE.decoder(info);
        assertThat(decoder.classes()).isEqualTo(20);
        candidates.start(0.25f);
        float nan = Float.NaN;
        decoder.decode(
                new FloatBuffer[] {
                    direct(
                            0, 15, 0.9f, 0.1f, 0.2f, 0.5f, 0.75f, // person of VOC
                            0, 1, 0.2f, 0, 0, 1, 1, // below the threshold
                            0, 20, 0.3f, -0.1f, 0, 1.1f, 1, 0, 0, 0.8f, 0, 0, 1, 1, // the background
                            0, 3, nan, 0, 0, 1, 1, 0, 3, 0.5f, 0, nan, 1, 1, 0, 0, 0, 0, 0, 0, 0, // room that is left
                            -1, 2, 0.9f, 0, 0, 1, 1, // the end
                            0, 2, 0.9f, 0, 0, 1, 1)
                },
                candidates);
        assertSame(List.of(new double[] {30, 60, 150, 225, 0.9, 14}, new double[] {-30, 0, 330, 300, 0.3, 19}), 1e-4);
        assertThat(candidates.malformed()).isEqualTo(3);
    }

    @Test
    void shouldFindNothingWhenThereIsNoRow() throws Exception {
        ModelInfo info = model(Map.of("num_classes", "2"), 300, floats("detection_out", 1, 1, -1, 7));
        candidates.start(0);
        DetectionOutput.CAFFE.decoder(info).decode(new FloatBuffer[] {direct()}, candidates);
        assertThat(candidates.count()).isZero();
    }

    @Test
    void shouldSayWhatDoesNotFitWhenAFamilyIsAskedForWrongly() {
        ModelInfo plain = model(Map.of(), 416, floats("out", 1, 845, 25));
        assertThatThrownBy(() -> Families.recognise(plain, "darknet"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("wants weights of Darknet");
        assertThatThrownBy(() -> Families.recognise(plain, "detection-output"))
                .hasMessageContaining("wants a single output (1, 1, rows, 7)");
        ModelInfo one = model(Map.of("num_classes", "1"), 300, floats("detection_out", 1, 1, 100, 7));
        assertThatThrownBy(() -> DetectionOutput.CAFFE.decoder(one)).hasMessageContaining("allowed are 2 and more");
    }
}
