package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;
import java.nio.FloatBuffer;

/**
 * Models of darknet, such as YOLOv3 and v4, that Tianxiaomo/pytorch-YOLOv4 has exported (tool/darknet2onnx.py,
 * tool/yolo_layer.py, yolo_forward_dynamic): boxes (batch, n, 1, 4) as x1, y1, x2, y2 in 0..1 of the input, and confs (batch, n,
 * classes), objectness times class. A row makes one box, of its best class, the first of equals (tool/utils.py,
 * post_processing); pictures are stretched into the input (demo.py).
 */
final class Yolov4Decoded implements Family {
    private static final int CORNERS = 4;

    @Override
    public String id() {
        return "yolov4-decoded";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return ModelDescription.Input.usualUnit(Color.RGB, Resize.STRETCH, 128);
    }

    @Override
    public Fit fit(ModelInfo model) {
        TensorInfo boxes = of(model, 4);
        TensorInfo confs = of(model, 3);
        if (model.outputs().size() != 2 || boxes == null || confs == null) {
            return Fit.no("wants two float outputs, boxes (batch, n, 1, 4) and confs (batch, n, classes)");
        }
        if (boxes.shape()[2] != 1 || boxes.shape()[3] != CORNERS || boxes.shape()[1] != confs.shape()[1]) {
            return Fit.no("boxes are not (batch, n, 1, 4) with as many rows as confs");
        }
        if (confs.shape()[2] < 1) {
            return Fit.no("the outputs leave the classes open");
        }
        return Fit.yes("boxes (batch, n, 1, 4) and confs of " + confs.shape()[2] + " classes");
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        TensorInfo confs = of(model, 3);
        return new Decoder(
                model.outputs().indexOf(of(model, 4)),
                model.outputs().indexOf(confs),
                Math.toIntExact(confs.shape()[2]),
                model.widthPx(),
                model.heightPx());
    }

    /** The output of so many dimensions; null when there is none. */
    private static TensorInfo of(ModelInfo model, int rank) {
        return model.outputs().stream()
                .filter(output -> output.rank() == rank && Tables.isFloat(output))
                .findFirst()
                .orElse(null);
    }

    private record Decoder(int boxesOutput, int confsOutput, int classes, float widthPx, float heightPx)
            implements BoxDecoder {
        @Override
        public void decode(FloatBuffer[] outputs, Candidates into) {
            FloatBuffer boxes = outputs[boxesOutput];
            FloatBuffer confs = outputs[confsOutput];
            int rows = Math.min(boxes.limit() / CORNERS, confs.limit() / classes);
            for (int row = 0; row < rows; row++) {
                int first = row * classes;
                if (ScoreScan.mayExceed(confs, first, first + classes, into.scoreFloor())) {
                    decodeRow(boxes, CORNERS * row, confs, first, into);
                }
            }
        }

        private void decodeRow(FloatBuffer boxes, int box, FloatBuffer confs, int first, Candidates into) {
            int best = 0;
            float score = confs.get(first);
            for (int c = 1; c < classes; c++) {
                float other = confs.get(first + c);
                // Written so that a NaN, once there, stays: the row then counts as malformed.
                if (!(other <= score) && !Float.isNaN(score)) {
                    score = other;
                    best = c;
                }
            }
            if (!(score <= into.scoreFloor())) {
                into.add(
                        boxes.get(box) * widthPx,
                        boxes.get(box + 1) * heightPx,
                        boxes.get(box + 2) * widthPx,
                        boxes.get(box + 3) * heightPx,
                        score,
                        best);
            }
        }
    }
}
