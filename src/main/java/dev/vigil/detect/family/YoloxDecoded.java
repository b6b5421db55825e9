package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.family.RowsDecoder.Score;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;

/**
 * One row for each cell with objectness, decoded: one output (batch, cells, 5 + classes), centre and size in pixels of the input.
 * It has the same shape as {@link Yolox}, so that only a name or {@code family:} tells the two apart.
 *
 * <ul>
 *   <li>{@code yolox-decoded}: YOLOX exported with {@code --decode_in_inference} (Megvii-BaseDetection/YOLOX,
 *       yolox/models/yolo_head.py, decode_outputs)
 *   <li>{@code yolov6}: YOLOv6, whose output is named {@code outputs}; its objectness is 1 (meituan/YOLOv6,
 *       yolov6/models/effidehead.py, Detect, and deploy/ONNX/export_onnx.py)
 * </ul>
 */
final class YoloxDecoded implements Family {
    static final String YOLOV6_OUTPUT = "outputs";

    private static final int FIRST_CLASS = 5;

    private final boolean six;

    /** @param six whether it is YOLOv6 */
    YoloxDecoded(boolean six) {
        this.six = six;
    }

    @Override
    public String id() {
        return six ? "yolov6" : "yolox-decoded";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return six
                ? ModelDescription.Input.usualUnit(Color.RGB, Resize.LETTERBOX, 114)
                : new Yolox().inputDefaults(model);
    }

    @Override
    public Fit fit(ModelInfo model) {
        try {
            TensorInfo output = output(model);
            String why = "cells with objectness and " + (output.shape()[2] - FIRST_CLASS) + " classes, decoded already";
            return six && output.name().equals(YOLOV6_OUTPUT)
                    ? Fit.yes(why + ", by the output's name " + YOLOV6_OUTPUT)
                    : Fit.possible(why);
        } catch (ModelException e) {
            return Fit.no(e.getMessage());
        }
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        TensorInfo output = output(model);
        int columns = Math.toIntExact(output.shape()[2]);
        return new RowsDecoder(
                model.outputs().indexOf(output),
                columns,
                Score.OBJECTNESS_TIMES_CLASS,
                columns - FIRST_CLASS,
                Keypoints.NONE,
                BoxUnits.pixels());
    }

    /** @throws ModelException whose message is why it does not fit */
    private static TensorInfo output(ModelInfo model) throws ModelException {
        if (Ultralytics.of(model).tellsTask()) {
            throw new ModelException("it was exported by the package ultralytics, whose models have no objectness");
        }
        TensorInfo output = Tables.only(model);
        int widthPx = model.widthPx();
        int heightPx = model.heightPx();
        long rows = output.shape()[1];
        if (rows >= 0 && rows != Grid.THREE_LEVELS.cells(widthPx, heightPx)) {
            throw new ModelException(Grid.wanted(1, widthPx, heightPx) + ", not " + rows);
        }
        if (output.shape()[2] <= FIRST_CLASS) {
            throw new ModelException("the last dimension of the output is not 5 + classes");
        }
        return output;
    }
}
