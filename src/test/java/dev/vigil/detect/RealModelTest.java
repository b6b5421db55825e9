package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.detect.family.DetectionModel;
import dev.vigil.frame.InputSpec;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.Placement;
import dev.vigil.frame.TensorInfo.ElementType;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.junit.jupiter.api.Test;

/** Whole models on a frame of the demo clip, whose objects are known and must be found where they are. */
class RealModelTest {
    private static final Path FRAME = Path.of("src/test/resources/dev/vigil/detect/demo-clip-frame-0.jpg");
    private static final Path TRUTH = Path.of("media/demo-clip.truth.json");
    /** Not part of the repository. */
    private static final Path YOLOX = Path.of("../shared/models/yolox-nano-coco.onnx");

    @Test
    void shouldFindPersonAndCatWhenTheDefaultModelSeesTheDemoClip() throws Exception {
        Path labels = Path.of("models/coco-90.txt");

        List<Found> found =
                detect(Path.of("models/ssdlite-mobilenet-v2-coco.onnx"), new ModelDescription("ssd", labels, null), 2);

        assertFound(found, "person");
        assertFound(found, "cat");
        assertThat(found).allMatch(box -> box.score > DetectOptions.DEFAULT.scoreMin());
    }

    @Test
    void shouldFindTheSameBoxesWhenTheDefaultModelIsGivenNoDescription() throws Exception {
        Path model = Path.of("models/ssdlite-mobilenet-v2-coco.onnx");

        assertThat(detect(model, ModelDescription.EMPTY, 1))
                .isEqualTo(detect(model, new ModelDescription("ssd", Path.of("models/coco-90.txt"), null), 1));
    }

    @Test
    void shouldFindThePersonWhenYoloxSeesTheDemoClip() throws Exception {
        assumeTrue(Files.exists(YOLOX), YOLOX + " is not here: YOLOX is checked on random tensors only");

        List<Found> found = detect(YOLOX, ModelDescription.EMPTY, 1);

        // Without labels the classes are numbers, and COCO's first is person. The cat's close-up this small model
        // scores
        // 0.05, by any implementation.
        assertThat(found).anyMatch(box -> box.label.equals("0") && box.iou(truth("person")) >= 0.5f);
    }

    private static void assertFound(List<Found> found, String label) {
        assertThat(found)
                .as("%s at %s", label, truth(label))
                .anyMatch(box -> box.label.equals(label) && box.iou(truth(label)) >= 0.5f);
    }

    /** The last of a batch of {@code batch} equal frames, so that its outputs do not start where the buffer does. */
    private static List<Found> detect(Path file, ModelDescription description, int batch) throws Exception {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(file.toString())) {
            ModelInfo info = new ModelInfo(
                    tensors(session.getInputInfo().values()),
                    tensors(session.getOutputInfo().values()),
                    session.getMetadata().getCustomMetadata());
            DetectionModel model = DetectionModel.resolve(info, description);
            InputSpec spec = model.input();
            Placement placement = new Placement();
            float[] image = firstFrame(spec, placement);
            float[] input = new float[batch * image.length];
            System.arraycopy(image, 0, input, (batch - 1) * image.length, image.length);
            long[] shape = {batch, 3, spec.heightPx(), spec.widthPx()};
            try (OnnxTensor tensor = OnnxTensor.createTensor(environment, Tensors.direct(input), shape);
                    OrtSession.Result result = session.run(Map.of(info.image().name(), tensor))) {
                FloatBuffer[] outputs = new FloatBuffer[result.size()];
                for (int i = 0; i < outputs.length; i++) {
                    FloatBuffer all = ((OnnxTensor) result.get(i)).getFloatBuffer();
                    float[] values = new float[all.remaining()];
                    all.get(values);
                    int length = values.length / batch;
                    outputs[i] = Tensors.direct(values).slice((batch - 1) * length, length);
                }
                Detections detections = new Detections(300);
                model.postProcessor().process(outputs, placement, model.rules(DetectOptions.DEFAULT), detections);
                assertThat(detections.malformed()).isZero();
                return found(detections, model.labels());
            }
        }
    }

    private static List<dev.vigil.frame.TensorInfo> tensors(Collection<NodeInfo> nodes) {
        return nodes.stream()
                .map(node -> {
                    TensorInfo tensor = (TensorInfo) node.getInfo();
                    ElementType type = tensor.type == OnnxJavaType.FLOAT ? ElementType.FLOAT32 : ElementType.OTHER;
                    return new dev.vigil.frame.TensorInfo(node.getName(), type, tensor.getShape());
                })
                .toList();
    }

    /** The clip's first frame as the model wants it, by OpenCV. */
    private static float[] firstFrame(InputSpec spec, Placement placement) {
        try (Mat bgr = opencv_imgcodecs.imread(FRAME.toString());
                Mat small = new Mat()) {
            assertThat(bgr.empty()).as(FRAME.toString()).isFalse();
            float scaleX = (float) spec.widthPx() / bgr.cols();
            float scaleY = (float) spec.heightPx() / bgr.rows();
            if (spec.resize() != Resize.STRETCH) {
                scaleX = Math.min(scaleX, scaleY);
                scaleY = scaleX;
            }
            placement.set(bgr.cols(), bgr.rows(), scaleX, scaleY, 0, 0);
            Size size = new Size(Math.round(bgr.cols() * scaleX), Math.round(bgr.rows() * scaleY));
            opencv_imgproc.resize(bgr, small, size, 0, 0, opencv_imgproc.INTER_AREA);
            return planes(small, spec);
        }
    }

    private static float[] planes(Mat picture, InputSpec spec) {
        float[] planes = new float[3 * spec.heightPx() * spec.widthPx()];
        try (UByteIndexer pixels = picture.createIndexer()) {
            int at = 0;
            for (int c = 0; c < 3; c++) {
                int channel = spec.color() == Color.BGR ? c : 2 - c;
                for (int y = 0; y < spec.heightPx(); y++) {
                    for (int x = 0; x < spec.widthPx(); x++) {
                        boolean inside = y < picture.rows() && x < picture.cols();
                        int value = inside ? pixels.get(y, x, channel) : spec.padding()[channel];
                        planes[at++] = (value - spec.mean()[c]) / spec.std()[c];
                    }
                }
            }
        }
        return planes;
    }

    private static List<Found> found(Detections detections, Labels labels) {
        List<Found> found = new ArrayList<>();
        for (int i = 0; i < detections.count(); i++) {
            found.add(new Found(
                    labels.name(detections.classId(i)),
                    detections.score(i),
                    detections.x1(i),
                    detections.y1(i),
                    detections.x2(i),
                    detections.y2(i)));
        }
        return found;
    }

    private static Found truth(String label) {
        try {
            JsonNode objects =
                    new ObjectMapper().readTree(new File(TRUTH.toString())).at("/frames/0/objects");
            for (JsonNode object : objects) {
                if (object.get("label").asText().equals(label)) {
                    JsonNode box = object.get("xyxy");
                    return new Found(
                            label,
                            1,
                            (float) box.get(0).asDouble(),
                            (float) box.get(1).asDouble(),
                            (float) box.get(2).asDouble(),
                            (float) box.get(3).asDouble());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("no " + label + " in the first frame of " + TRUTH);
    }

    private record Found(String label, float score, float x1, float y1, float x2, float y2) {
        float iou(Found other) {
            return new NmsReference.Box(0, x1, y1, x2, y2, score, 0)
                    .iou(new NmsReference.Box(1, other.x1, other.y1, other.x2, other.y2, other.score, 0));
        }
    }
}
