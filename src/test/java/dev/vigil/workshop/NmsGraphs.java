package dev.vigil.workshop;

import static dev.vigil.OnnxFile.attribute;

import dev.vigil.OnnxFile;
import java.util.List;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.AttributeProto.AttributeType;
import onnx.Onnx.TensorProto.DataType;

/**
 * Detectors of a few anchors with NMS inside, in the ways of the exporters. Raw boxes {@code b} are (1, anchors, 4) in 0..1, raw
 * scores {@code s} (1, anchors, classes); the first output is {@code selected}, rows of image, class and place, as
 * {@code NonMaxSuppression} gives them.
 */
final class NmsGraphs {
    static final int ANCHORS = 60;
    static final int CLASSES = 3;
    static final float IOU = 0.3f;
    static final float SCORE = 0.55f;

    private NmsGraphs() {}

    /** Before the NMS. */
    static OnnxFile raw() {
        return OnnxFile.ofPicture(8)
                .output("b", "Sigmoid", 1, ANCHORS, 4)
                .output("s", "Sigmoid", 1, ANCHORS, CLASSES)
                .floats("iou", new float[] {IOU}, 1)
                .floats("score", new float[] {SCORE}, 1)
                .longs("all", Long.MAX_VALUE)
                .longs("axis0", 0)
                .longs("axis1", 1)
                .longs("axis2", 2);
    }

    static OnnxFile nms(OnnxFile file, String boxes, String scores, String most, AttributeProto... attributes) {
        return file.node(
                        "NonMaxSuppression",
                        List.of("selected"),
                        List.of(boxes, scores, most, "iou", "score"),
                        attributes)
                .declareOutput("selected", DataType.INT64, OnnxFile.OPEN, 3);
    }

    /** Every class by itself: tf2onnx, PaddleDetection, YOLO-NAS. */
    static OnnxFile byClass(int most) {
        OnnxFile file = raw().longs("most", most);
        file.node("Transpose", "by_class", List.of("s"), ints("perm", 0, 2, 1));
        return nms(file, "b", "by_class", "most");
    }

    /** The same with boxes as centre and size. */
    static OnnxFile centered() {
        OnnxFile file = raw();
        file.node("Transpose", "by_class", List.of("s"), ints("perm", 0, 2, 1));
        return nms(file, "b", "by_class", "all", attribute("center_point_box", 1));
    }

    /** The best class of each box, moved apart by it or not: YOLOv7's {@code --end2end} for ONNX Runtime. */
    static OnnxFile bestClass(boolean movedApart) {
        OnnxFile file = raw().floats("far", new float[] {7}, 1);
        file.node("ReduceMax", "best", List.of("s"), ints("axes", 2), attribute("keepdims", 1));
        file.node("Transpose", "best_first", List.of("best"), ints("perm", 0, 2, 1));
        String boxes = "b";
        if (movedApart) {
            file.node("ArgMax", "class", List.of("s"), attribute("axis", 2), attribute("keepdims", 1));
            file.node("Cast", "class_float", List.of("class"), attribute("to", DataType.FLOAT_VALUE));
            file.node("Mul", "offset", List.of("class_float", "far"));
            file.node("Add", "moved", List.of("b", "offset"));
            boxes = "moved";
        }
        return nms(file, boxes, "best_first", "all");
    }

    /** Chosen by a mask first, then scaled and moved apart: ultralytics' {@code nms=True} and {@code batched_nms} of torchvision. */
    static OnnxFile masked() {
        OnnxFile file = raw().floats("third", new float[] {1 / 3f}, 1).floats("limit", new float[] {0.6f}, 1);
        file.node("Squeeze", "zero", List.of("axis0", "axis0"));
        file.node("Gather", "boxes_0", List.of("b", "zero"), attribute("axis", 0));
        file.node("ReduceMax", "best", List.of("s"), ints("axes", 2), attribute("keepdims", 0));
        file.node("ArgMax", "class", List.of("s"), attribute("axis", 2), attribute("keepdims", 0));
        file.node("Gather", "best_0", List.of("best", "zero"), attribute("axis", 0));
        file.node("Gather", "class_0", List.of("class", "zero"), attribute("axis", 0));
        file.node("Greater", "mask", List.of("best_0", "limit"));
        for (String value : List.of("boxes_0", "best_0", "class_0")) {
            file.node("NonZero", value + "_where", List.of("mask"));
            file.node("Transpose", value + "_at", List.of(value + "_where"), ints("perm", 1, 0));
            file.node("GatherND", value + "_chosen", List.of(value, value + "_at"));
        }
        file.node("Div", "scaled_down", List.of("boxes_0_chosen", "far"));
        file.floats("far", new float[] {1.5f}, 1);
        file.node("Mul", "scaled", List.of("scaled_down", "third"));
        file.node("Cast", "class_float", List.of("class_0_chosen"), attribute("to", DataType.FLOAT_VALUE));
        file.node("Unsqueeze", "class_column", List.of("class_float", "axis1"));
        file.node("Add", "moved", List.of("scaled", "class_column"));
        file.node("Unsqueeze", "boxes_in", List.of("moved", "axis0"));
        file.node("Unsqueeze", "scores_row", List.of("best_0_chosen", "axis0"));
        file.node("Unsqueeze", "scores_in", List.of("scores_row", "axis0"));
        nms(file, "boxes_in", "scores_in", "all");
        // What was chosen, to tell which of all anchors a row means.
        return file.declareOutput("boxes_0_at", DataType.INT64, OnnxFile.OPEN, 1);
    }

    /** A node of NMS for each class in the rounds of a loop over the batch: TensorFlow's post-processing through tf2onnx. */
    static OnnxFile loop() {
        OnnxFile body = OnnxFile.empty().input("round", DataType.INT64).input("go", DataType.BOOL);
        body.node("Identity", "go_on", List.of("go"));
        body.node("Gather", "boxes_of_image", List.of("b", "round"), attribute("axis", 0));
        body.node("Gather", "scores_of_image", List.of("s", "round"), attribute("axis", 0));
        body.longs("body_axis", 0);
        body.node("Unsqueeze", "boxes_in", List.of("boxes_of_image", "body_axis"));
        body.declareOutput("go_on", DataType.BOOL);
        for (int c = 0; c < CLASSES; c++) {
            body.longs("from_" + c, c).longs("to_" + c, c + 1);
            body.node("Slice", "scores_" + c, List.of("scores_of_image", "from_" + c, "to_" + c, "axis1"));
            body.node("Transpose", "row_" + c, List.of("scores_" + c), ints("perm", 1, 0));
            body.node("Unsqueeze", "scores_in_" + c, List.of("row_" + c, "body_axis"));
            body.node(
                    "NonMaxSuppression", "selected_" + c, List.of("boxes_in", "scores_in_" + c, "all", "iou", "score"));
        }
        body.node("Concat", "selected_all", List.of("selected_0", "selected_1", "selected_2"), attribute("axis", 0));
        body.declareOutput("selected_all", DataType.INT64, OnnxFile.OPEN, 3);
        OnnxFile file = raw().longs("rounds", 1).longs("yes", 1);
        file.node("Cast", "go_first", List.of("yes"), attribute("to", DataType.BOOL_VALUE));
        file.node("Loop", List.of("selected"), List.of("rounds", "go_first"), attribute("body", body));
        return file.declareOutput("selected", DataType.INT64, OnnxFile.OPEN, OnnxFile.OPEN, 3);
    }

    /** A plug-in of TensorRT; nothing here can run it. */
    static OnnxFile efficient(AttributeProto... attributes) {
        OnnxFile file = raw();
        file.node(
                "EfficientNMS_TRT",
                List.of("num_dets", "det_boxes", "det_scores", "det_classes"),
                List.of("b", "s"),
                attributes);
        return file.declareOutput("num_dets", DataType.INT32, 1, 1);
    }

    static AttributeProto ints(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    static AttributeProto number(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.FLOAT)
                .setF(value)
                .build();
    }
}
