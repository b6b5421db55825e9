package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static dev.vigil.detect.Tensors.model;
import static dev.vigil.detect.family.Decoding.whole;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Suppression;
import dev.vigil.frame.TensorInfo;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models that have their NMS inside: every exporter's form of the same two boxes. */
class FinishedBoxesTest {
    private static final TensorInfo ZOO_IMAGE = floats("image", 1, 3, 800, 800);
    private static final TensorInfo IMAGE = floats("input", 1, 3, 100, 200);
    private static final TensorInfo TF_IMAGE = Decoding.bytes("image_tensor:0", 1, 100, 200, 3);

    /** x1, y1, x2, y2 in pixels. */
    private static final float[] PIXELS = {20, 10, 60, 50, 0, 0, 200, 100, 1, 1, 2, 2};

    private static final float[] UNIT = {0.1f, 0.1f, 0.3f, 0.5f, 0, 0, 1, 1, 0, 0, 0.1f, 0.1f};
    private static final float[] UNIT_YX = {0.1f, 0.1f, 0.5f, 0.3f, 0, 0, 1, 1, 0, 0, 0.1f, 0.1f};
    private static final float[] PIXELS_YX = {10, 20, 50, 60, 0, 0, 100, 200, 1, 1, 2, 2};
    private static final float[] SCORES = {0.9f, 0.8f, 0.3f};
    private static final float[] FROM_ONE = {1, 18, 5};
    private static final float[] FROM_ZERO = {0, 17, 4};

    /** An export, and what its outputs are for two boxes: class 0 at 20, 10, 60, 50 with 0.9, class 17 everywhere with 0.8. */
    record Export(FamilySample sample, float[]... outputs) {
        @Override
        public String toString() {
            return sample.name();
        }
    }

    static List<Export> exports() {
        TensorInfo boxes = floats("boxes", -1, 4);
        TensorInfo labels = whole("labels", -1);
        TensorInfo scores = floats("scores", -1);
        return List.of(
                new Export(
                        FamilySample.of(
                                "SSD-MobileNet v1 of the ONNX zoo",
                                model(
                                        TF_IMAGE,
                                        floats("detection_boxes:0", -1, -1, 4),
                                        floats("detection_classes:0", -1, -1),
                                        floats("detection_scores:0", -1, -1),
                                        floats("num_detections:0", -1)),
                                "tf-detection"),
                        UNIT_YX,
                        FROM_ONE,
                        SCORES,
                        new float[] {3}),
                new Export(
                        FamilySample.of(
                                "TensorFlow 2's object detection",
                                model(
                                        TF_IMAGE,
                                        floats("detection_anchor_indices", 1, 3),
                                        floats("detection_boxes", 1, 3, 4),
                                        floats("detection_classes", 1, 3),
                                        floats("detection_multiclass_scores", 1, 3, 91),
                                        floats("detection_scores", 1, 3),
                                        floats("num_detections", 1),
                                        floats("raw_detection_boxes", 1, 51150, 4),
                                        floats("raw_detection_scores", 1, 51150, 91)),
                                "tf-detection"),
                        new float[3],
                        UNIT_YX,
                        FROM_ONE,
                        new float[3 * 91],
                        SCORES,
                        new float[] {3},
                        new float[0],
                        new float[0]),
                new Export(
                        FamilySample.of(
                                "TensorFlow Lite's post-processing",
                                model(
                                        floats("normalized_input_image_tensor", 1, 100, 200, 3),
                                        floats("TFLite_Detection_PostProcess", 1, 3, 4),
                                        floats("TFLite_Detection_PostProcess:1", 1, 3),
                                        floats("TFLite_Detection_PostProcess:2", 1, 3),
                                        floats("TFLite_Detection_PostProcess:3", 1)),
                                "tflite-detection"),
                        UNIT_YX,
                        FROM_ZERO,
                        SCORES,
                        new float[] {3}),
                new Export(
                        FamilySample.of(
                                "TensorFlow Lite's post-processing by TensorFlow 2",
                                model(
                                        floats("serving_default_input:0", 1, 100, 200, 3),
                                        floats("StatefulPartitionedCall:1", 1, 3),
                                        floats("StatefulPartitionedCall:3", 1, 3, 4),
                                        floats("StatefulPartitionedCall:0", 1),
                                        floats("StatefulPartitionedCall:2", 1, 3)),
                                "tflite-detection"),
                        SCORES,
                        UNIT_YX,
                        new float[] {3},
                        FROM_ZERO),
                new Export(
                        FamilySample.of(
                                "SSD-ResNet34 of the ONNX zoo",
                                model(
                                        IMAGE,
                                        floats("bboxes", 1, -1, 4),
                                        whole("labels", 1, -1),
                                        floats("scores", 1, -1)),
                                "ssd-resnet34"),
                        UNIT,
                        FROM_ONE,
                        SCORES),
                new Export(
                        FamilySample.of(
                                "Faster R-CNN of the ONNX zoo",
                                model(ZOO_IMAGE, floats("6379", -1, 4), whole("6381", -1), floats("6383", -1)),
                                "faster-rcnn"),
                        PIXELS,
                        FROM_ONE,
                        SCORES),
                new Export(
                        FamilySample.of("torchvision with names", model(IMAGE, boxes, scores, labels), "torchvision"),
                        PIXELS,
                        SCORES,
                        FROM_ONE),
                new Export(
                        FamilySample.of(
                                "Mask R-CNN of torchvision",
                                model(IMAGE, boxes, labels, scores, floats("masks", -1, 1, 100, 200)),
                                "torchvision"),
                        PIXELS,
                        FROM_ONE,
                        SCORES,
                        new float[0]),
                new Export(
                        FamilySample.of(
                                "torchvision without names",
                                model(IMAGE, floats("2755", -1, 4), whole("2773", -1), floats("2771", -1)),
                                "faster-rcnn",
                                "torchvision"),
                        PIXELS,
                        FROM_ONE,
                        SCORES));
    }

    static List<FamilySample> samples() {
        FamilySample automl = FamilySample.of(
                "EfficientDet of automl by Keras, or any of TensorFlow, without names",
                model(
                        TF_IMAGE,
                        floats("Identity:0", 1, 100, 4),
                        floats("Identity_1:0", 1, 100),
                        floats("Identity_2:0", 1, 100),
                        floats("Identity_3:0", 1)),
                "efficientdet",
                "tf-detection",
                "tflite-detection");
        return Stream.concat(exports().stream().map(Export::sample), Stream.of(automl))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("exports")
    void shouldFindBothBoxesWhoeverExportedTheModel(Export export) throws ModelException {
        for (String id : export.sample.families()) {
            Family family = Families.named(id).orElseThrow();
            Candidates found = Decoding.decode(family, export.sample.model(), 0.4f, export.outputs);

            assertThat(family.decoder(export.sample.model()).classes()).isEqualTo(BoxDecoder.OPEN_CLASSES);
            Decoding.assertSame(found, both());
            assertThat(family.suppression(export.sample.model()).kind()).isEqualTo(Suppression.Kind.NONE);
        }
    }

    @Test
    void shouldReadPixelsWhenItIsSaidToBeAutomls() throws ModelException {
        ModelInfo model = samples().get(samples().size() - 1).model();

        Candidates found =
                Decoding.decode(new EfficientDet(), model, 0.4f, PIXELS_YX, SCORES, FROM_ONE, new float[] {2});

        Decoding.assertSame(found, both());
    }

    private static Candidates both() {
        Candidates both = Decoding.started(0.4f);
        both.add(20, 10, 60, 50, 0.9f, 0);
        both.add(0, 0, 200, 100, 0.8f, 17);
        return both;
    }

    @Test
    void shouldStopAtTheShortestWhenOutputsDifferInLength() throws ModelException {
        ModelInfo model = model(IMAGE, floats("boxes", -1, 4), whole("labels", -1), floats("scores", -1));

        assertThat(Decoding.decode(BoxesLabelsScores.TORCHVISION, model, 0.4f, PIXELS, new float[] {1}, SCORES)
                        .count())
                .isEqualTo(1);
        assertThat(Decoding.decode(BoxesLabelsScores.TORCHVISION, model, 0.4f, new float[0], FROM_ONE, SCORES)
                        .count())
                .isZero();
    }

    @Test
    void shouldTakeNoBackgroundWhenItIsAmongTheRows() throws ModelException {
        ModelInfo model = model(IMAGE, floats("boxes", -1, 4), whole("labels", -1), floats("scores", -1));

        Candidates found =
                Decoding.decode(BoxesLabelsScores.TORCHVISION, model, 0.4f, PIXELS, new float[] {0, 2, 0}, SCORES);

        Decoding.assertOnly(found, 0, 0, 200, 100, 0.8f, 1);
        assertThat(found.malformed()).isZero();
    }
}
