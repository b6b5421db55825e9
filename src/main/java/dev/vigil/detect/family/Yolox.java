package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;
import java.nio.FloatBuffer;

/**
 * YOLOX with its raw head, as tools/export_onnx.py of the YOLOX repository writes it: one output (batch, cells, 5 + classes)
 * over the cells of the grids of strides 8, 16 and 32, row by row. In a cell: x, y, w, h raw, objectness, classes (sigmoid
 * applied to the last two).
 *
 * <p>{@code xy = (raw + grid) * stride}, {@code wh = exp(raw) * stride} (yolox/utils/demo_utils.py, demo_postprocess);
 * {@code score = objectness * class}, and a cell makes one box, of its best class, the first of equals
 * (multiclass_nms_class_agnostic there takes the argmax; suppression here goes by class, as in yolox/utils/boxes.py,
 * postprocess).
 */
final class Yolox implements Family {
    private static final int[] STRIDES = {8, 16, 32};
    /** {@code --output-name} where nothing else was said. */
    private static final String OUTPUT = "output";

    private static final int COCO_CLASSES = 80;
    private static final int OBJECTNESS = 4;
    private static final int FIRST_CLASS = 5;
    /** What the input's sides are multiples of. */
    private static final int STRIDE_MAX = 32;

    @Override
    public String id() {
        return "yolox";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return ModelDescription.Input.usual(
                Color.BGR, new float[] {0}, new float[] {1}, Resize.LETTERBOX_TOP_LEFT, 114);
    }

    @Override
    public Fit fit(ModelInfo model) {
        if (model.outputs().size() != 1) {
            return Fit.no("wants a single output");
        }
        TensorInfo output = model.outputs().get(0);
        if (output.rank() != 3 || !Tables.isFloat(output)) {
            return Fit.no("wants a float output (batch, cells, 5 + classes)");
        }
        if (Ultralytics.of(model).tellsTask()) {
            return Fit.no("it was exported by the package ultralytics, whose models have no objectness");
        }
        int cells;
        String input;
        try {
            cells = cells(model.widthPx(), model.heightPx());
            input = model.widthPx() + "x" + model.heightPx();
        } catch (ModelException e) {
            return Fit.no(e.getMessage());
        }
        if (cells < 0) {
            return Fit.no("an input of " + input + " is no multiple of 32");
        }
        long found = output.shape()[1];
        if (found == 3L * cells) {
            return Fit.no(found + " rows are three to a cell of strides 8, 16, 32, as YOLOv5 has them");
        }
        // A file with an open batch may leave the cells open too; the input's size tells them.
        if (found >= 0 && found != cells) {
            return Fit.no("strides 8, 16, 32 of an input of " + input + " make " + cells + " cells, not " + found);
        }
        if (output.shape()[2] <= FIRST_CLASS) {
            return Fit.no("the last dimension of the output is not 5 + classes");
        }
        String why = cells + " cells of strides 8, 16, 32 over an input of " + input + ", with objectness and "
                + (output.shape()[2] - FIRST_CLASS) + " classes";
        // Others have such a shape too; what the exporter calls its output, or COCO's number of classes, tells.
        boolean own = output.name().equals(OUTPUT)
                || output.shape()[2] == FIRST_CLASS + COCO_CLASSES
                        && !output.name().equals(YoloxDecoded.YOLOV6_OUTPUT);
        return own && found >= 0 ? Fit.yes(why) : Fit.possible(why);
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        int columns = Math.toIntExact(model.outputs().get(0).shape()[2]);
        return new Decoder(columns, model.widthPx(), model.heightPx());
    }

    /** Cells of all grids, or -1 where the sides do not divide. */
    private static int cells(int widthPx, int heightPx) {
        if (widthPx % STRIDE_MAX != 0 || heightPx % STRIDE_MAX != 0) {
            return -1;
        }
        int cells = 0;
        for (int stride : STRIDES) {
            cells += (widthPx / stride) * (heightPx / stride);
        }
        return cells;
    }

    /**
     * Looks at the objectness of every cell, and at the classes of those where it is above the threshold: with classes in
     * 0..1 no score is above its objectness.
     */
    private static final class Decoder implements BoxDecoder {
        private final int widthPx;
        private final int heightPx;
        private final float[] row;

        Decoder(int columns, int widthPx, int heightPx) {
            this.widthPx = widthPx;
            this.heightPx = heightPx;
            this.row = new float[columns];
        }

        @Override
        public int classes() {
            return row.length - FIRST_CLASS;
        }

        @Override
        public void decode(FloatBuffer[] outputs, Candidates into) {
            FloatBuffer output = outputs[0];
            int at = 0;
            for (int stride : STRIDES) {
                for (int gridY = 0; gridY < heightPx / stride; gridY++) {
                    for (int gridX = 0; gridX < widthPx / stride; gridX++) {
                        if (!(output.get(at + OBJECTNESS) <= into.scoreFloor())) {
                            output.get(at, row);
                            decodeCell(gridX, gridY, stride, into);
                        }
                        at += row.length;
                    }
                }
            }
        }

        private void decodeCell(int gridX, int gridY, int stride, Candidates into) {
            float objectness = row[OBJECTNESS];
            int best = 0;
            float score = objectness * row[FIRST_CLASS];
            for (int c = 1; c < row.length - FIRST_CLASS; c++) {
                float other = objectness * row[FIRST_CLASS + c];
                // Written so that a NaN, once there, stays, as in numpy's argmax: the cell then counts as malformed.
                if (!(other <= score) && !Float.isNaN(score)) {
                    score = other;
                    best = c;
                }
            }
            if (score <= into.scoreFloor()) {
                return;
            }
            float centreX = (row[0] + gridX) * stride;
            float centreY = (row[1] + gridY) * stride;
            float halfWidth = (float) Math.exp(row[2]) * stride / 2;
            float halfHeight = (float) Math.exp(row[3]) * stride / 2;
            into.add(centreX - halfWidth, centreY - halfHeight, centreX + halfWidth, centreY + halfHeight, score, best);
        }
    }
}
