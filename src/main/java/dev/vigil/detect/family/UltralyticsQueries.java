package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import java.nio.FloatBuffer;
import java.util.Optional;

/**
 * RT-DETR as ultralytics exports it: one output with a row for each query, which begins with cx, cy, w, h in 0..1 of the input.
 *
 * <ul>
 *   <li>(batch, queries, 4 + classes): scores, the logistic function applied; a query makes one box, of its best class
 *       (ultralytics/models/rtdetr/predict.py until May 2026)
 *   <li>(batch, queries, 6): score and class, of the best of all queries and classes (ultralytics/nn/modules/head.py,
 *       RTDETRDecoder.postprocess, since)
 * </ul>
 *
 * With two classes both have 6 columns. Then the metadata's {@code head} tells, which only newer exporters write.
 *
 * @param best whether a row is a score and a class
 * @param classes as {@link BoxDecoder#classes()} has it
 * @param told whether the metadata say that it is one
 */
record UltralyticsQueries(int queries, int columns, boolean best, int classes, boolean told) {
    private static final int CORNERS = 4;
    private static final int SCORE_AND_CLASS = 6;
    private static final int QUERIES_MAX = 900;
    private static final String HEAD = "head";

    static Optional<UltralyticsQueries> of(ModelInfo model) {
        if (model.outputs().size() != 1) {
            return Optional.empty();
        }
        TensorInfo output = model.outputs().get(0);
        long[] shape = output.shape();
        if (shape.length != 3 || shape[1] < 1 || shape[1] > QUERIES_MAX || shape[2] <= CORNERS) {
            return Optional.empty();
        }
        if (shape[2] > CORNERS + BoxDecoder.OPEN_CLASSES_MAX) {
            return Optional.empty(); // the cells of a YOLO, which has its classes before them
        }
        Ultralytics metadata = Ultralytics.of(model);
        int columns = Math.toIntExact(shape[2]);
        boolean best = columns == SCORE_AND_CLASS
                && (model.metadata().containsKey(HEAD) || metadata.classes() != SCORE_AND_CLASS - CORNERS);
        int open = metadata.classes() < 0 ? BoxDecoder.OPEN_CLASSES : metadata.classes();
        return Optional.of(new UltralyticsQueries(
                Math.toIntExact(shape[1]), columns, best, best ? open : columns - CORNERS, metadata.detrLike()));
    }

    String text() {
        return queries + " queries with " + (best ? "score and class" : columns - CORNERS + " scores")
                + ", boxes in 0..1 of the input";
    }

    BoxDecoder decoder(ModelInfo model) throws ModelException {
        return new Decoder(this, model.widthPx(), model.heightPx());
    }

    private static final class Decoder implements BoxDecoder {
        private final int queries;
        private final boolean best;
        private final int classes;
        private final float widthPx;
        private final float heightPx;
        private final float[] row;

        Decoder(UltralyticsQueries form, int widthPx, int heightPx) {
            this.queries = form.queries;
            this.best = form.best;
            this.classes = form.classes;
            this.widthPx = widthPx;
            this.heightPx = heightPx;
            this.row = new float[form.columns];
        }

        @Override
        public int classes() {
            return classes;
        }

        @Override
        public void decode(FloatBuffer[] outputs, Candidates into) {
            FloatBuffer rows = outputs[0];
            for (int query = 0; query < queries; query++) {
                rows.get(query * row.length, row);
                float classId = best ? row[CORNERS + 1] : argmax();
                float score = best ? row[CORNERS] : row[CORNERS + (int) classId];
                if (!(score <= into.scoreFloor())) {
                    Suppressed.add(
                            (row[0] - 0.5f * row[2]) * widthPx,
                            (row[1] - 0.5f * row[3]) * heightPx,
                            (row[0] + 0.5f * row[2]) * widthPx,
                            (row[1] + 0.5f * row[3]) * heightPx,
                            score,
                            classId,
                            classes,
                            into);
                }
            }
        }

        private int argmax() {
            int at = 0;
            for (int c = 1; c < row.length - CORNERS; c++) {
                // Written so that a NaN, once there, stays: the query then counts as malformed.
                if (!(row[CORNERS + c] <= row[CORNERS + at]) && !Float.isNaN(row[CORNERS + at])) {
                    at = c;
                }
            }
            return at;
        }
    }
}
