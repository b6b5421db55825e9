package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.BoxFilter;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family;
import dev.vigil.detect.LabelFilters;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Suppression;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What is left of a model whose NMS was cut away: outputs {@code boxes} (batch, anchors, 4) and {@code scores}, and metadata that
 * say what they are and what the NMS did. Any tool may write such files; {@code vigil model split} does.
 *
 * <table>
 *   <caption>Metadata</caption>
 *   <tr><td>{@code boxes_form}</td><td>{@code xyxy}, {@code yxyx} (two corners) or {@code cxcywh}</td></tr>
 *   <tr><td>{@code boxes_unit}</td><td>{@code pixels} of the model's input, or {@code unit}: 0..1 of it</td></tr>
 *   <tr><td>{@code scores_order}</td><td>{@code anchors_first} (batch, anchors, classes), or {@code classes_first}</td></tr>
 *   <tr><td>{@code classes_per_box}</td><td>{@code all} above the threshold, or only the {@code best}</td></tr>
 *   <tr><td>{@code background_class}</td><td>a class that makes no boxes; none when absent</td></tr>
 *   <tr><td>{@code nms_kind}</td><td>{@code by_class} or {@code all_classes}</td></tr>
 *   <tr><td>{@code nms_iou}, {@code nms_score}, {@code nms_boxes_per_class}</td><td>the limits that it had, where known</td></tr>
 * </table>
 */
final class RawBoxes implements Family {
    private static final String ID = "raw-boxes";
    private static final int CORNERS = 4;

    private enum Form {
        XYXY,
        YXYX,
        CXCYWH
    }

    @Override
    public String id() {
        return ID;
    }

    /** Of the exporters only TensorFlow's put y first and count in parts of the picture. */
    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        boolean tensorFlow = "yxyx".equals(model.metadata().get("boxes_form"))
                && "unit".equals(model.metadata().get("boxes_unit"));
        return tensorFlow
                ? new Ssd().inputDefaults(model)
                : ModelDescription.Input.usualUnit(Color.RGB, Resize.LETTERBOX, 114);
    }

    @Override
    public Suppression suppression(ModelInfo model) {
        Suppression usual = Suppression.USUAL;
        boolean all = "all_classes".equals(model.metadata().get("nms_kind"));
        Float iouMax = number(model.metadata(), "nms_iou");
        return new Suppression(
                all ? Suppression.Kind.ALL_CLASSES : usual.kind(),
                iouMax != null && iouMax >= 0 && iouMax <= 1 ? iouMax : usual.iouMax());
    }

    @Override
    public LabelFilters filters(ModelInfo model) {
        Float most = number(model.metadata(), "nms_boxes_per_class");
        return most == null || !(most >= 1)
                ? LabelFilters.NONE
                : new LabelFilters(List.of(), new BoxFilter(null, null, null, null, null, Math.round(most)), Map.of());
    }

    /** Null where it is not there or no number. */
    private static Float number(Map<String, String> metadata, String key) {
        String text = metadata.get(key);
        return text != null && text.matches("\\d{1,9}(\\.\\d{1,12})?([eE]-?\\d{1,2})?") ? Float.valueOf(text) : null;
    }

    @Override
    public Fit fit(ModelInfo model) {
        if (form(model) == null || unit(model) == null) {
            return Fit.no("wants metadata that tell its boxes' form, as vigil model split writes them");
        }
        TensorInfo boxes = output(model, "boxes");
        TensorInfo scores = output(model, "scores");
        if (boxes == null || scores == null || boxes.shape()[2] != CORNERS) {
            return Fit.no("wants outputs boxes (batch, anchors, 4) and scores (batch, anchors, classes)");
        }
        long anchors = boxes.shape()[1];
        long classes = scores.shape()[classesFirst(model) ? 1 : 2];
        if (anchors < 1 || classes < 1 || scores.shape()[classesFirst(model) ? 2 : 1] != anchors) {
            return Fit.no("boxes and scores differ in their anchors, or leave them open");
        }
        if (anchors * classes > Integer.MAX_VALUE / CORNERS) {
            return Fit.no("has more scores than there is room for");
        }
        return Fit.certain("the metadata tell of " + anchors + " boxes "
                + model.metadata().get("boxes_form") + " in "
                + (unit(model) ? "parts of the picture" : "pixels") + ", and of their scores for " + classes
                + " classes");
    }

    private static TensorInfo output(ModelInfo model, String name) {
        return model.outputs().stream()
                .filter(output -> output.name().equals(name) && output.rank() == 3)
                .findFirst()
                .orElse(null);
    }

    private static Form form(ModelInfo model) {
        for (Form form : Form.values()) {
            if (form.name().toLowerCase(Locale.ROOT).equals(model.metadata().get("boxes_form"))) {
                return form;
            }
        }
        return null;
    }

    /** Whether boxes count in parts of the picture; null where that is not told. */
    private static Boolean unit(ModelInfo model) {
        String unit = model.metadata().get("boxes_unit");
        return "unit".equals(unit) ? Boolean.TRUE : "pixels".equals(unit) ? Boolean.FALSE : null;
    }

    private static boolean classesFirst(ModelInfo model) {
        return "classes_first".equals(model.metadata().get("scores_order"));
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        return new Decoder(model);
    }

    /** Looks at every score, and at the corners of those that count. */
    private static final class Decoder implements BoxDecoder {
        private final int boxesOutput;
        private final int scoresOutput;
        private final int anchors;
        private final int classes;
        private final boolean classesFirst;
        private final boolean bestOnly;
        private final int background;
        private final float scoreMin;
        private final Form form;
        private final float scaleX;
        private final float scaleY;
        private final ScoreScan scan = new ScoreScan();

        Decoder(ModelInfo model) throws ModelException {
            TensorInfo boxes = output(model, "boxes");
            TensorInfo scores = output(model, "scores");
            boxesOutput = model.outputs().indexOf(boxes);
            scoresOutput = model.outputs().indexOf(scores);
            classesFirst = classesFirst(model);
            anchors = Math.toIntExact(boxes.shape()[1]);
            classes = Math.toIntExact(scores.shape()[classesFirst ? 1 : 2]);
            bestOnly = "best".equals(model.metadata().get("classes_per_box"));
            Float said = number(model.metadata(), "background_class");
            background = said == null ? -1 : Math.round(said);
            Float score = number(model.metadata(), "nms_score");
            scoreMin = score == null ? 0 : score;
            form = form(model);
            boolean unit = unit(model);
            scaleX = unit ? model.widthPx() : 1;
            scaleY = unit ? model.heightPx() : 1;
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
            float floor = Math.max(into.scoreFloor(), scoreMin);
            for (int at = scan.next(floor); at >= 0; at = scan.next(floor)) {
                int anchor = classesFirst ? at % anchors : at / classes;
                int classId = classesFirst ? at / anchors : at % classes;
                float score = scores.get(at);
                if (classId != background && (!bestOnly || isBest(scores, anchor, classId, score))) {
                    add(boxes, anchor, score, classId, into);
                    floor = Math.max(floor, into.scoreFloor());
                }
            }
        }

        /** Of equal ones the first is the best, as {@code ArgMax} has it. What is not a number is, to be counted. */
        private boolean isBest(FloatBuffer scores, int anchor, int classId, float score) {
            for (int c = 0; c < classes; c++) {
                float other = scores.get(classesFirst ? c * anchors + anchor : anchor * classes + c);
                if (other > score || other == score && c < classId) {
                    return false;
                }
            }
            return true;
        }

        private void add(FloatBuffer boxes, int anchor, float score, int classId, Candidates into) {
            float a = boxes.get(CORNERS * anchor);
            float b = boxes.get(CORNERS * anchor + 1);
            float c = boxes.get(CORNERS * anchor + 2);
            float d = boxes.get(CORNERS * anchor + 3);
            switch (form) {
                case XYXY -> into.add(a * scaleX, b * scaleY, c * scaleX, d * scaleY, score, classId);
                case YXYX -> into.add(b * scaleX, a * scaleY, d * scaleX, c * scaleY, score, classId);
                case CXCYWH ->
                    into.add(
                            (a - c / 2) * scaleX,
                            (b - d / 2) * scaleY,
                            (a + c / 2) * scaleX,
                            (b + d / 2) * scaleY,
                            score,
                            classId);
            }
        }
    }
}
