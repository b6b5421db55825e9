package dev.vigil.detect.family;

import static dev.vigil.detect.family.DistanceGrids.distances;

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
import java.util.Arrays;
import java.util.List;

/**
 * NanoDet or NanoDet-Plus (the RangiLyu/nanodet repository). Two layouts of the same values:
 *
 * <ul>
 *   <li>one output (batch, cells of all strides, classes + 4·bins): {@code _forward_onnx} of nanodet/model/head/gfl_head.py and
 *       nanodet_plus_head.py, with the names {@code data} and {@code output} of tools/export_onnx.py
 *   <li>an output (batch, cells, classes) and one (batch, cells, 4·bins) for each stride, {@code cls_pred_stride_8},
 *       {@code dis_pred_stride_8} and so on: older exports ({@code generate_ouput_names} of the same file)
 * </ul>
 *
 * <p>NanoDet has strides 8, 16, 32 and centres in the middle of cells ({@code get_single_level_center_point} of gfl_head.py),
 * NanoDet-Plus strides up to 64 and centres in the corner ({@code get_single_level_center_priors} of nanodet_plus_head.py).
 * There are 8 bins ({@code reg_max: 7}); for 124 columns 11, since those are the 80 classes of the EfficientNet-Lite and RepVGG
 * models with {@code reg_max: 10}.
 *
 * <p>Inputs are as config/legacy_v0.x_configs/nanodet-m.yml and config/nanodet-plus-m_320.yml have them: one keeps the aspect,
 * the other does not.
 */
final class NanoDet implements Family {
    private static final String SCORES_NAME = "cls_pred_stride_";
    private static final String DISTANCES_NAME = "dis_pred_stride_";
    private static final int[] STRIDES = {8, 16, 32};
    private static final int[] PLUS_STRIDES = {8, 16, 32, 64};
    private static final int BINS = 8;
    private static final int BIG_BINS = 11;
    private static final int BIG_COLUMNS = 80 + 4 * BIG_BINS;
    /** What YOLOX and this one may both have. */
    private static final int COCO_COLUMNS = 80 + 4 * BINS;

    private final boolean plus;

    NanoDet(boolean plus) {
        this.plus = plus;
    }

    @Override
    public String id() {
        return plus ? "nanodet-plus" : "nanodet";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return ModelDescription.Input.usual(
                Color.BGR,
                new float[] {103.53f, 116.28f, 123.675f},
                new float[] {57.375f, 57.12f, 58.395f},
                plus ? Resize.STRETCH : Resize.LETTERBOX,
                0);
    }

    @Override
    public Suppression suppression(ModelInfo model) {
        return new Suppression(Suppression.Kind.BY_CLASS, 0.6f);
    }

    @Override
    public Fit fit(ModelInfo model) {
        return model.outputs().size() == 1 ? fitWhole(model) : fitSplit(model);
    }

    private Fit fitWhole(ModelInfo model) {
        TensorInfo output = model.outputs().get(0);
        if (output.rank() != 3 || !Shapes.isFloat(output)) {
            return Fit.no("wants an output (batch, cells, classes + " + distances(BINS) + ")");
        }
        if (output.shape()[2] <= distances(BINS)) {
            return Fit.no("the last dimension of the output is not classes + " + distances(BINS));
        }
        int[] strides = strides(model, output.shape()[1]);
        if (strides == null) {
            return Fit.no("strides " + Arrays.toString(PLUS_STRIDES) + " of the input do not make " + output.shape()[1]
                    + " cells");
        }
        int bins = bins(output.shape()[2]);
        String why = "cells of strides " + Arrays.toString(strides) + " with " + (output.shape()[2] - distances(bins))
                + " classes and 4 distances of " + bins + " values";
        boolean three = strides.length == STRIDES.length;
        if (three == plus) {
            return three
                    ? Fit.possible(why + ", which NanoDet has rather than NanoDet-Plus")
                    : Fit.no("strides " + Arrays.toString(strides) + " are NanoDet-Plus's");
        }
        String input = model.inputs().get(0).name();
        if (input.equals("data") && output.name().equals("output")) {
            return Fit.certain("data and output are its names; " + why);
        }
        // YOLOX has as many cells in three strides, and a file may leave them open.
        boolean doubtful = output.shape()[1] < 0 || three && (input.equals("images") || !isUsual(output.shape()[2]));
        return doubtful ? Fit.possible(why) : Fit.yes(why);
    }

    private static boolean isUsual(long columns) {
        return columns == COCO_COLUMNS || columns == BIG_COLUMNS;
    }

    private Fit fitSplit(ModelInfo model) {
        if (model.outputs().isEmpty()) {
            return Fit.no("wants an output");
        }
        SplitGrids split = SplitGrids.of(model, SCORES_NAME, DISTANCES_NAME);
        if (split == null) {
            return Fit.no("wants a single output, or classes and distances of each stride");
        }
        String why = split.toString();
        boolean three = split.levels().size() == STRIDES.length;
        if (three == plus) {
            return three
                    ? Fit.possible(why + ", which NanoDet has rather than NanoDet-Plus")
                    : Fit.no(why + ": those are NanoDet-Plus's");
        }
        if (split.named()) {
            return Fit.certain(SCORES_NAME + " is its name; " + why);
        }
        return plus ? Fit.possible(why) : Fit.yes(why);
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        float cellOffset = plus ? 0 : 0.5f;
        if (model.outputs().size() > 1) {
            return SplitGrids.of(model, SCORES_NAME, DISTANCES_NAME).decoder(model, cellOffset);
        }
        TensorInfo output = model.outputs().get(0);
        int columns = Math.toIntExact(output.shape()[2]);
        int bins = bins(columns);
        int classes = columns - distances(bins);
        List<DistanceGrids.Grid> grids = new ArrayList<>();
        int at = 0;
        for (int stride : strides(model, output.shape()[1])) {
            int gridColumns = Shapes.cells(model.widthPx(), stride);
            int gridRows = Shapes.cells(model.heightPx(), stride);
            grids.add(new DistanceGrids.Grid(stride, gridColumns, gridRows, 0, at, columns, 0, at + classes, columns));
            at += gridColumns * gridRows * columns;
        }
        return new DistanceGrids(grids, classes, bins, cellOffset, model.widthPx(), model.heightPx());
    }

    private static int bins(long columns) {
        return columns == BIG_COLUMNS ? BIG_BINS : BINS;
    }

    /** Which strides make so many cells; where the file leaves the cells open, this family's own. */
    private int[] strides(ModelInfo model, long cells) {
        if (cells < 0) {
            return plus ? PLUS_STRIDES : STRIDES;
        }
        if (cells == Shapes.cells(model, STRIDES)) {
            return STRIDES;
        }
        return cells == Shapes.cells(model, PLUS_STRIDES) ? PLUS_STRIDES : null;
    }
}
