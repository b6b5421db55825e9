package dev.vigil.detect.family;

import dev.vigil.detect.Candidates;

/**
 * Points that follow the scores of a box, in pixels of the input.
 *
 * @param count of each box; 0 for none
 * @param values of each point: x, y, and with 3 a confidence
 */
record Keypoints(int count, int values) {
    static final Keypoints NONE = new Keypoints(0, 0);

    /** Columns of all points of a box. */
    int columns() {
        return count * values;
    }

    /** Sets the points of the box that was taken last, from a row of its values in these units. */
    void set(float[] row, int first, BoxUnits units, Candidates into) {
        for (int k = 0; k < count; k++) {
            into.keypoint(k, row[first + k * values] * units.x(), row[first + k * values + 1] * units.y());
        }
    }
}
