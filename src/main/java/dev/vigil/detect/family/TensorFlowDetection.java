package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Suppression;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Resize;
import java.util.stream.IntStream;

/**
 * Any detector as TensorFlow's object detection exports it with its post-processing: boxes (batch, objects, 4) as y1, x1, y2, x2
 * in 0..1, scores and classes (batch, objects) and how many objects there are, in any order, told by their names.
 *
 * <ul>
 *   <li>a graph: detection_boxes, detection_scores, detection_classes counted from 1, num_detections, beside which there may be
 *       more; it takes bytes and normalises them itself ({@code add_output_tensor_nodes} of tensorflow/models,
 *       research/object_detection/exporter.py). The ONNX zoo's ssd_mobilenet_v1 is one
 *   <li>for TensorFlow Lite: TFLite_Detection_PostProcess is boxes, and with {@code :1}, {@code :2} and {@code :3} behind it
 *       classes counted from 0, scores and the number (research/object_detection/export_tflite_ssd_graph.py); floats are wanted
 *       in -1..1. Where the names are StatefulPartitionedCall (TensorFlow 2), 0 to 3 are number, scores, classes and boxes
 * </ul>
 */
final class TensorFlowDetection implements Family {
    private static final int CORNERS = 4;
    private static final String LITE = "TFLite_Detection_PostProcess";
    private static final String LITE_2 = "StatefulPartitionedCall";

    private final boolean lite;

    TensorFlowDetection(boolean lite) {
        this.lite = lite;
    }

    @Override
    public String id() {
        return lite ? "tflite-detection" : "tf-detection";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        float[] mean = {lite ? 127.5f : 0};
        float[] std = {lite ? 127.5f : 1};
        return ModelDescription.Input.usual(Color.RGB, mean, std, Resize.STRETCH, 0);
    }

    @Override
    public Suppression suppression(ModelInfo model) {
        return Suppression.END_TO_END;
    }

    /** Where everything is. */
    private record Found(int boxes, int scores, int classes, int count, boolean named) {}

    @Override
    public Fit fit(ModelInfo model) {
        Found found = find(model);
        if (found == null) {
            return Fit.no("wants boxes, scores and classes of objects, and their number");
        }
        return found.named
                ? Fit.certain("boxes, scores and classes by the names that TensorFlow gives them")
                : Fit.possible("boxes in 0..1, classes, scores and their number, taken in this order");
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        Found found = find(model);
        return new FinishedBoxes.Builder()
                .cornersYx(found.boxes, 0, CORNERS)
                .score(found.scores, 0, 1)
                .classId(found.classes, 0, 1, lite ? 0 : 1)
                .count(found.count)
                .unit(model.widthPx(), model.heightPx())
                .build();
    }

    private Found find(ModelInfo model) {
        Found named = lite ? findLite(model) : findGraph(model);
        if (named != null) {
            return named;
        }
        FinishedOutputs shaped = FinishedOutputs.counted(model);
        return shaped == null || isNamed(model)
                ? null
                : new Found(shaped.boxes(), shaped.second(), shaped.first(), shaped.count(), false);
    }

    private static Found findGraph(ModelInfo model) {
        int boxes = Shapes.named(model, "detection_boxes").orElse(-1);
        int scores = Shapes.named(model, "detection_scores").orElse(-1);
        int classes = Shapes.named(model, "detection_classes").orElse(-1);
        int count = Shapes.named(model, "num_detections").orElse(-1);
        boolean all = boxes >= 0 && scores >= 0 && classes >= 0 && isBoxes(model, boxes);
        return all ? new Found(boxes, scores, classes, count, true) : null;
    }

    private static Found findLite(ModelInfo model) {
        int boxes = indexOf(model, LITE);
        int classes = indexOf(model, LITE + ":1");
        int scores = indexOf(model, LITE + ":2");
        int count = indexOf(model, LITE + ":3");
        if (boxes < 0) {
            boxes = indexOf(model, LITE_2 + ":3");
            classes = indexOf(model, LITE_2 + ":2");
            scores = indexOf(model, LITE_2 + ":1");
            count = indexOf(model, LITE_2 + ":0");
        }
        boolean all = boxes >= 0 && scores >= 0 && classes >= 0 && isBoxes(model, boxes);
        return all ? new Found(boxes, scores, classes, count, true) : null;
    }

    /** Whether names say that it is one of the two, or something else of the kind. */
    private static boolean isNamed(ModelInfo model) {
        return findGraph(model) != null || findLite(model) != null;
    }

    private static boolean isBoxes(ModelInfo model, int output) {
        return Shapes.isFloat(model.outputs().get(output))
                && Shapes.mayBe(Shapes.last(model.outputs().get(output)), CORNERS);
    }

    private static int indexOf(ModelInfo model, String name) {
        return IntStream.range(0, model.outputs().size())
                .filter(i -> model.outputs().get(i).name().equals(name))
                .findFirst()
                .orElse(-1);
    }
}
