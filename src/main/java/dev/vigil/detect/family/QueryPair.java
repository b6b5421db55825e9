package dev.vigil.detect.family;

import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The two outputs of a detection transformer: boxes (batch, queries, 4) and logits (batch, queries, columns) over the same
 * queries. Others, such as masks, are passed by.
 *
 * @param boxes place of the boxes among the outputs
 * @param logits place of the logits among the outputs
 * @param queries how many there are; -1 where the file leaves it open
 * @param names by what it was found
 */
record QueryPair(int boxes, int logits, int queries, int columns, Names names) {
    /** What an output's name can tell. */
    enum Names {
        /** {@code pred_boxes} and {@code logits} or {@code pred_logits}: facebookresearch/detr, Hugging Face. */
        DETR,
        /** {@code dets} and {@code labels}: roboflow/rf-detr. */
        RF_DETR,
        /** Nothing: only the shapes fit. */
        NONE
    }

    private static final int CORNERS = 4;
    /** The most that published models have, DINO and DETA. A grid of anchors has more rows. */
    private static final int QUERIES_MAX = 900;

    /** Finds it, by names or else by shapes; nothing where there is none. */
    static Optional<QueryPair> of(ModelInfo model) {
        List<TensorInfo> outputs = model.outputs();
        Optional<QueryPair> named = named(outputs, "pred_boxes", "pred_logits", Names.DETR)
                .or(() -> named(outputs, "pred_boxes", "logits", Names.DETR))
                .or(() -> named(outputs, "dets", "labels", Names.RF_DETR));
        return named.isPresent() ? named : byShape(outputs);
    }

    private static Optional<QueryPair> named(List<TensorInfo> outputs, String boxes, String logits, Names names) {
        return pair(outputs, indexOf(outputs, boxes), indexOf(outputs, logits), names);
    }

    private static int indexOf(List<TensorInfo> outputs, String name) {
        for (int i = 0; i < outputs.size(); i++) {
            if (outputs.get(i).name().toLowerCase(Locale.ROOT).equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private static Optional<QueryPair> byShape(List<TensorInfo> outputs) {
        if (outputs.size() != 2) {
            return Optional.empty();
        }
        Optional<QueryPair> inOrder = pair(outputs, 1, 0, Names.NONE);
        return inOrder.isPresent() ? inOrder : pair(outputs, 0, 1, Names.NONE);
    }

    private static Optional<QueryPair> pair(List<TensorInfo> outputs, int boxes, int logits, Names names) {
        if (boxes < 0 || logits < 0) {
            return Optional.empty();
        }
        long[] boxShape = outputs.get(boxes).shape();
        long[] logitShape = outputs.get(logits).shape();
        boolean fits = boxShape.length == 3
                && logitShape.length == 3
                && boxShape[2] == CORNERS
                && boxShape[1] == logitShape[1]
                && (boxShape[1] >= 1 && boxShape[1] <= QUERIES_MAX || names != Names.NONE)
                && logitShape[2] >= 1;
        return fits
                ? Optional.of(new QueryPair(
                        boxes, logits, Math.toIntExact(boxShape[1]), Math.toIntExact(logitShape[2]), names))
                : Optional.empty();
    }

    String queriesText() {
        return queries < 0 ? "?" : Integer.toString(queries);
    }

    /** A decoder of it whose every logit is a class on its own, through the logistic function. */
    QueryDecoder sigmoid(ModelInfo model) throws ModelException {
        return new QueryDecoder.Sigmoid(this, model.widthPx(), model.heightPx());
    }

    /** A decoder of it with a softmax over the classes, the last of which is none. */
    QueryDecoder softmax(ModelInfo model) throws ModelException {
        return new QueryDecoder.Softmax(this, model.widthPx(), model.heightPx());
    }
}
