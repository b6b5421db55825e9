package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family.Fit;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Locale;

/**
 * What exports with NMS inside give: boxes x1, y1, x2, y2 in pixels of the input that are final.
 *
 * <ul>
 *   <li>flat: one output (boxes, 7) with as many rows as there are boxes; the first column is the picture of the batch
 *   <li>batch: four outputs, the number of boxes (batch, 1), boxes (batch, most, 4), scores and classes (batch, most)
 * </ul>
 */
final class Suppressed {
    private static final int FLAT_COLUMNS = 7;

    private Suppressed() {}

    /** Who exports it: the columns of score and class differ, and the outputs' names. */
    enum Kind {
        /** Deci-AI/super-gradients, conversion/onnx/nms.py; its names may have {@code graph2_} before them. */
        YOLO_NAS(5, 6, "flat_predictions", "num_predictions", "pred_boxes", "pred_scores", "pred_classes"),
        /** WongKinYiu/yolov7, models/experimental.py, ONNX_ORT, and export.py; meituan/YOLOv6 has the same four. */
        YOLOV7(6, 5, null, "num_dets", "det_boxes", "det_scores", "det_classes");

        private final int scoreColumn;
        private final int classColumn;
        private final String flatName;
        private final List<String> batchNames;

        Kind(int scoreColumn, int classColumn, String flatName, String... batchNames) {
            this.scoreColumn = scoreColumn;
            this.classColumn = classColumn;
            this.flatName = flatName;
            this.batchNames = List.of(batchNames);
        }
    }

    static boolean fits(Kind kind, ModelInfo model) {
        return isFlat(model) || isBatch(kind, model);
    }

    /** Of a model that {@link #fits}. */
    static Fit fit(Kind kind, ModelInfo model) {
        if (isBatch(kind, model)) {
            return Fit.certain(
                    "boxes after NMS in four outputs, by their names " + kind.batchNames.get(0) + " and so on");
        }
        String why = "rows of 7, boxes after NMS, with " + (kind.scoreColumn < kind.classColumn ? "score" : "class")
                + " before " + (kind.scoreColumn < kind.classColumn ? "class" : "score");
        boolean named = kind.flatName != null && model.outputs().get(0).name().endsWith(kind.flatName);
        boolean namedByOther =
                kind == Kind.YOLOV7 && model.outputs().get(0).name().endsWith(Kind.YOLO_NAS.flatName);
        return named
                ? Fit.certain(why + ", by the output's name")
                : namedByOther ? Fit.no("the output's name is that of yolo-nas") : Fit.possible(why);
    }

    /** @throws ModelException when it does not say for how many pictures it is */
    static BoxDecoder decoder(Kind kind, ModelInfo model) throws ModelException {
        int classes = Ultralytics.of(model).classes();
        int known = classes < 0 ? BoxDecoder.OPEN_CLASSES : classes;
        return isBatch(kind, model) ? new Batch(model, kind, known) : new Flat(kind, known);
    }

    private static boolean isFlat(ModelInfo model) {
        return model.outputs().size() == 1
                && Tables.isFloat(model.outputs().get(0))
                && model.outputs().get(0).rank() == 2
                && model.outputs().get(0).shape()[1] == FLAT_COLUMNS;
    }

    private static boolean isBatch(Kind kind, ModelInfo model) {
        return model.outputs().size() == 4
                && kind.batchNames.stream().allMatch(name -> index(model, name) >= 0)
                && model.outputs().get(index(model, kind.batchNames.get(1))).rank() == 3;
    }

    private static int index(ModelInfo model, String name) {
        List<TensorInfo> outputs = model.outputs();
        for (int i = 0; i < outputs.size(); i++) {
            if (outputs.get(i).name().toLowerCase(Locale.ROOT).endsWith(name)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Adds a box whose class is a number that came as a float.
     *
     * @return whether it was taken
     */
    static boolean add(
            float x1, float y1, float x2, float y2, float score, float classId, int classes, Candidates into) {
        int most = classes == BoxDecoder.OPEN_CLASSES ? BoxDecoder.OPEN_CLASSES_MAX : classes;
        boolean known = classId >= 0 && classId < most;
        // One of a class that does not exist is malformed.
        return into.add(x1, y1, x2, y2, known ? score : Float.NaN, known ? (int) classId : 0);
    }

    private record Flat(Kind kind, int classes) implements BoxDecoder {
        @Override
        public void decode(FloatBuffer[] outputs, Candidates into) {
            FloatBuffer rows = outputs[0];
            for (int at = 0; at + FLAT_COLUMNS <= rows.limit(); at += FLAT_COLUMNS) {
                float score = rows.get(at + kind.scoreColumn);
                if (!(score <= into.scoreFloor())) {
                    add(
                            rows.get(at + 1),
                            rows.get(at + 2),
                            rows.get(at + 3),
                            rows.get(at + 4),
                            score,
                            rows.get(at + kind.classColumn),
                            classes,
                            into);
                }
            }
        }
    }

    private static final class Batch implements BoxDecoder {
        private final int count;
        private final int boxes;
        private final int scores;
        private final int classIds;
        private final int classes;

        Batch(ModelInfo model, Kind kind, int classes) {
            this.count = index(model, kind.batchNames.get(0));
            this.boxes = index(model, kind.batchNames.get(1));
            this.scores = index(model, kind.batchNames.get(2));
            this.classIds = index(model, kind.batchNames.get(3));
            this.classes = classes;
        }

        @Override
        public int classes() {
            return classes;
        }

        @Override
        public void decode(FloatBuffer[] outputs, Candidates into) {
            FloatBuffer box = outputs[boxes];
            FloatBuffer score = outputs[scores];
            FloatBuffer classId = outputs[classIds];
            int most = Math.min(box.limit() / 4, Math.min(score.limit(), classId.limit()));
            // A count that is no number makes none.
            int rows = outputs[count].limit() == 0 ? 0 : Math.min(most, (int) outputs[count].get(0));
            for (int i = 0; i < rows; i++) {
                if (!(score.get(i) <= into.scoreFloor())) {
                    add(
                            box.get(4 * i),
                            box.get(4 * i + 1),
                            box.get(4 * i + 2),
                            box.get(4 * i + 3),
                            score.get(i),
                            classId.get(i),
                            classes,
                            into);
                }
            }
        }
    }
}
