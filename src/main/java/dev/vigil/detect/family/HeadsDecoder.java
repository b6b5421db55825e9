package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.family.YoloHeads.Head;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Raw heads with anchors: {@code xy = (sigmoid(t) * scale - (scale - 1) / 2 + grid) * stride}, {@code wh = exp(t) * anchor},
 * {@code score = sigmoid(objectness) * sigmoid(class)} (AlexeyAB/darknet, src/yolo_layer.c, get_yolo_box and
 * get_yolo_detections). An anchor of a cell makes one box, of its best class, the first of equals.
 */
final class HeadsDecoder implements BoxDecoder {
    private static final int OBJECTNESS = 4;

    private final List<Head> heads;
    private final int classes;
    private final int values;

    HeadsDecoder(List<Head> heads, int classes) {
        this.heads = heads;
        this.classes = classes;
        this.values = YoloHeads.FIRST_CLASS + classes;
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
        int step = head.channelsFirst() ? cells : 1;
        float lowest = Logistic.floor(into.scoreFloor());
        for (int cell = 0; cell < cells; cell++) {
            for (int anchor = 0; anchor < YoloHeads.ANCHORS; anchor++) {
                int first = head.channelsFirst()
                        ? anchor * values * cells + cell
                        : (cell * YoloHeads.ANCHORS + anchor) * values;
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
        float logit = raw.get(at);
        for (int c = 1; c < classes; c++) {
            float other = raw.get(at + c * step);
            // Written so that a NaN, once there, stays: the box then counts as malformed.
            if (!(other <= logit) && !Float.isNaN(logit)) {
                logit = other;
                best = c;
            }
        }
        float score = Logistic.of(raw.get(first + OBJECTNESS * step)) * Logistic.of(logit);
        if (score <= into.scoreFloor()) {
            return;
        }
        float scale = head.scale();
        float shift = (scale - 1) / 2;
        int gridX = cell % head.width();
        int gridY = cell / head.width();
        float centreX = (Logistic.of(raw.get(first)) * scale - shift + gridX) * head.stride();
        float centreY = (Logistic.of(raw.get(first + step)) * scale - shift + gridY) * head.stride();
        float halfWidth = (float) Math.exp(raw.get(first + 2 * step)) * head.anchors()[2 * anchor] / 2;
        float halfHeight = (float) Math.exp(raw.get(first + 3 * step)) * head.anchors()[2 * anchor + 1] / 2;
        into.add(centreX - halfWidth, centreY - halfHeight, centreX + halfWidth, centreY + halfHeight, score, best);
    }
}
