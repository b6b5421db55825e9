package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Suppression;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/**
 * RT-DETR and those that go on from it, D-FINE and DEIM, in the forms of their exporters:
 *
 * <ul>
 *   <li>{@code labels} (batch, queries), {@code boxes} (batch, queries, 4) and {@code scores} (batch, queries), with an input
 *       {@code orig_target_sizes}: corners in pixels of that size, which is the input's (lyuwenyu/RT-DETR,
 *       rtdetrv2_pytorch/tools/export_onnx.py and src/zoo/rtdetr/rtdetr_postprocessor.py; the same in Peterande/D-FINE,
 *       tools/deployment/export_onnx.py)
 *   <li>one output of ultralytics: see {@link UltralyticsQueries}
 *   <li>Hugging Face's {@code logits} and {@code pred_boxes}: see {@link QueryPair}
 * </ul>
 */
final class RtDetr implements Family {
    private static final String SIZES = "orig_target_sizes";

    @Override
    public String id() {
        return "rt-detr";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return ModelDescription.Input.usualUnit(Color.RGB, Resize.STRETCH, 0);
    }

    @Override
    public Suppression suppression(ModelInfo model) {
        return Suppression.END_TO_END;
    }

    @Override
    public Fit fit(ModelInfo model) {
        if (Deployed.of(model) != null) {
            return Fit.certain("labels, boxes and scores of the size that " + SIZES + " says");
        }
        Optional<UltralyticsQueries> rows = UltralyticsQueries.of(model);
        if (rows.isPresent()) {
            return rows.get().told()
                    ? Fit.certain(rows.get().text())
                    : Fit.possible(rows.get().text());
        }
        Optional<QueryPair> pair = QueryPair.of(model);
        if (pair.isPresent()) {
            String text = pair.get().queriesText() + " queries with "
                    + pair.get().columns() + " logits; each column a class of its own, input not normalised";
            boolean told = pair.get().names() == QueryPair.Names.DETR
                    && Detr.Told.of(model, pair.get()).rtDetr();
            return told ? Fit.certain(text) : Fit.possible(text);
        }
        return Fit.no("wants labels, boxes and scores with an input " + SIZES
                + ", or boxes and logits, or one output (batch, queries, 4 + classes)");
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        Deployed deployed = Deployed.of(model);
        if (deployed != null) {
            return deployed;
        }
        Optional<UltralyticsQueries> rows = UltralyticsQueries.of(model);
        if (rows.isPresent()) {
            return rows.get().decoder(model);
        }
        return QueryPair.of(model).orElseThrow().sigmoid(model);
    }

    /** Decodes what is in pixels of the input already, best first. */
    private static final class Deployed implements BoxDecoder {
        private final int labels;
        private final int boxes;
        private final int scores;
        private final int classes;

        private Deployed(int labels, int boxes, int scores, int classes) {
            this.labels = labels;
            this.boxes = boxes;
            this.scores = scores;
            this.classes = classes;
        }

        /** Null where the model is not of this form. */
        static Deployed of(ModelInfo model) {
            int labels = indexOf(model, "labels", 2);
            int boxes = indexOf(model, "boxes", 3);
            int scores = indexOf(model, "scores", 2);
            boolean sized =
                    model.inputs().stream().anyMatch(input -> input.name().equals(SIZES));
            if (!sized || labels < 0 || boxes < 0 || scores < 0) {
                return null;
            }
            int named = Ultralytics.of(model).classes();
            return new Deployed(labels, boxes, scores, named < 0 ? OPEN_CLASSES : named);
        }

        private static int indexOf(ModelInfo model, String name, int rank) {
            List<TensorInfo> outputs = model.outputs();
            for (int i = 0; i < outputs.size(); i++) {
                if (outputs.get(i).name().equals(name) && outputs.get(i).rank() == rank) {
                    return i;
                }
            }
            return -1;
        }

        @Override
        public int classes() {
            return classes;
        }

        @Override
        public void decode(FloatBuffer[] outputs, Candidates into) {
            FloatBuffer corners = outputs[boxes];
            FloatBuffer score = outputs[scores];
            FloatBuffer label = outputs[labels];
            int count = Math.min(score.limit(), Math.min(label.limit(), corners.limit() / 4));
            for (int i = 0; i < count; i++) {
                if (!(score.get(i) <= into.scoreFloor())) {
                    Suppressed.add(
                            corners.get(4 * i),
                            corners.get(4 * i + 1),
                            corners.get(4 * i + 2),
                            corners.get(4 * i + 3),
                            score.get(i),
                            label.get(i),
                            classes,
                            into);
                }
            }
        }
    }
}
