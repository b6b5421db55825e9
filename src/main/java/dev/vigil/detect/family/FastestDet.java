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
 * FastestDet (the dog-qiuqiu/FastestDet repository): one output (batch, 5 + classes, rows, columns) over a single grid of stride
 * 16. In a cell: objectness, x, y, w, h raw, classes (sigmoid and softmax applied to the first and the last).
 *
 * <p>{@code xy = (tanh(raw) + grid) / cells}, {@code wh = sigmoid(raw)}, in 0..1 of the input;
 * {@code score = objectness^0.6 * class^0.4} of the best class, the first of equals (example/onnx-runtime/runtime.py; older
 * versions of that file have the product without the powers). Its input is BGR in 0..1, stretched.
 */
final class FastestDet implements Family {
    private static final int STRIDE = 16;
    private static final int FIRST_CLASS = 5;

    @Override
    public String id() {
        return "fastestdet";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return ModelDescription.Input.usualUnit(Color.BGR, Resize.STRETCH, 0);
    }

    @Override
    public Fit fit(ModelInfo model) {
        if (model.outputs().size() != 1) {
            return Fit.no("wants a single output");
        }
        TensorInfo output = model.outputs().get(0);
        if (output.rank() != 4 || !Shapes.isFloat(output)) {
            return Fit.no("wants an output (batch, 5 + classes, rows, columns)");
        }
        long[] shape = output.shape();
        if (shape[1] <= FIRST_CLASS) {
            return Fit.no("the second dimension of the output is not 5 + classes");
        }
        try {
            int columns = Shapes.cells(model.widthPx(), STRIDE);
            int rows = Shapes.cells(model.heightPx(), STRIDE);
            return Shapes.mayBe(shape[2], rows) && Shapes.mayBe(shape[3], columns)
                    ? Fit.yes("one grid of " + rows + "x" + columns + " cells of stride 16, with objectness and "
                            + (shape[1] - FIRST_CLASS) + " classes")
                    : Fit.no("a grid of stride 16 has " + rows + "x" + columns + " cells, not " + shape[2] + "x"
                            + shape[3]);
        } catch (ModelException e) {
            return Fit.no(e.getMessage());
        }
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        return new Decoder(
                Math.toIntExact(model.outputs().get(0).shape()[1] - FIRST_CLASS), model.widthPx(), model.heightPx());
    }

    /** Looks at the objectness of every cell, and at the classes of those that can be above the threshold with it. */
    private static final class Decoder implements BoxDecoder {
        private final int classes;
        private final float widthPx;
        private final float heightPx;
        private final int columns;
        private final int cells;

        Decoder(int classes, int widthPx, int heightPx) {
            this.classes = classes;
            this.widthPx = widthPx;
            this.heightPx = heightPx;
            this.columns = Shapes.cells(widthPx, STRIDE);
            this.cells = columns * Shapes.cells(heightPx, STRIDE);
        }

        @Override
        public int classes() {
            return classes;
        }

        @Override
        public void decode(FloatBuffer[] outputs, Candidates into) {
            FloatBuffer output = outputs[0];
            for (int cell = 0; cell < cells; cell++) {
                // No class is above 1, so no score is above objectness^0.6.
                if (!(Math.pow(output.get(cell), 0.6) <= into.scoreFloor())) {
                    decodeCell(output, cell, into);
                }
            }
        }

        private void decodeCell(FloatBuffer output, int cell, Candidates into) {
            int best = 0;
            float highest = output.get(FIRST_CLASS * cells + cell);
            for (int c = 1; c < classes; c++) {
                float other = output.get((FIRST_CLASS + c) * cells + cell);
                // Written so that a NaN, once there, stays, as in numpy's argmax.
                if (!(other <= highest) && !Float.isNaN(highest)) {
                    highest = other;
                    best = c;
                }
            }
            float score = (float) (Math.pow(output.get(cell), 0.6) * Math.pow(highest, 0.4));
            if (score <= into.scoreFloor()) {
                return;
            }
            double centreX = (Math.tanh(output.get(cells + cell)) + cell % columns) / columns * widthPx;
            double centreY = (Math.tanh(output.get(2 * cells + cell)) + cell / columns) / (cells / columns) * heightPx;
            double halfWidth = sigmoid(output.get(3 * cells + cell)) * widthPx / 2;
            double halfHeight = sigmoid(output.get(4 * cells + cell)) * heightPx / 2;
            into.add(
                    (float) (centreX - halfWidth),
                    (float) (centreY - halfHeight),
                    (float) (centreX + halfWidth),
                    (float) (centreY + halfHeight),
                    score,
                    best);
        }

        private static double sigmoid(double value) {
            return 1 / (1 + Math.exp(-value));
        }
    }
}
