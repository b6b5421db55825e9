package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import java.nio.FloatBuffer;

/** Decodes a {@link QueryPair}: boxes are cx, cy, w, h in 0..1 of the input. */
abstract class QueryDecoder implements BoxDecoder {
    private final int boxesOutput;
    private final int logitsOutput;
    private final float widthPx;
    private final float heightPx;
    private final int classes;
    /** Logits of one query. */
    private final int columns;

    private QueryDecoder(QueryPair pair, int classes, int widthPx, int heightPx) {
        this.boxesOutput = pair.boxes();
        this.logitsOutput = pair.logits();
        this.classes = classes;
        this.columns = pair.columns();
        this.widthPx = widthPx;
        this.heightPx = heightPx;
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public void decode(FloatBuffer[] outputs, Candidates into) {
        FloatBuffer boxes = outputs[boxesOutput];
        FloatBuffer logits = outputs[logitsOutput];
        float floor = Logistic.floor(into.scoreFloor());
        int queries = Math.min(boxes.limit() / 4, logits.limit() / columns);
        for (int query = 0; query < queries; query++) {
            decodeQuery(query, logits, floor, boxes, into);
        }
    }

    /**
     * Adds what one query found.
     *
     * @param floor no class whose logit is {@code <=} this, against one of 0, is above the threshold
     */
    abstract void decodeQuery(int query, FloatBuffer logits, float floor, FloatBuffer boxes, Candidates into);

    final void add(int query, FloatBuffer boxes, float score, int classId, Candidates into) {
        int at = 4 * query;
        float centreX = boxes.get(at);
        float centreY = boxes.get(at + 1);
        float halfWidth = 0.5f * boxes.get(at + 2);
        float halfHeight = 0.5f * boxes.get(at + 3);
        into.add(
                (centreX - halfWidth) * widthPx,
                (centreY - halfHeight) * heightPx,
                (centreX + halfWidth) * widthPx,
                (centreY + halfHeight) * heightPx,
                score,
                classId);
    }

    /**
     * Every class of a query that is above the threshold makes a box, as where the best of all queries and classes are taken:
     * PostProcess of roboflow/rf-detr (rfdetr/models/lwdetr.py), RTDETRPostProcessor of lyuwenyu/RT-DETR,
     * post_process_object_detection of huggingface/transformers' deformable_detr. How many are taken is the limit on boxes.
     */
    static final class Sigmoid extends QueryDecoder {
        Sigmoid(QueryPair pair, int widthPx, int heightPx) {
            super(pair, pair.columns(), widthPx, heightPx);
        }

        @Override
        void decodeQuery(int query, FloatBuffer logits, float floor, FloatBuffer boxes, Candidates into) {
            int start = query * classes();
            for (int c = 0; c < classes(); c++) {
                float logit = logits.get(start + c);
                if (!(logit <= floor)) {
                    add(query, boxes, Logistic.of(logit), c, into);
                }
            }
        }
    }

    /** A query makes one box, of its best class but the last, which stands for no object: PostProcess of facebookresearch/detr (models/detr.py). */
    static final class Softmax extends QueryDecoder {
        private final float[] row;

        Softmax(QueryPair pair, int widthPx, int heightPx) {
            super(pair, pair.columns() - 1, widthPx, heightPx);
            this.row = new float[pair.columns()];
        }

        @Override
        void decodeQuery(int query, FloatBuffer logits, float floor, FloatBuffer boxes, Candidates into) {
            logits.get(query * row.length, row);
            int none = row.length - 1;
            int best = 0;
            for (int c = 1; c < none; c++) {
                // Written so that a NaN, once there, stays, as in torch.max: the query then counts as malformed.
                if (!(row[c] <= row[best]) && !Float.isNaN(row[best])) {
                    best = c;
                }
            }
            // Against that of no object alone the share is no less than among all.
            if (row[best] - row[none] <= floor) {
                return;
            }
            float max = Math.max(row[best], row[none]);
            double sum = 0;
            for (float logit : row) {
                sum += Math.exp(logit - max);
            }
            add(query, boxes, (float) (Math.exp(row[best] - max) / sum), best, into);
        }
    }
}
