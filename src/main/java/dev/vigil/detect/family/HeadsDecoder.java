package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Raw heads with anchors: {@code xy = (sigmoid(t) * scale - (scale - 1) / 2 + grid) * stride}, {@code score = sigmoid(objectness)
 * * sigmoid(class)}, and sizes as their {@link Coding} says. An anchor of a cell makes one box, of its best class, the first of
 * equals.
 */
final class HeadsDecoder implements BoxDecoder {
    private static final int OBJECTNESS = 4;

    /** How sizes are coded, and whether the logistic function is still to be applied. */
    enum Coding {
        /** {@code wh = exp(t) * anchor} (AlexeyAB/darknet, src/yolo_layer.c, get_yolo_box and get_yolo_detections). */
        EXPONENT,
        /** {@code wh = (2 * sigmoid(t))² * anchor} (ultralytics/yolov5 and WongKinYiu/yolov7, models/yolo.py, Detect). */
        SQUARE,
        /**
         * The same of values that are in 0..1 already, with {@code new_coords} of darknet (src/yolo_layer.c, get_yolo_box): the
         * layer before ends in a logistic function.
         */
        SQUARE_APPLIED;

        private float unit(float value) {
            return this == SQUARE_APPLIED ? value : Logistic.of(value);
        }

        /** What no value is above whose {@link #unit} is above {@code score}. */
        private float floor(float score) {
            return this == SQUARE_APPLIED ? score : Logistic.floor(score);
        }

        private float size(float value, float anchor) {
            if (this == EXPONENT) {
                return (float) Math.exp(value) * anchor;
            }
            float twice = 2 * unit(value);
            return twice * twice * anchor;
        }
    }

    /** How the values of a head lie. */
    enum Order {
        /** All cells' of an anchor's value, then those of its next: (3 * values, h, w). */
        CHANNELS_FIRST,
        /** All values of a cell, anchor by anchor: (h, w, 3 * values). */
        CELLS_FIRST,
        /** All cells of an anchor, with their values: (3, h, w, values). */
        ANCHORS_FIRST
    }

    /**
     * One raw head.
     *
     * @param anchors w, h of each, in pixels
     * @param scale of the centre, {@code scale_x_y} of darknet
     */
    record Head(int output, int width, int height, int stride, Order order, float[] anchors, float scale) {}

    private final List<Head> heads;
    private final int classes;
    private final int values;
    private final Coding coding;
    private final boolean objectnessOnly;

    /** @param objectnessOnly whether classes do not count in the score */
    HeadsDecoder(List<Head> heads, int classes, Coding coding, boolean objectnessOnly) {
        this.heads = heads;
        this.classes = classes;
        this.values = YoloHeads.FIRST_CLASS + classes;
        this.coding = coding;
        this.objectnessOnly = objectnessOnly;
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public void decode(FloatBuffer[] outputs, Candidates into) {
        for (int i = 0; i < heads.size(); i++) {
            Head head = heads.get(i);
            decodeHead(head, outputs[head.output()], into);
        }
    }

    private void decodeHead(Head head, FloatBuffer raw, Candidates into) {
        int cells = head.width() * head.height();
        int step = head.order() == Order.CHANNELS_FIRST ? cells : 1;
        float lowest = coding.floor(into.scoreFloor());
        for (int cell = 0; cell < cells; cell++) {
            for (int anchor = 0; anchor < YoloHeads.ANCHORS; anchor++) {
                int first =
                        switch (head.order()) {
                            case CHANNELS_FIRST -> anchor * values * cells + cell;
                            case CELLS_FIRST -> (cell * YoloHeads.ANCHORS + anchor) * values;
                            case ANCHORS_FIRST -> (anchor * cells + cell) * values;
                        };
                float objectness = raw.get(first + OBJECTNESS * step);
                // No score is above its objectness. With a NaN it goes on, to be counted.
                if (!(objectness <= lowest)) {
                    decodeAnchor(head, raw, first, step, cell, anchor, into);
                }
            }
        }
    }

    private void decodeAnchor(Head head, FloatBuffer raw, int first, int step, int cell, int anchor, Candidates into) {
        int at = first + YoloHeads.FIRST_CLASS * step;
        int best = 0;
        float highest = raw.get(at);
        for (int c = 1; c < classes; c++) {
            float other = raw.get(at + c * step);
            // Written so that a NaN, once there, stays: the box then counts as malformed.
            if (!(other <= highest) && !Float.isNaN(highest)) {
                highest = other;
                best = c;
            }
        }
        float score = coding.unit(raw.get(first + OBJECTNESS * step)) * (objectnessOnly ? 1 : coding.unit(highest));
        if (score <= into.scoreFloor()) {
            return;
        }
        float scale = head.scale();
        float shift = (scale - 1) / 2;
        int gridX = cell % head.width();
        int gridY = cell / head.width();
        float centreX = (coding.unit(raw.get(first)) * scale - shift + gridX) * head.stride();
        float centreY = (coding.unit(raw.get(first + step)) * scale - shift + gridY) * head.stride();
        float halfWidth = coding.size(raw.get(first + 2 * step), head.anchors()[2 * anchor]) / 2;
        float halfHeight = coding.size(raw.get(first + 3 * step), head.anchors()[2 * anchor + 1]) / 2;
        into.add(centreX - halfWidth, centreY - halfHeight, centreX + halfWidth, centreY + halfHeight, score, best);
    }
}
