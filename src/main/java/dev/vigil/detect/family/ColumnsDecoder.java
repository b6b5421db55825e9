package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * As {@link RowsDecoder} without objectness, the other way round: a row for each of {@code cx, cy, w, h, classes, [keypoints]}
 * over all cells, in pixels of the input or parts of it ({@link BoxUnits}).
 *
 * <p>The scores of all cells and classes lie in one piece, and are searched as such; of the few that are above the floor, the
 * best of each cell is kept.
 */
final class ColumnsDecoder implements BoxDecoder {
    private static final int FIRST_CLASS = 4;
    /** Below every score that can count. */
    private static final float NOTHING = -1;

    private final int output;
    private final int cells;
    private final int classes;
    private final Keypoints keypoints;
    private final BoxUnits units;
    private final ScoreScan scan = new ScoreScan();
    private final float[] best;
    private final int[] bestClass;
    /** A bit for each cell that has a score above the floor. */
    private final long[] found;

    private final float[] points;

    /** @param output its index */
    ColumnsDecoder(int output, int cells, int classes, Keypoints keypoints, BoxUnits units) {
        this.output = output;
        this.cells = cells;
        this.classes = classes;
        this.keypoints = keypoints;
        this.units = units;
        this.best = new float[cells];
        this.bestClass = new int[cells];
        this.found = new long[(cells + Long.SIZE - 1) / Long.SIZE];
        this.points = new float[keypoints.columns()];
        Arrays.fill(best, NOTHING);
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
        FloatBuffer values = outputs[output];
        units.look(values, 0, 1, cells);
        search(values, into.scoreFloor());
        for (int word = 0; word < found.length; word++) {
            for (long bits = found[word]; bits != 0; bits &= bits - 1) {
                int cell = Long.SIZE * word + Long.numberOfTrailingZeros(bits);
                add(values, cell, into);
                best[cell] = NOTHING;
            }
            found[word] = 0;
        }
    }

    private void search(FloatBuffer values, float floor) {
        int start = FIRST_CLASS * cells;
        scan.start(values, start, start + classes * cells);
        int classId = 0;
        int end = start + cells;
        for (int at = scan.next(floor); at >= 0; at = scan.next(floor)) {
            while (at >= end) {
                end += cells;
                classId++;
            }
            int cell = at - end + cells;
            float score = values.get(at);
            // Classes come in order, so that of equals the first stays; a NaN, once there, stays too.
            if (!(score <= best[cell]) && !Float.isNaN(best[cell])) {
                best[cell] = score;
                bestClass[cell] = classId;
                found[cell / Long.SIZE] |= 1L << cell;
            }
        }
    }

    private void add(FloatBuffer values, int cell, Candidates into) {
        float centreX = values.get(cell) * units.x();
        float centreY = values.get(cells + cell) * units.y();
        float halfWidth = values.get(2 * cells + cell) / 2 * units.x();
        float halfHeight = values.get(3 * cells + cell) / 2 * units.y();
        boolean taken = into.add(
                centreX - halfWidth,
                centreY - halfHeight,
                centreX + halfWidth,
                centreY + halfHeight,
                best[cell],
                bestClass[cell]);
        if (taken && points.length > 0) {
            int at = (FIRST_CLASS + classes) * cells + cell;
            for (int i = 0; i < points.length; i++) {
                points[i] = values.get(at + i * cells);
            }
            keypoints.set(points, 0, units, into);
        }
    }
}
