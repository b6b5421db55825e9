package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Suppression;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * RetinaNet with its raw heads, as NVIDIA/retinanet-examples exports it and the ONNX zoo has it: for each of the strides 8 to
 * 128 classes (batch, 9·classes, rows, columns), sigmoid applied, and boxes (batch, 36, rows, columns), all classes first.
 *
 * <p>Anchors are those of {@code generate_anchors}, boxes those of {@code delta2box} with its sides that count their last
 * pixel, and each class of an anchor makes a box of its own, as in {@code decode} (retinanet/box.py, before rotated boxes came;
 * the zoo's model is of that time).
 */
final class RetinaNet implements Family {
    private static final int[] STRIDES = {8, 16, 32, 64, 128};
    private static final int ANCHORS = 9;
    private static final int DELTAS = 4;
    private static final double[] RATIOS = {1, 2, 0.5};
    private static final int SCALES = 3;

    @Override
    public String id() {
        return "retinanet";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return ModelDescription.Input.usualImageNet(Resize.LETTERBOX_TOP_LEFT, 124, 116, 104);
    }

    @Override
    public Suppression suppression(ModelInfo model) {
        return new Suppression(Suppression.Kind.BY_CLASS, 0.5f);
    }

    @Override
    public Fit fit(ModelInfo model) {
        List<TensorInfo> outputs = model.outputs();
        int levels = STRIDES.length;
        if (outputs.size() != 2 * levels
                || !outputs.stream().allMatch(output -> output.rank() == 4 && Shapes.isFloat(output))) {
            return Fit.no("wants classes and boxes (batch, 9·classes or 36, rows, columns) of strides 8 to 128");
        }
        long channels = outputs.get(0).shape()[1];
        if (channels < ANCHORS || channels % ANCHORS != 0) {
            return Fit.no("the first output has " + channels + " channels, which are not 9·classes");
        }
        for (int level = 0; level < levels; level++) {
            TensorInfo scores = outputs.get(level);
            TensorInfo deltas = outputs.get(levels + level);
            if (scores.shape()[1] != channels || deltas.shape()[1] != (long) ANCHORS * DELTAS) {
                return Fit.no("wants five outputs of classes and then five of 36 channels");
            }
            if (!isGrid(model, scores, STRIDES[level]) || !isGrid(model, deltas, STRIDES[level])) {
                return Fit.no(scores.name() + " and " + deltas.name() + " are no grids of stride " + STRIDES[level]);
            }
        }
        return Fit.yes("heads of " + channels / ANCHORS
                + " classes and boxes over 9 anchors in each cell of strides 8 to 128");
    }

    private static boolean isGrid(ModelInfo model, TensorInfo output, int stride) {
        try {
            return Shapes.mayBe(output.shape()[2], Shapes.cells(model.heightPx(), stride))
                    && Shapes.mayBe(output.shape()[3], Shapes.cells(model.widthPx(), stride));
        } catch (ModelException e) {
            return false;
        }
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        int classes = Math.toIntExact(model.outputs().get(0).shape()[1]) / ANCHORS;
        List<Level> levels = new ArrayList<>();
        for (int i : IntStream.range(0, STRIDES.length).toArray()) {
            levels.add(new Level(
                    STRIDES[i],
                    Shapes.cells(model.widthPx(), STRIDES[i]),
                    Shapes.cells(model.heightPx(), STRIDES[i]),
                    anchors(STRIDES[i])));
        }
        return new Decoder(levels, classes);
    }

    /** x1, y1, x2, y2 of the nine anchors of the cell at 0, 0, by scale and then by ratio; rounded halves are even. */
    static float[][] anchors(int stride) {
        float[][] anchors = new float[ANCHORS][];
        for (int scale = 0; scale < SCALES; scale++) {
            for (int ratio = 0; ratio < RATIOS.length; ratio++) {
                double width = Math.rint(Math.sqrt(stride * stride / RATIOS[ratio]));
                double height = Math.rint(width * RATIOS[ratio]);
                double factor = 4 * Math.pow(2, scale / (double) SCALES);
                anchors[scale * RATIOS.length + ratio] = new float[] {
                    (float) (0.5 * (stride - width * factor)),
                    (float) (0.5 * (stride - height * factor)),
                    (float) (0.5 * (stride + width * factor) - 1),
                    (float) (0.5 * (stride + height * factor) - 1)
                };
            }
        }
        return anchors;
    }

    private record Level(int stride, int columns, int rows, float[][] anchors) {}

    /** Looks at every score. */
    private static final class Decoder implements BoxDecoder {
        private final List<Level> levels;
        private final int classes;
        private final ScoreScan scan = new ScoreScan();

        Decoder(List<Level> levels, int classes) {
            this.levels = List.copyOf(levels);
            this.classes = classes;
        }

        @Override
        public int classes() {
            return classes;
        }

        @Override
        public void decode(FloatBuffer[] outputs, Candidates into) {
            for (int i = 0; i < levels.size(); i++) {
                decode(levels.get(i), outputs[i], outputs[levels.size() + i], into);
            }
        }

        private void decode(Level level, FloatBuffer scores, FloatBuffer deltas, Candidates into) {
            int cells = level.columns * level.rows;
            scan.start(scores, 0, ANCHORS * classes * cells);
            for (int at = scan.next(into.scoreFloor()); at >= 0; at = scan.next(into.scoreFloor())) {
                int cell = at % cells;
                int classId = at / cells % classes;
                int anchor = at / cells / classes;
                add(
                        level,
                        cell,
                        level.anchors[anchor],
                        deltas,
                        anchor * DELTAS * cells + cell,
                        scores.get(at),
                        classId,
                        into);
            }
        }

        private static void add(
                Level level,
                int cell,
                float[] anchor,
                FloatBuffer deltas,
                int at,
                float score,
                int classId,
                Candidates into) {
            int cells = level.columns * level.rows;
            float width = anchor[2] - anchor[0] + 1;
            float height = anchor[3] - anchor[1] + 1;
            float x = anchor[0] + cell % level.columns * level.stride + 0.5f * width + deltas.get(at) * width;
            float y = anchor[1] + cell / level.columns * level.stride + 0.5f * height + deltas.get(at + cells) * height;
            float halfWidth = 0.5f * (float) Math.exp(deltas.get(at + 2 * cells)) * width;
            float halfHeight = 0.5f * (float) Math.exp(deltas.get(at + 3 * cells)) * height;
            float xMax = level.columns * level.stride - 1;
            float yMax = level.rows * level.stride - 1;
            into.add(
                    held(x - halfWidth, xMax),
                    held(y - halfHeight, yMax),
                    held(x + halfWidth - 1, xMax),
                    held(y + halfHeight - 1, yMax),
                    score,
                    classId);
        }

        /** NaN stays NaN. */
        private static float held(float value, float max) {
            return Math.min(Math.max(value, 0), max);
        }
    }
}
