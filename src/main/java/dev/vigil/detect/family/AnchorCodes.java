package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.Function;

/**
 * Boxes that are coded against anchors, in TensorFlow's order: {@code ty, tx, th, tw} with
 * {@code y = ty / positionScale * ha + ya}, {@code h = exp(th / sizeScale) * ha}, and likewise x and w ({@code _decode} of
 * tensorflow/models, research/object_detection/box_coders/faster_rcnn_box_coder.py). Not threadsafe.
 */
final class AnchorCodes implements BoxDecoder {
    /** For outputs that have a row for each anchor. */
    static final int ROWS = 0;

    private static final int CODES = 4;
    /** The coder holds logarithms below this, so that nothing becomes infinite. */
    private static final float LOGARITHM_MAX = 80;

    /** Centres and sizes in pixels of the model's input. */
    record Anchors(float[] x, float[] y, float[] width, float[] height) {
        int count() {
            return x.length;
        }

        /** One after the other. */
        static Anchors concat(List<Anchors> parts) {
            return new Anchors(
                    concat(parts, Anchors::x),
                    concat(parts, Anchors::y),
                    concat(parts, Anchors::width),
                    concat(parts, Anchors::height));
        }

        private static float[] concat(List<Anchors> parts, Function<Anchors, float[]> of) {
            float[] all = new float[parts.stream().mapToInt(Anchors::count).sum()];
            int at = 0;
            for (Anchors part : parts) {
                System.arraycopy(of.apply(part), 0, all, at, part.count());
                at += part.count();
            }
            return all;
        }
    }

    /**
     * How the outputs are read.
     *
     * @param positionScale what ty and tx are divided by
     * @param sizeScale what th and tw are divided by
     * @param background columns before the first class
     * @param logits whether the sigmoid is still to be applied
     * @param bestOnly whether an anchor makes a box of its best class only
     * @param heldInside whether corners are held between 0 and the last pixel of the input
     */
    record Coding(
            float positionScale,
            float sizeScale,
            int background,
            boolean logits,
            boolean bestOnly,
            boolean heldInside) {}

    private final Anchors anchors;
    private final Coding coding;
    private final int codesOutput;
    private final int scoresOutput;
    private final int columns;
    private final int planes;
    /** Cells of the grid where outputs are planes; else 1. */
    private final int cells;

    private final float xMax;
    private final float yMax;

    /**
     * @param columns of the scores, with what is background
     * @param planes how many anchors a cell has of outputs (batch, anchors · columns, rows, columns), all cells of one value in
     *     one piece; {@link #ROWS} where there is a row for each anchor
     */
    AnchorCodes(
            Anchors anchors,
            Coding coding,
            int codesOutput,
            int scoresOutput,
            int columns,
            int planes,
            int widthPx,
            int heightPx) {
        this.anchors = anchors;
        this.coding = coding;
        this.codesOutput = codesOutput;
        this.scoresOutput = scoresOutput;
        this.columns = columns;
        this.planes = planes;
        this.cells = planes == ROWS ? 1 : anchors.count() / planes;
        this.xMax = coding.heldInside ? widthPx - 1 : Float.POSITIVE_INFINITY;
        this.yMax = coding.heldInside ? heightPx - 1 : Float.POSITIVE_INFINITY;
    }

    @Override
    public int classes() {
        return columns - coding.background;
    }

    @Override
    public void decode(FloatBuffer[] outputs, Candidates into) {
        FloatBuffer scores = outputs[scoresOutput];
        FloatBuffer codes = outputs[codesOutput];
        for (int anchor = 0; anchor < anchors.count(); anchor++) {
            int from = first(anchor, columns) + coding.background * cells;
            float floor = rawFloor(into.scoreFloor());
            if (coding.bestOnly) {
                int best = best(scores, from);
                addIfAbove(floor, scores.get(from + best * cells), anchor, best, codes, into);
            } else {
                for (int c = 0; c < classes(); c++) {
                    addIfAbove(floor, scores.get(from + c * cells), anchor, c, codes, into);
                }
            }
        }
    }

    /** Where the first of an anchor's values is; the next one lies as many values after it as there are cells, or next to it. */
    private int first(int anchor, int values) {
        return planes == ROWS ? anchor * values : anchor % planes * values * cells + anchor / planes;
    }

    /** What a value must be above at least, a little low for logits: the score itself is looked at again. */
    private float rawFloor(float scoreFloor) {
        if (!coding.logits) {
            return scoreFloor;
        }
        return scoreFloor <= 0 ? Float.NEGATIVE_INFINITY : (float) Math.log(scoreFloor / (1.0 - scoreFloor)) - 0.01f;
    }

    /** The first of the highest; a NaN, once there, stays, as in numpy's argmax. */
    private int best(FloatBuffer scores, int from) {
        int best = 0;
        float highest = scores.get(from);
        for (int c = 1; c < classes(); c++) {
            float other = scores.get(from + c * cells);
            if (!(other <= highest) && !Float.isNaN(highest)) {
                highest = other;
                best = c;
            }
        }
        return best;
    }

    private void addIfAbove(float floor, float value, int anchor, int classId, FloatBuffer codes, Candidates into) {
        if (value <= floor) {
            return;
        }
        float score = coding.logits ? (float) (1 / (1 + Math.exp(-value))) : value;
        if (score <= into.scoreFloor()) {
            return;
        }
        int at = first(anchor, CODES);
        float y = codes.get(at) / coding.positionScale * anchors.height[anchor] + anchors.y[anchor];
        float x = codes.get(at + cells) / coding.positionScale * anchors.width[anchor] + anchors.x[anchor];
        float halfHeight = size(codes.get(at + 2 * cells), anchors.height[anchor]) / 2;
        float halfWidth = size(codes.get(at + 3 * cells), anchors.width[anchor]) / 2;
        into.add(
                held(x - halfWidth, xMax),
                held(y - halfHeight, yMax),
                held(x + halfWidth, xMax),
                held(y + halfHeight, yMax),
                score,
                classId);
    }

    private float size(float code, float anchor) {
        return (float) Math.exp(Math.min(code / coding.sizeScale, LOGARITHM_MAX)) * anchor;
    }

    /** NaN stays NaN. */
    private float held(float value, float max) {
        return coding.heldInside ? Math.min(Math.max(value, 0), max) : value;
    }
}
