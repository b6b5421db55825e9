package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Boxes of grids of which each cell tells how far the box's four sides are from its centre, each as a distribution: the
 * distance is the expectation of the softmax over 0, 1, … in strides (Generalized Focal Loss, Li et al., arXiv 2006.04388;
 * {@code Integral} and {@code distance2bbox} of the NanoDet repository, nanodet/model/head/gfl_head.py and
 * nanodet/util/box_transform.py). The sides are held inside the input. Each class of a cell that is above the threshold makes a
 * box of its own, as {@code multiclass_nms} there has it (nanodet/model/module/nms.py).
 *
 * <p>Scores have their sigmoid applied. Not threadsafe.
 */
final class DistanceGrids implements BoxDecoder {
    private static final int SIDES = 4;

    /**
     * Where one grid's values lie: for each cell, row by row, its classes, and its distances to the left, top, right and bottom.
     *
     * @param scoresAt index of the first cell's first class
     * @param scoresStep from one cell's classes to those of the next
     * @param distancesAt index of the first cell's first distance
     * @param distancesStep from one cell's distances to those of the next
     */
    record Grid(
            int stride,
            int columns,
            int rows,
            int scoresOutput,
            int scoresAt,
            int scoresStep,
            int distancesOutput,
            int distancesAt,
            int distancesStep) {}

    private final List<Grid> grids;
    private final int classes;
    private final int bins;
    private final float cellOffset;
    private final float widthPx;
    private final float heightPx;

    /**
     * @param bins values of each distribution
     * @param cellOffset where in a cell its centre is: 0 for the corner, 0.5 for the middle
     */
    DistanceGrids(List<Grid> grids, int classes, int bins, float cellOffset, int widthPx, int heightPx) {
        this.grids = List.copyOf(grids);
        this.classes = classes;
        this.bins = bins;
        this.cellOffset = cellOffset;
        this.widthPx = widthPx;
        this.heightPx = heightPx;
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public void decode(FloatBuffer[] outputs, Candidates into) {
        for (int i = 0; i < grids.size(); i++) {
            decode(grids.get(i), outputs, into);
        }
    }

    private void decode(Grid grid, FloatBuffer[] outputs, Candidates into) {
        FloatBuffer scores = outputs[grid.scoresOutput];
        int cells = grid.columns * grid.rows;
        for (int cell = 0; cell < cells; cell++) {
            int at = grid.scoresAt + cell * grid.scoresStep;
            if (ScoreScan.mayExceed(scores, at, at + classes, into.scoreFloor())) {
                add(grid, cell, scores, at, outputs[grid.distancesOutput], into);
            }
        }
    }

    private void add(Grid grid, int cell, FloatBuffer scores, int at, FloatBuffer distances, Candidates into) {
        float centreX = (cell % grid.columns + cellOffset) * grid.stride;
        float centreY = (cell / grid.columns + cellOffset) * grid.stride;
        int from = grid.distancesAt + cell * grid.distancesStep;
        float left = inside(centreX - expected(distances, from) * grid.stride, widthPx);
        float top = inside(centreY - expected(distances, from + bins) * grid.stride, heightPx);
        float right = inside(centreX + expected(distances, from + 2 * bins) * grid.stride, widthPx);
        float bottom = inside(centreY + expected(distances, from + 3 * bins) * grid.stride, heightPx);
        for (int c = 0; c < classes; c++) {
            float score = scores.get(at + c);
            if (!(score <= into.scoreFloor())) {
                into.add(left, top, right, bottom, score, c);
            }
        }
    }

    /** The expectation of a distribution, in strides. */
    private float expected(FloatBuffer logits, int from) {
        float highest = logits.get(from);
        for (int i = 1; i < bins; i++) {
            highest = Math.max(highest, logits.get(from + i));
        }
        double sum = 0;
        double weighted = 0;
        for (int i = 0; i < bins; i++) {
            double weight = Math.exp(logits.get(from + i) - highest);
            sum += weight;
            weighted += i * weight;
        }
        return (float) (weighted / sum);
    }

    /** NaN stays NaN. */
    private static float inside(float value, float side) {
        return Math.min(Math.max(value, 0), side);
    }

    /** How many values of a cell its distances are. */
    static int distances(int bins) {
        return SIDES * bins;
    }
}
