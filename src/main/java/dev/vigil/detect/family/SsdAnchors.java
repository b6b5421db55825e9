package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Suppression;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * SSD of TensorFlow cut where boxes are still coded against anchors: (batch, anchors, 4) as ty, tx, th, tw with scales 10, 10, 5
 * and 5, and (batch, anchors, 1 + classes), of which the first column is the background. So a graph for TensorFlow Lite ends
 * without its custom operator ({@code raw_outputs/box_encodings} and {@code raw_outputs/class_predictions}:
 * tensorflow/models, research/object_detection/export_tflite_ssd_graph.py), with sigmoid applied; one that is cut earlier gives
 * logits.
 *
 * <p>Anchors are those of {@code ssd_anchor_generator} with its defaults: six layers, scales 0.2 to 0.95, aspect ratios 1, 2,
 * 0.5, 3 and 0.3333 ({@code create_ssd_anchors} of research/object_detection/anchor_generators/multiple_grid_anchor_generator.py;
 * samples/configs/ssd_mobilenet_v2_coco.config).
 */
final class SsdAnchors implements Family {
    private static final int CODES = 4;
    private static final float POSITION_SCALE = 10;
    private static final float SIZE_SCALE = 5;
    private static final int BACKGROUND = 1;
    private static final int LAYERS = 6;
    private static final int FIRST_STRIDE = 16;
    private static final double SCALE_MIN = 0.2;
    private static final double SCALE_MAX = 0.95;
    private static final double[] RATIOS = {1, 2, 0.5, 3, 0.3333};

    private final boolean logits;

    /** @param logits whether scores come without their sigmoid */
    SsdAnchors(boolean logits) {
        this.logits = logits;
    }

    @Override
    public String id() {
        return logits ? "ssd-logits" : "ssd-raw";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        float[] half = {127.5f};
        return ModelDescription.Input.usual(Color.RGB, half, half, Resize.STRETCH, 0);
    }

    @Override
    public Suppression suppression(ModelInfo model) {
        return new Suppression(Suppression.Kind.BY_CLASS, 0.6f);
    }

    @Override
    public Fit fit(ModelInfo model) {
        int codes = codes(model);
        if (codes < 0) {
            return Fit.no("wants two outputs (batch, anchors, 4) and (batch, anchors, 1 + classes)");
        }
        long found = model.outputs().get(codes).shape()[1];
        long anchors;
        try {
            anchors = anchors(model.widthPx(), model.heightPx()).count();
        } catch (ModelException e) {
            return Fit.no(e.getMessage());
        }
        if (!Shapes.mayBe(found, anchors)) {
            return Fit.no("six layers of an SSD over this input make " + anchors + " anchors, not " + found);
        }
        String codesName = model.outputs().get(codes).name().toLowerCase(Locale.ROOT);
        String why = (Shapes.last(model.outputs().get(1 - codes)) - BACKGROUND) + " classes and coded boxes over "
                + anchors + " anchors of an SSD of six layers" + (logits ? ", scores without their sigmoid" : "");
        if (codesName.contains("encoding")) {
            return logits ? Fit.possible(why) : Fit.certain("box_encodings is its name; " + why);
        }
        boolean cut = codesName.contains("concat") || codesName.contains("squeeze");
        return cut ? Fit.yes(why) : Fit.possible(why);
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        int codes = codes(model);
        return new AnchorCodes(
                anchors(model.widthPx(), model.heightPx()),
                new AnchorCodes.Coding(POSITION_SCALE, SIZE_SCALE, BACKGROUND, logits, false, false),
                codes,
                1 - codes,
                Math.toIntExact(Shapes.last(model.outputs().get(1 - codes))),
                AnchorCodes.ROWS,
                model.widthPx(),
                model.heightPx());
    }

    /** The output of coded boxes; -1 when it is something else. Where both have four columns, the name tells, or the order. */
    private static int codes(ModelInfo model) {
        List<TensorInfo> outputs = model.outputs();
        if (outputs.size() != 2 || !outputs.stream().allMatch(output -> output.rank() == 3 && Shapes.isFloat(output))) {
            return -1;
        }
        boolean same = outputs.get(0).shape()[1] == outputs.get(1).shape()[1];
        int[] fitting = IntStream.range(0, 2)
                .filter(i -> Shapes.last(outputs.get(i)) == CODES && Shapes.last(outputs.get(1 - i)) > BACKGROUND)
                .toArray();
        if (!same || fitting.length == 0) {
            return -1;
        }
        return fitting.length == 2 && outputs.get(1).name().contains("encoding") ? 1 : fitting[0];
    }

    /** Layer by layer, row by row, cell by cell; in a cell by scale and ratio. */
    static AnchorCodes.Anchors anchors(int widthPx, int heightPx) {
        int[] columns = new int[LAYERS];
        int[] rows = new int[LAYERS];
        int count = 0;
        for (int layer = 0; layer < LAYERS; layer++) {
            columns[layer] = layer == 0 ? Shapes.cells(widthPx, FIRST_STRIDE) : Shapes.cells(columns[layer - 1], 2);
            rows[layer] = layer == 0 ? Shapes.cells(heightPx, FIRST_STRIDE) : Shapes.cells(rows[layer - 1], 2);
            count += columns[layer] * rows[layer] * boxes(layer).length;
        }
        AnchorCodes.Anchors anchors =
                new AnchorCodes.Anchors(new float[count], new float[count], new float[count], new float[count]);
        // Sizes are parts of the shorter side, so that a square anchor is square.
        int sidePx = Math.min(widthPx, heightPx);
        int at = 0;
        for (int layer = 0; layer < LAYERS; layer++) {
            double[][] boxes = boxes(layer);
            for (int row = 0; row < rows[layer]; row++) {
                for (int column = 0; column < columns[layer]; column++) {
                    for (double[] box : boxes) {
                        anchors.x()[at] = (float) ((column + 0.5) / columns[layer] * widthPx);
                        anchors.y()[at] = (float) ((row + 0.5) / rows[layer] * heightPx);
                        anchors.width()[at] = (float) (box[0] * Math.sqrt(box[1]) * sidePx);
                        anchors.height()[at++] = (float) (box[0] / Math.sqrt(box[1]) * sidePx);
                    }
                }
            }
        }
        return anchors;
    }

    /** Scale and ratio of each anchor of a cell. */
    private static double[][] boxes(int layer) {
        double scale = scale(layer);
        if (layer == 0) {
            return new double[][] {{0.1, 1}, {scale, 2}, {scale, 0.5}};
        }
        double[][] boxes = new double[RATIOS.length + 1][];
        for (int i = 0; i < RATIOS.length; i++) {
            boxes[i] = new double[] {scale, RATIOS[i]};
        }
        boxes[RATIOS.length] = new double[] {Math.sqrt(scale * scale(layer + 1)), 1};
        return boxes;
    }

    private static double scale(int layer) {
        return layer == LAYERS ? 1 : SCALE_MIN + (SCALE_MAX - SCALE_MIN) * layer / (LAYERS - 1);
    }
}
