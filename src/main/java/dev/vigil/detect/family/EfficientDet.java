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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * EfficientDet. Four forms:
 *
 * <ul>
 *   <li>regression (batch, anchors, 4) and classification (batch, anchors, classes), sigmoid applied, over 9 anchors in each cell
 *       of strides 8 to 128; more outputs beside them do not matter (features, and the anchors themselves). So it comes from
 *       zylo117/Yet-Another-EfficientDet-Pytorch: {@code Anchors}, {@code BBoxTransform} and {@code ClipBoxes} of
 *       efficientdet/utils.py, {@code postprocess} of utils/utils.py, where an anchor makes one box, of its best class
 *   <li>one output (batch, objects, 7): image, y1, x1, y2, x2 in pixels of the picture that was given, score, class counted
 *       from 1: google/automl with its NMS inside, efficientdet/inference.py, {@code detections}
 *   <li>four: boxes (batch, objects, 4) as y1, x1, y2, x2 in such pixels, scores, classes counted from 1, and how many there
 *       are: google/automl's efficientdet/tf2/postprocess.py, in this order
 *   <li>ten: {@link EfficientDetHeads}
 * </ul>
 */
final class EfficientDet implements Family {
    private static final int[] STRIDES = {8, 16, 32, 64, 128};
    private static final int ROW = 7;
    /** More rows than that are no objects but cells; 100 is usual. */
    private static final int ROWS_MAX = 1_000;

    private static final int CODES = 4;
    private static final double ANCHOR_SCALE = 4;
    private static final int SCALES = 3;
    /** Width and height. */
    static final double[][] RATIOS = {{1, 1}, {1.4, 0.7}, {0.7, 1.4}};
    /** The same, exactly. */
    static final double[][] ROOT_RATIOS = {{1, 1}, {Math.sqrt(2), Math.sqrt(0.5)}, {Math.sqrt(0.5), Math.sqrt(2)}};

    private static final int ANCHORS_PER_CELL = SCALES * RATIOS.length;

    @Override
    public String id() {
        return "efficientdet";
    }

    /** For floats; the forms with their NMS inside take bytes, and normalise them themselves. */
    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        if (EfficientDetHeads.of(model) != null && EfficientDetHeads.isLite(model)) {
            return ModelDescription.Input.usual(
                    Color.RGB, new float[] {127}, new float[] {128}, Resize.LETTERBOX_TOP_LEFT, 127);
        }
        return ModelDescription.Input.usualImageNet(Resize.LETTERBOX_TOP_LEFT, 124, 116, 104);
    }

    @Override
    public Suppression suppression(ModelInfo model) {
        return raw(model) != null || EfficientDetHeads.of(model) != null
                ? new Suppression(Suppression.Kind.BY_CLASS, 0.5f)
                : Suppression.END_TO_END;
    }

    /** Where the two raw outputs are. */
    private record Raw(int codes, int scores, int columns) {}

    @Override
    public Fit fit(ModelInfo model) {
        Raw raw = raw(model);
        if (raw != null) {
            String name = model.outputs().get(raw.codes).name().toLowerCase(Locale.ROOT);
            String why = "boxes and " + raw.columns + " classes over 9 anchors in each cell of strides 8 to 128";
            if (name.contains("regress")) {
                return Fit.certain(why + ", and " + name + " is its name");
            }
            // Boxes that are decoded already are what ssd has.
            return name.contains("box") ? Fit.possible(why + ", if the boxes are coded against them") : Fit.yes(why);
        }
        EfficientDetHeads heads = EfficientDetHeads.of(model);
        if (heads != null) {
            String why = heads.why() + ", without their sigmoid";
            // With channels first, RetinaNet has the same, with its sigmoid.
            return heads.named() ? Fit.certain(why) : heads.channelsFirst() ? Fit.possible(why) : Fit.yes(why);
        }
        if (isRows(model)) {
            TensorInfo rows = model.outputs().get(0);
            return Shapes.plain(rows.name()).equals("detections")
                    ? Fit.certain("detections of google/automl, rows of 7")
                    : Fit.possible("rows of 7, as google/automl has them");
        }
        if (FinishedOutputs.counted(model) != null) {
            return Fit.possible(
                    "boxes in pixels, scores, classes and their number, in this order, as google/automl has them");
        }
        return Fit.no("wants boxes and classes over 9 anchors in each cell of strides 8 to 128, or rows of 7, or ten"
                + " heads");
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        Raw raw = raw(model);
        if (raw != null) {
            return new AnchorCodes(
                    anchors(model.widthPx(), model.heightPx()),
                    new AnchorCodes.Coding(1, 1, 0, false, true, true),
                    raw.codes,
                    raw.scores,
                    raw.columns,
                    AnchorCodes.ROWS,
                    model.widthPx(),
                    model.heightPx());
        }
        EfficientDetHeads heads = EfficientDetHeads.of(model);
        if (heads != null) {
            return heads.decoder(model);
        }
        if (isRows(model)) {
            return new FinishedBoxes.Builder()
                    .cornersYx(0, 1, ROW)
                    .score(0, 5, ROW)
                    .classId(0, 6, ROW, 1)
                    .build();
        }
        FinishedOutputs found = FinishedOutputs.counted(model);
        return new FinishedBoxes.Builder()
                .cornersYx(found.boxes(), 0, CODES)
                .score(found.first(), 0, 1)
                .classId(found.second(), 0, 1, 1)
                .count(found.count())
                .build();
    }

    private static boolean isRows(ModelInfo model) {
        return model.outputs().size() == 1
                && model.outputs().get(0).rank() == 3
                && Shapes.isFloat(model.outputs().get(0))
                && Shapes.last(model.outputs().get(0)) == ROW
                && model.outputs().get(0).shape()[1] <= ROWS_MAX;
    }

    private static Raw raw(ModelInfo model) {
        long anchors = ANCHORS_PER_CELL * Shapes.cells(model, STRIDES);
        List<TensorInfo> outputs = model.outputs();
        int[] rows = IntStream.range(0, outputs.size())
                .filter(i -> outputs.get(i).rank() == 3
                        && Shapes.isFloat(outputs.get(i))
                        && outputs.get(i).shape()[1] == anchors)
                .toArray();
        OptionalInt scores = IntStream.of(rows)
                .filter(i -> Shapes.last(outputs.get(i)) != CODES
                        || outputs.get(i).name().contains("class"))
                .findFirst();
        if (scores.isEmpty() || Shapes.last(outputs.get(scores.getAsInt())) < 1) {
            return null;
        }
        // The anchors have four columns as well, and come last.
        OptionalInt codes = IntStream.of(rows)
                .filter(i -> i != scores.getAsInt() && Shapes.last(outputs.get(i)) == CODES)
                .findFirst();
        return codes.isEmpty()
                ? null
                : new Raw(
                        codes.getAsInt(),
                        scores.getAsInt(),
                        Math.toIntExact(Shapes.last(outputs.get(scores.getAsInt()))));
    }

    /** Level by level, as {@link #anchors(int, int, double, double, double, double[][])} of each. */
    static AnchorCodes.Anchors anchors(int widthPx, int heightPx) {
        List<AnchorCodes.Anchors> levels = new ArrayList<>();
        for (int stride : STRIDES) {
            levels.add(anchors(
                    Shapes.cells(widthPx, stride),
                    Shapes.cells(heightPx, stride),
                    stride,
                    stride,
                    ANCHOR_SCALE,
                    RATIOS));
        }
        return AnchorCodes.Anchors.concat(levels);
    }

    /**
     * Of one level: row by row, cell by cell; in a cell by scale, then by ratio.
     *
     * @param strideX of the grid, in pixels
     * @param strideY of the grid, in pixels
     * @param size of the smallest anchor, in cells
     * @param ratios width and height of each
     */
    static AnchorCodes.Anchors anchors(
            int columns, int rows, double strideX, double strideY, double size, double[][] ratios) {
        int count = columns * rows * SCALES * ratios.length;
        AnchorCodes.Anchors anchors =
                new AnchorCodes.Anchors(new float[count], new float[count], new float[count], new float[count]);
        int at = 0;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                for (int scale = 0; scale < SCALES; scale++) {
                    double base = size * Math.pow(2, scale / (double) SCALES);
                    for (double[] ratio : ratios) {
                        anchors.x()[at] = (float) ((column + 0.5) * strideX);
                        anchors.y()[at] = (float) ((row + 0.5) * strideY);
                        anchors.width()[at] = (float) (base * strideX * ratio[0]);
                        anchors.height()[at++] = (float) (base * strideY * ratio[1]);
                    }
                }
            }
        }
        return anchors;
    }
}
