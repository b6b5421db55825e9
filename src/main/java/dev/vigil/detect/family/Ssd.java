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
import java.util.List;
import java.util.Locale;

/**
 * SSD as TensorFlow's object detection trains it, cut before its NMS: two outputs over the same anchors, in any order.
 *
 * <ul>
 *   <li>boxes (batch, anchors, 4): y1, x1, y2, x2 in 0..1 of the input
 *   <li>scores (batch, anchors, classes): sigmoid applied, no background; the class is the column
 * </ul>
 *
 * <p>Each class of an anchor that is above the threshold makes a box of its own, as
 * {@code multiclass_non_max_suppression} has it (tensorflow/models, research/object_detection/core/post_processing.py).
 */
final class Ssd implements Family {
    private static final int CORNERS = 4;

    @Override
    public String id() {
        return "ssd";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        float[] half = {127.5f};
        return ModelDescription.Input.usual(Color.RGB, half, half, Resize.STRETCH, 0);
    }

    @Override
    public Fit fit(ModelInfo model) {
        List<TensorInfo> rows = rows(model);
        if (rows.size() != 2) {
            return Fit.no("wants two float outputs (batch, anchors, 4) and (batch, anchors, classes)");
        }
        TensorInfo boxes = rows.get(0);
        TensorInfo scores = rows.get(1);
        if (boxes.shape()[2] != CORNERS && scores.shape()[2] != CORNERS) {
            return Fit.no("no output has 4 corners");
        }
        if (boxes.shape()[1] != scores.shape()[1]) {
            return Fit.no("boxes and scores differ in their anchors");
        }
        if (boxes.shape()[1] < 1 || boxes.shape()[2] < 1 || scores.shape()[2] < 1) {
            return Fit.no("the outputs leave anchors or classes open");
        }
        if (boxes.shape()[2] == CORNERS
                && scores.shape()[2] == CORNERS
                && looksLikeBoxes(boxes) == looksLikeBoxes(scores)) {
            return Fit.possible("two outputs of 4 columns, and no name tells which has the boxes: the first is taken");
        }
        TensorInfo wanted = boxesFirst(rows) ? scores : boxes;
        if (wanted.name().toLowerCase(Locale.ROOT).contains("logit")) {
            return Fit.possible(
                    "output " + wanted.name() + " sounds like logits, and scores are wanted with sigmoid applied");
        }
        return Fit.yes("boxes and scores of " + wanted.shape()[2] + " classes over the same " + wanted.shape()[1]
                + " anchors");
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        List<TensorInfo> rows = rows(model);
        TensorInfo boxes = rows.get(boxesFirst(rows) ? 0 : 1);
        TensorInfo scores = rows.get(boxesFirst(rows) ? 1 : 0);
        return new Decoder(
                model.outputs().indexOf(boxes),
                model.outputs().indexOf(scores),
                Math.toIntExact(scores.shape()[1]),
                Math.toIntExact(scores.shape()[2]),
                model.widthPx(),
                model.heightPx());
    }

    private static List<TensorInfo> rows(ModelInfo model) {
        return model.outputs().stream()
                .filter(output -> output.rank() == 3 && Tables.isFloat(output))
                .toList();
    }

    private static boolean boxesFirst(List<TensorInfo> rows) {
        TensorInfo first = rows.get(0);
        TensorInfo second = rows.get(1);
        if (first.shape()[2] == CORNERS && second.shape()[2] == CORNERS) {
            return looksLikeBoxes(first) || !looksLikeBoxes(second);
        }
        return first.shape()[2] == CORNERS;
    }

    private static boolean looksLikeBoxes(TensorInfo output) {
        return output.name().toLowerCase(Locale.ROOT).contains("box");
    }

    /** Looks at every score, and at the corners of those that count. */
    private static final class Decoder implements BoxDecoder {
        private final int boxesOutput;
        private final int scoresOutput;
        private final int anchors;
        private final int classes;
        private final float widthPx;
        private final float heightPx;
        private final ScoreScan scan = new ScoreScan();

        Decoder(int boxesOutput, int scoresOutput, int anchors, int classes, int widthPx, int heightPx) {
            this.boxesOutput = boxesOutput;
            this.scoresOutput = scoresOutput;
            this.anchors = anchors;
            this.classes = classes;
            this.widthPx = widthPx;
            this.heightPx = heightPx;
        }

        @Override
        public int classes() {
            return classes;
        }

        @Override
        public void decode(FloatBuffer[] outputs, Candidates into) {
            FloatBuffer boxes = outputs[boxesOutput];
            FloatBuffer scores = outputs[scoresOutput];
            scan.start(scores, 0, anchors * classes);
            for (int at = scan.next(into.scoreFloor()); at >= 0; at = scan.next(into.scoreFloor())) {
                int anchor = at / classes;
                int box = CORNERS * anchor;
                into.add(
                        boxes.get(box + 1) * widthPx,
                        boxes.get(box) * heightPx,
                        boxes.get(box + 3) * widthPx,
                        boxes.get(box + 2) * heightPx,
                        scores.get(at),
                        at - anchor * classes);
            }
        }
    }
}
