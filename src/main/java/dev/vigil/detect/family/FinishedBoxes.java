package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import java.nio.FloatBuffer;

/**
 * The boxes of a model that has its NMS inside: a row for each object, whose corners, score and class lie in one output or in
 * several. There are as many rows as the shortest of them has, or as an output says that counts them. A row of a class before
 * the first is filling, and left out. Not threadsafe.
 */
final class FinishedBoxes implements BoxDecoder {
    /**
     * Where one value of each row lies.
     *
     * @param first index of the first row's
     * @param step to the next row's
     */
    record Column(int output, int first, int step) {
        float of(FloatBuffer[] outputs, int row) {
            return outputs[output].get(first + row * step);
        }

        int rows(FloatBuffer[] outputs) {
            return (outputs[output].limit() - first + step - 1) / step;
        }
    }

    private final Column x1;
    private final Column y1;
    private final Column x2;
    private final Column y2;
    private final Column score;
    private final Column classId;
    private final int firstClass;
    private final int countOutput;
    private final float scaleX;
    private final float scaleY;

    private FinishedBoxes(Builder from) {
        this.x1 = from.x1;
        this.y1 = from.y1;
        this.x2 = from.x2;
        this.y2 = from.y2;
        this.score = from.score;
        this.classId = from.classId;
        this.firstClass = from.firstClass;
        this.countOutput = from.countOutput;
        this.scaleX = from.scaleX;
        this.scaleY = from.scaleY;
    }

    @Override
    public int classes() {
        return OPEN_CLASSES;
    }

    @Override
    public void decode(FloatBuffer[] outputs, Candidates into) {
        int rows = rows(outputs);
        for (int row = 0; row < rows; row++) {
            float rowScore = score.of(outputs, row);
            float number = classId.of(outputs, row);
            if (rowScore <= into.scoreFloor() || number < firstClass) {
                continue;
            }
            into.add(
                    x1.of(outputs, row) * scaleX,
                    y1.of(outputs, row) * scaleY,
                    x2.of(outputs, row) * scaleX,
                    y2.of(outputs, row) * scaleY,
                    rowScore,
                    Float.isFinite(number) ? (int) number - firstClass : -1);
        }
    }

    private int rows(FloatBuffer[] outputs) {
        int rows = Math.min(
                Math.min(Math.min(x1.rows(outputs), y1.rows(outputs)), Math.min(x2.rows(outputs), y2.rows(outputs))),
                Math.min(score.rows(outputs), classId.rows(outputs)));
        if (countOutput >= 0) {
            // Whoever counts objects may give no value at all where there are none; NaN becomes 0.
            FloatBuffer count = outputs[countOutput];
            rows = count.limit() == 0 ? 0 : Math.min(rows, (int) count.get(0));
        }
        return rows;
    }

    /** Says where everything lies. */
    static final class Builder {
        private Column x1;
        private Column y1;
        private Column x2;
        private Column y2;
        private Column score;
        private Column classId;
        private int firstClass;
        private int countOutput = -1;
        private float scaleX = 1;
        private float scaleY = 1;

        /** Corners x1, y1, x2, y2 from an index of each row on. */
        Builder corners(int output, int first, int step) {
            x1 = new Column(output, first, step);
            y1 = new Column(output, first + 1, step);
            x2 = new Column(output, first + 2, step);
            y2 = new Column(output, first + 3, step);
            return this;
        }

        /** Corners y1, x1, y2, x2, as TensorFlow has them. */
        Builder cornersYx(int output, int first, int step) {
            corners(output, first, step);
            Column y = x1;
            x1 = y1;
            y1 = y;
            y = x2;
            x2 = y2;
            y2 = y;
            return this;
        }

        Builder score(int output, int first, int step) {
            score = new Column(output, first, step);
            return this;
        }

        /** @param number that the first class has */
        Builder classId(int output, int first, int step, int number) {
            classId = new Column(output, first, step);
            firstClass = number;
            return this;
        }

        /** Which output counts the rows; -1 for none. */
        Builder count(int output) {
            countOutput = output;
            return this;
        }

        /** Corners are in 0..1 of an input of this size; else they are in its pixels. */
        Builder unit(int widthPx, int heightPx) {
            scaleX = widthPx;
            scaleY = heightPx;
            return this;
        }

        FinishedBoxes build() {
            return new FinishedBoxes(this);
        }
    }
}
