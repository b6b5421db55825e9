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
import java.util.stream.IntStream;

/**
 * PicoDet or PP-YOLOE, as PaddleDetection's tools/export_model.py and Paddle2ONNX write them. Three forms:
 *
 * <ul>
 *   <li>rows (objects, 6) of class, score, x1, y1, x2, y2 in pixels, and how many there are: with its NMS inside
 *       ({@code post_process} of ppdet/modeling/heads/pico_head.py and ppyoloe_head.py); rows of class -1 are none
 *   <li>boxes (batch, cells, 4) in pixels and scores (batch, classes, cells): {@code export.nms: False}
 *   <li>PicoDet only: eight outputs, classes (batch, cells, classes) and distances (batch, cells, 32) of strides 8, 16, 32 and
 *       64: {@code export.post_process: False}; centres are in the middle of cells ({@code cell_offset: 0.5})
 * </ul>
 *
 * <p>PicoDet's input is as configs/picodet/_base_/picodet_320_reader.yml has it; PP-YOLOE+'s as
 * configs/ppyoloe/_base_/ppyoloe_plus_reader.yml has it, in 0..1 without mean and deviation.
 */
final class Paddle implements Family {
    private static final int ROW = 6;
    private static final int CORNERS = 4;
    private static final int[] PICODET_STRIDES = {8, 16, 32, 64};
    private static final int[] YOLOE_STRIDES = {8, 16, 32};
    private static final float MIDDLE = 0.5f;
    /** How Paddle names what its graphs give. */
    private static final String SCORES_NAME = "save_infer_model/scale_";

    private static final int YOLOE_SIDE_PX = 640;

    private final boolean yoloe;

    Paddle(boolean yoloe) {
        this.yoloe = yoloe;
    }

    @Override
    public String id() {
        return yoloe ? "pp-yoloe" : "picodet";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return yoloe
                ? ModelDescription.Input.usualUnit(Color.RGB, Resize.STRETCH, 0)
                : ModelDescription.Input.usualImageNet(Resize.STRETCH, 0);
    }

    @Override
    public Suppression suppression(ModelInfo model) {
        return rows(model) >= 0
                ? Suppression.END_TO_END
                : new Suppression(Suppression.Kind.BY_CLASS, yoloe ? 0.7f : 0.6f);
    }

    @Override
    public Fit fit(ModelInfo model) {
        if (rows(model) >= 0) {
            return fitRows(model);
        }
        List<TensorInfo> outputs = model.outputs();
        if (outputs.size() == 2 && boxes(model) >= 0) {
            return fitBoxes(model);
        }
        if (yoloe) {
            return Fit.no(
                    "wants rows of 6 and their number, or boxes (batch, cells, 4) and scores (batch, classes, cells)");
        }
        SplitGrids split = SplitGrids.of(model, SCORES_NAME, SCORES_NAME);
        if (split == null || split.levels().size() != PICODET_STRIDES.length) {
            return Fit.no(
                    "wants rows of 6 and their number, boxes (batch, cells, 4) and scores (batch, classes, cells), or"
                            + " classes and distances of strides 8, 16, 32, 64");
        }
        boolean paddle = outputs.stream()
                .allMatch(output ->
                        output.name().contains(".tmp_") || output.name().startsWith(SCORES_NAME));
        return paddle ? Fit.certain("names as Paddle gives them; " + split) : Fit.yes(split.toString());
    }

    private Fit fitRows(ModelInfo model) {
        boolean scaled = model.inputs().stream().anyMatch(input -> input.name().equals("scale_factor"));
        boolean shaped = model.inputs().stream().anyMatch(input -> input.name().equals("im_shape"));
        String why = "rows of class, score and corners, and their number";
        if (!scaled || shaped) {
            return Fit.possible(why + ", though inputs are not those of " + id());
        }
        long side = Shapes.side(model);
        why += ", of an input of " + side;
        return (side == YOLOE_SIDE_PX || yoloe) ? Fit.possible(why) : Fit.yes(why);
    }

    private Fit fitBoxes(ModelInfo model) {
        int boxes = boxes(model);
        TensorInfo scores = model.outputs().get(1 - boxes);
        long cells = model.outputs().get(boxes).shape()[1];
        int[] strides = yoloe ? YOLOE_STRIDES : PICODET_STRIDES;
        String why = "boxes and " + scores.shape()[1] + " classes of " + Shapes.cells(model, strides)
                + " cells of strides 8 to " + strides[strides.length - 1];
        return Shapes.mayBe(cells, Shapes.cells(model, strides))
                ? cells < 0 ? Fit.possible(why) : Fit.yes(why)
                : Fit.no("strides 8 to " + strides[strides.length - 1] + " make " + Shapes.cells(model, strides)
                        + " cells, not " + cells);
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        int rows = rows(model);
        if (rows >= 0) {
            return new FinishedBoxes.Builder()
                    .classId(rows, 0, ROW, 0)
                    .score(rows, 1, ROW)
                    .corners(rows, 2, ROW)
                    .count(1 - rows)
                    .build();
        }
        int boxes = boxes(model);
        if (boxes >= 0) {
            return new ByClass(
                    boxes,
                    Math.toIntExact(model.outputs().get(1 - boxes).shape()[1]),
                    Math.toIntExact(Shapes.cells(model, yoloe ? YOLOE_STRIDES : PICODET_STRIDES)));
        }
        return SplitGrids.of(model, SCORES_NAME, SCORES_NAME).decoder(model, MIDDLE);
    }

    /** The output of rows; -1 when it is not that form. */
    private static int rows(ModelInfo model) {
        if (model.outputs().size() != 2) {
            return -1;
        }
        return IntStream.range(0, 2)
                .filter(i -> {
                    TensorInfo rows = model.outputs().get(i);
                    TensorInfo count = model.outputs().get(1 - i);
                    return rows.rank() == 2
                            && Shapes.isFloat(rows)
                            && Shapes.mayBe(Shapes.last(rows), ROW)
                            && Shapes.isWhole(count)
                            && count.rank() <= 1;
                })
                .findFirst()
                .orElse(-1);
    }

    /** The output of boxes beside scores of the same cells; -1 when it is not that form. */
    private static int boxes(ModelInfo model) {
        if (model.outputs().size() != 2) {
            return -1;
        }
        return IntStream.range(0, 2)
                .filter(i -> {
                    TensorInfo boxes = model.outputs().get(i);
                    TensorInfo scores = model.outputs().get(1 - i);
                    return boxes.rank() == 3
                            && scores.rank() == 3
                            && Shapes.isFloat(boxes)
                            && Shapes.isFloat(scores)
                            && Shapes.last(boxes) == CORNERS
                            && scores.shape()[1] > 0
                            && scores.shape()[2] == boxes.shape()[1];
                })
                .findFirst()
                .orElse(-1);
    }

    /** Scores come class by class. */
    private static final class ByClass implements BoxDecoder {
        private final int boxesOutput;
        private final int classes;
        private final int cells;
        private final ScoreScan scan = new ScoreScan();

        ByClass(int boxesOutput, int classes, int cells) {
            this.boxesOutput = boxesOutput;
            this.classes = classes;
            this.cells = cells;
        }

        @Override
        public int classes() {
            return classes;
        }

        @Override
        public void decode(FloatBuffer[] outputs, Candidates into) {
            FloatBuffer boxes = outputs[boxesOutput];
            FloatBuffer scores = outputs[1 - boxesOutput];
            scan.start(scores, 0, classes * cells);
            for (int at = scan.next(into.scoreFloor()); at >= 0; at = scan.next(into.scoreFloor())) {
                int classId = at / cells;
                int box = CORNERS * (at - classId * cells);
                into.add(
                        boxes.get(box),
                        boxes.get(box + 1),
                        boxes.get(box + 2),
                        boxes.get(box + 3),
                        scores.get(at),
                        classId);
            }
        }
    }
}
