package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import java.nio.FloatBuffer;

/**
 * Rows of centre, size and scores in pixels of the input or parts of it ({@link BoxUnits}): {@code cx, cy, w, h, [objectness,]
 * classes, [keypoints]}. A row makes one box, of its best class, the first of equals; its score is {@code objectness * class}, or
 * the class's alone (ultralytics/yolov5, utils/general.py, non_max_suppression; ultralytics/ultralytics,
 * ultralytics/utils/nms.py).
 */
final class RowsDecoder implements BoxDecoder {
    static final int CORNERS = 4;

    /** How the columns of a row are used. */
    enum Score {
        OBJECTNESS_TIMES_CLASS,
        /** For a single class that the model was never taught to tell from others. */
        OBJECTNESS,
        CLASS;

        int firstClass() {
            return this == CLASS ? CORNERS : CORNERS + 1;
        }
    }

    private final int output;
    private final Score scoring;
    private final int classes;
    private final Keypoints keypoints;
    private final BoxUnits units;
    private final float[] row;

    /**
     * @param output its index
     * @param columns of a row
     * @param keypoints the last columns of each row, or none
     */
    RowsDecoder(int output, int columns, Score scoring, int classes, Keypoints keypoints, BoxUnits units) {
        this.output = output;
        this.scoring = scoring;
        this.classes = classes;
        this.keypoints = keypoints;
        this.units = units;
        this.row = new float[columns];
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public int keypoints() {
        return keypoints.count();
    }

    @Override
    public void decode(FloatBuffer[] outputs, Candidates into) {
        FloatBuffer rows = outputs[output];
        int columns = row.length;
        int end = rows.limit() - columns;
        units.look(rows, 0, columns, rows.limit() / columns);
        if (scoring == Score.CLASS) {
            for (int at = 0; at <= end; at += columns) {
                if (ScoreScan.mayExceed(rows, at + CORNERS, at + CORNERS + classes, into.scoreFloor())) {
                    rows.get(at, row);
                    decodeRow(into);
                }
            }
            return;
        }
        // With classes in 0..1 no score is above its objectness.
        for (int at = 0; at <= end; at += columns) {
            if (!(rows.get(at + CORNERS) <= into.scoreFloor())) {
                rows.get(at, row);
                decodeRow(into);
            }
        }
    }

    private void decodeRow(Candidates into) {
        int firstClass = scoring.firstClass();
        int best = 0;
        float score = score(firstClass);
        for (int c = 1; c < classes; c++) {
            float other = score(firstClass + c);
            // Written so that a NaN, once there, stays: the row then counts as malformed.
            if (!(other <= score) && !Float.isNaN(score)) {
                score = other;
                best = c;
            }
        }
        if (score <= into.scoreFloor()) {
            return;
        }
        float x = row[0] * units.x();
        float y = row[1] * units.y();
        float halfWidth = row[2] / 2 * units.x();
        float halfHeight = row[3] / 2 * units.y();
        boolean taken = into.add(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, score, best);
        if (taken) {
            keypoints.set(row, firstClass + classes, units, into);
        }
    }

    private float score(int column) {
        return switch (scoring) {
            case OBJECTNESS_TIMES_CLASS -> row[CORNERS] * row[column];
            case OBJECTNESS -> row[CORNERS];
            case CLASS -> row[column];
        };
    }
}
