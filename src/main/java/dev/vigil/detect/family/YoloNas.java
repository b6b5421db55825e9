package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Suppression;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * YOLO-NAS as super-gradients exports it (Deci-AI/super-gradients, module_interfaces/exportable_detector.py): without NMS two
 * outputs, boxes (batch, cells, 4) as x1, y1, x2, y2 in pixels of the input, and scores (batch, cells, classes) with sigmoid
 * applied; with it, one of the two forms of {@link Suppressed}. Each class of a cell that is above the threshold makes a box of
 * its own, as the exported NMS has it.
 *
 * <p>It wants RGB: the published accuracy is reached only so. With an input of uint8 it scales the values itself.
 */
final class YoloNas implements Family {
    private static final int CORNERS = 4;

    @Override
    public String id() {
        return "yolo-nas";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return ModelDescription.Input.usualUnit(Color.RGB, Resize.LETTERBOX, 114);
    }

    @Override
    public Suppression suppression(ModelInfo model) {
        return Suppressed.fits(Suppressed.Kind.YOLO_NAS, model) ? Suppression.END_TO_END : Suppression.USUAL;
    }

    @Override
    public Fit fit(ModelInfo model) {
        if (Suppressed.fits(Suppressed.Kind.YOLO_NAS, model)) {
            return Suppressed.fit(Suppressed.Kind.YOLO_NAS, model);
        }
        try {
            Raw raw = raw(model);
            boolean named = raw.boxes.name().endsWith("pre_nms_bboxes_xyxy");
            return named ? Fit.certain(raw.why + ", by their names") : Fit.yes(raw.why);
        } catch (ModelException e) {
            return Fit.no(e.getMessage());
        }
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        if (Suppressed.fits(Suppressed.Kind.YOLO_NAS, model)) {
            return Suppressed.decoder(Suppressed.Kind.YOLO_NAS, model);
        }
        Raw raw = raw(model);
        return new Decoder(
                model.outputs().indexOf(raw.boxes),
                model.outputs().indexOf(raw.scores),
                Math.toIntExact(raw.scores.shape()[2]));
    }

    private record Raw(TensorInfo boxes, TensorInfo scores, String why) {}

    /** @throws ModelException whose message is why it does not fit */
    private static Raw raw(ModelInfo model) throws ModelException {
        List<TensorInfo> outputs = model.outputs();
        boolean two = outputs.size() == 2 && outputs.stream().allMatch(o -> o.rank() == 3 && Tables.isFloat(o));
        if (!two || outputs.get(0).shape()[2] != CORNERS || outputs.get(1).shape()[2] < 1) {
            throw new ModelException("wants two float outputs, boxes (batch, cells, 4) and then scores (batch, cells,"
                    + " classes), or those of its NMS");
        }
        long cells = outputs.get(0).shape()[1];
        if (cells != outputs.get(1).shape()[1]) {
            throw new ModelException("boxes and scores differ in their cells");
        }
        int widthPx = model.widthPx();
        int heightPx = model.heightPx();
        Grid grid = Grid.of(cells, 1, widthPx, heightPx)
                .filter(Grid.THREE_LEVELS::equals)
                .orElseThrow(() -> new ModelException(Grid.wanted(1, widthPx, heightPx) + ", not " + cells));
        return new Raw(
                outputs.get(0),
                outputs.get(1),
                "boxes and scores of " + outputs.get(1).shape()[2] + " classes over " + cells + " cells of " + grid);
    }

    private static final class Decoder implements BoxDecoder {
        private final int boxesOutput;
        private final int scoresOutput;
        private final int classes;
        private final ScoreScan scan = new ScoreScan();

        Decoder(int boxesOutput, int scoresOutput, int classes) {
            this.boxesOutput = boxesOutput;
            this.scoresOutput = scoresOutput;
            this.classes = classes;
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
                int cell = at / classes;
                int box = CORNERS * cell;
                into.add(
                        boxes.get(box),
                        boxes.get(box + 1),
                        boxes.get(box + 2),
                        boxes.get(box + 3),
                        scores.get(at),
                        at - cell * classes);
            }
        }
    }
}
