package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Suppression;
import dev.vigil.frame.InputSpec.Resize;
import java.util.Optional;

/**
 * The detection transformers whose two outputs are boxes (batch, queries, 4), cx, cy, w, h in 0..1 of the input, and logits
 * (batch, queries, columns), and whose input is normalised as ImageNet's. They differ in what the logits are, which their shapes
 * do not tell; names and counts of queries do, for the models that are published:
 *
 * <ul>
 *   <li>{@code detr}: DETR, YOLOS, Table Transformer. Softmax, the last column is no object; 100 queries.
 *   <li>{@code deformable-detr}: Deformable, Conditional and DAB-DETR. Logistic; 300 queries.
 *   <li>{@code rf-detr}: the same with outputs {@code dets} and {@code labels}, as roboflow/rf-detr exports them
 *       (rfdetr/deploy/export.py).
 * </ul>
 *
 * <p>A column is the id that its class has in the data set: COCO's 91, with gaps, in the published models.
 */
final class Detr implements Family {
    /** What the logits are. */
    private enum Kind {
        SOFTMAX("softmax, the last column is no object"),
        SIGMOID("each column a class of its own");

        private final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    private final String id;
    private final Kind kind;
    private final QueryPair.Names names;

    private Detr(String id, Kind kind, QueryPair.Names names) {
        this.id = id;
        this.kind = kind;
        this.names = names;
    }

    static Detr detr() {
        return new Detr("detr", Kind.SOFTMAX, QueryPair.Names.DETR);
    }

    static Detr deformable() {
        return new Detr("deformable-detr", Kind.SIGMOID, QueryPair.Names.DETR);
    }

    static Detr rfDetr() {
        return new Detr("rf-detr", Kind.SIGMOID, QueryPair.Names.RF_DETR);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return ModelDescription.Input.usualImageNet(Resize.STRETCH, 0);
    }

    @Override
    public Suppression suppression(ModelInfo model) {
        return Suppression.END_TO_END;
    }

    @Override
    public Fit fit(ModelInfo model) {
        Optional<QueryPair> found = QueryPair.of(model);
        if (found.isEmpty()) {
            return Fit.no("wants boxes (batch, queries, 4) and logits (batch, queries, classes)");
        }
        QueryPair pair = found.get();
        if (kind == Kind.SOFTMAX && pair.columns() < 2) {
            return Fit.no("a single column of logits has no room for no object");
        }
        String text = pair.queriesText() + " queries with " + pair.columns() + " logits; " + kind.text;
        boolean told = pair.names() == names
                && (names == QueryPair.Names.RF_DETR || Told.of(model, pair).allows(id));
        return told ? Fit.certain(text) : Fit.possible(text);
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        QueryPair pair = QueryPair.of(model).orElseThrow();
        return kind == Kind.SOFTMAX ? pair.softmax(model) : pair.sigmoid(model);
    }

    /**
     * Which of the families with outputs {@code logits} and {@code pred_boxes} it may be. Of Hugging Face's checkpoints, those
     * with 100 queries have a softmax, those with 300 have none; of the latter those for COCO have 91 classes (deformable, and
     * what came before it) or 80 (RT-DETR, D-FINE); and only the older ones have a pixel_mask.
     */
    record Told(boolean detr, boolean deformable, boolean rtDetr) {
        private static final int QUERIES_SOFTMAX = 100;
        private static final int QUERIES_SIGMOID = 300;
        private static final int COCO_IDS = 91;
        private static final int COCO_CLASSES = 80;

        static Told of(ModelInfo model, QueryPair pair) {
            boolean mask =
                    model.inputs().stream().anyMatch(input -> input.name().equals("pixel_mask"));
            if (pair.queries() == QUERIES_SOFTMAX) {
                return new Told(true, false, false);
            }
            if (pair.queries() != QUERIES_SIGMOID) {
                return new Told(true, true, !mask);
            }
            if (mask || pair.columns() == COCO_IDS) {
                return new Told(false, true, false);
            }
            return new Told(false, pair.columns() != COCO_CLASSES, true);
        }

        boolean allows(String id) {
            return id.equals("detr") ? detr : deformable;
        }
    }
}
