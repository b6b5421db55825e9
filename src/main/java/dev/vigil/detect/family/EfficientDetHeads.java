package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Candidates;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.family.AnchorCodes.Anchors;
import dev.vigil.frame.TensorInfo;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * EfficientDet's network without what comes after it: for each of the strides 8 to 128 classes (batch, rows, columns, 9·classes),
 * which still lack their sigmoid, and boxes (batch, rows, columns, 36) over 9 anchors to a cell, in any order. So google/automl
 * returns them (efficientdet/tf2/efficientdet_keras.py, {@code EfficientDetNet.call}), and with the channels first
 * rwightman/efficientdet-pytorch (effdet/efficientdet.py).
 *
 * <p>Anchors are those of automl's efficientdet/tf2/anchors.py: a cell is as large as the input divided by the grid, and a ratio of
 * 2 is √2 to 1/√2; effdet has 1.4 to 0.7 for it. Lite0, 1 and 2 are told by the size of their input: their anchors are 3 cells
 * large instead of 4 (efficientdet/hparams_config.py). An anchor makes one box, of its best class, as in {@code pre_nms} of
 * efficientdet/tf2/postprocess.py.
 *
 * @param classes outputs by rising stride
 * @param boxes outputs by rising stride
 * @param named whether names say which are which
 */
record EfficientDetHeads(int[] classes, int[] boxes, int columns, boolean channelsFirst, boolean named) {
    private static final int LEVELS = 5;
    private static final int ANCHORS = 9;
    private static final int CODES = 4;
    /** Sides of Lite0, 1 and 2. */
    private static final List<Integer> LITE_PX = List.of(320, 384, 448);

    private static final double ANCHOR_SCALE = 4;
    private static final double LITE_ANCHOR_SCALE = 3;

    /** The heads of a model; null when it has none. */
    static EfficientDetHeads of(ModelInfo model) {
        List<TensorInfo> outputs = model.outputs();
        if (outputs.size() != 2 * LEVELS
                || !outputs.stream().allMatch(output -> output.rank() == 4 && Shapes.isFloat(output))) {
            return null;
        }
        EfficientDetHeads channelsLast = find(model, false);
        return channelsLast != null ? channelsLast : find(model, true);
    }

    private static EfficientDetHeads find(ModelInfo model, boolean channelsFirst) {
        List<TensorInfo> outputs = model.outputs();
        int channelsAt = channelsFirst ? 1 : 3;
        List<Integer> classes = indices(outputs, "class");
        List<Integer> boxes = indices(outputs, "box");
        boolean named = classes.size() == LEVELS && boxes.size() == LEVELS;
        if (!named) {
            boxes = IntStream.range(0, outputs.size())
                    .filter(i -> outputs.get(i).shape()[channelsAt] == ANCHORS * CODES)
                    .boxed()
                    .toList();
            // With four classes all have as many channels; classes come first then.
            boxes = boxes.subList(Math.max(0, boxes.size() - LEVELS), boxes.size());
            List<Integer> ofBoxes = boxes;
            classes = IntStream.range(0, outputs.size())
                    .filter(i -> !ofBoxes.contains(i))
                    .boxed()
                    .toList();
        }
        if (boxes.size() != LEVELS) {
            return null;
        }
        int[] classesByStride = byStride(model, classes, channelsFirst);
        int[] boxesByStride = byStride(model, boxes, channelsFirst);
        long channels = outputs.get(classesByStride[0]).shape()[channelsAt];
        boolean fits = channels >= ANCHORS
                && channels % ANCHORS == 0
                && IntStream.range(0, LEVELS)
                        .allMatch(level -> isGrid(model, outputs.get(classesByStride[level]), level, channelsFirst)
                                && isGrid(model, outputs.get(boxesByStride[level]), level, channelsFirst)
                                && outputs.get(classesByStride[level]).shape()[channelsAt] == channels
                                && outputs.get(boxesByStride[level]).shape()[channelsAt] == ANCHORS * CODES);
        return fits
                ? new EfficientDetHeads(
                        classesByStride, boxesByStride, Math.toIntExact(channels / ANCHORS), channelsFirst, named)
                : null;
    }

    private static List<Integer> indices(List<TensorInfo> outputs, String word) {
        return IntStream.range(0, outputs.size())
                .filter(i -> Shapes.plain(outputs.get(i).name()).contains(word))
                .boxed()
                .toList();
    }

    private static int[] byStride(ModelInfo model, List<Integer> outputs, boolean channelsFirst) {
        int rowsAt = channelsFirst ? 2 : 1;
        return outputs.stream()
                .sorted(Comparator.comparing(
                        (Integer i) -> -model.outputs().get(i).shape()[rowsAt]))
                .mapToInt(i -> i)
                .toArray();
    }

    private static boolean isGrid(ModelInfo model, TensorInfo output, int level, boolean channelsFirst) {
        int rowsAt = channelsFirst ? 2 : 1;
        try {
            return output.shape()[rowsAt] == Shapes.cells(model.heightPx(), stride(level))
                    && output.shape()[rowsAt + 1] == Shapes.cells(model.widthPx(), stride(level));
        } catch (ModelException e) {
            return false;
        }
    }

    private static int stride(int level) {
        return 8 << level;
    }

    /** Whether it has the size of EfficientDet-Lite0, 1 or 2, which want their input and anchors otherwise. */
    static boolean isLite(ModelInfo model) {
        try {
            return model.widthPx() == model.heightPx() && LITE_PX.contains(model.widthPx());
        } catch (ModelException e) {
            return false;
        }
    }

    String why() {
        return "heads of " + columns + " classes and boxes over 9 anchors in each cell of strides 8 to 128";
    }

    BoxDecoder decoder(ModelInfo model) throws ModelException {
        AnchorCodes.Coding coding = new AnchorCodes.Coding(1, 1, 0, true, true, false);
        List<BoxDecoder> levels = new ArrayList<>();
        for (int level = 0; level < LEVELS; level++) {
            levels.add(new AnchorCodes(
                    anchors(model, level),
                    coding,
                    boxes[level],
                    classes[level],
                    columns,
                    channelsFirst ? ANCHORS : AnchorCodes.ROWS,
                    model.widthPx(),
                    model.heightPx()));
        }
        return new Decoder(List.copyOf(levels), columns);
    }

    /** Row by row, cell by cell; in a cell by scale, then by ratio. */
    private Anchors anchors(ModelInfo model, int level) throws ModelException {
        int columnCount = Shapes.cells(model.widthPx(), stride(level));
        int rowCount = Shapes.cells(model.heightPx(), stride(level));
        return EfficientDet.anchors(
                columnCount,
                rowCount,
                (double) model.widthPx() / columnCount,
                (double) model.heightPx() / rowCount,
                isLite(model) ? LITE_ANCHOR_SCALE : ANCHOR_SCALE,
                channelsFirst ? EfficientDet.RATIOS : EfficientDet.ROOT_RATIOS);
    }

    private record Decoder(List<BoxDecoder> levels, int classes) implements BoxDecoder {
        @Override
        public void decode(FloatBuffer[] outputs, Candidates into) {
            for (int i = 0; i < levels.size(); i++) {
                levels.get(i).decode(outputs, into);
            }
        }
    }
}
