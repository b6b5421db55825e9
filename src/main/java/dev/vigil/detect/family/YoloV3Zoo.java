package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import java.nio.FloatBuffer;

/**
 * YOLOv3 and its tiny form of the ONNX model zoo (onnx/models, validated/vision/object_detection_segmentation/yolov3 and
 * tiny-yolov3; qqwweee/keras-yolo3, yolo3/model.py, yolo_boxes_and_scores): boxes (batch, cells, 4) as y1, x1, y2, x2 in pixels
 * of {@code image_shape}, which is told the input's own size; scores (batch, classes, cells), objectness times class; and the
 * indices of those that its NMS keeps, which are not needed, since ours follows. Each class above the threshold makes a box.
 */
final class YoloV3Zoo implements BoxDecoder {
    private static final String NAME = "yolonms_layer_1";
    private static final int CORNERS = 4;

    private final int boxesOutput;
    private final int scoresOutput;
    private final int classes;
    private final ScoreScan scan = new ScoreScan();

    /** @param model that {@link #fits} */
    YoloV3Zoo(ModelInfo model) {
        this.boxesOutput = boxes(model);
        this.scoresOutput = scores(model);
        this.classes = Math.toIntExact(model.outputs().get(scoresOutput).shape()[1]);
    }

    static boolean fits(ModelInfo model) {
        return model.outputs().stream().allMatch(output -> output.name().startsWith(NAME))
                && boxes(model) >= 0
                && scores(model) >= 0;
    }

    private static int boxes(ModelInfo model) {
        for (int i = 0; i < model.outputs().size(); i++) {
            TensorInfo output = model.outputs().get(i);
            if (output.rank() == 3 && Tables.isFloat(output) && output.shape()[2] == CORNERS) {
                return i;
            }
        }
        return -1;
    }

    private static int scores(ModelInfo model) {
        int boxes = boxes(model);
        for (int i = 0; i < model.outputs().size(); i++) {
            TensorInfo output = model.outputs().get(i);
            if (i != boxes && output.rank() == 3 && Tables.isFloat(output) && output.shape()[1] > 0) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public void decode(FloatBuffer[] outputs, Candidates into) {
        FloatBuffer boxes = outputs[boxesOutput];
        FloatBuffer scores = outputs[scoresOutput];
        int cells = Math.min(boxes.limit() / CORNERS, scores.limit() / classes);
        scan.start(scores, 0, cells * classes);
        for (int at = scan.next(into.scoreFloor()); at >= 0; at = scan.next(into.scoreFloor())) {
            int classId = at / cells;
            int box = CORNERS * (at - classId * cells);
            into.add(
                    boxes.get(box + 1),
                    boxes.get(box),
                    boxes.get(box + 3),
                    boxes.get(box + 2),
                    scores.get(at),
                    classId);
        }
    }
}
