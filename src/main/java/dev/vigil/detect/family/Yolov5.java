package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Suppression;
import dev.vigil.detect.family.RowsDecoder.Score;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;
import java.util.Optional;

/**
 * YOLOv5 and v7 with their grid: one output (batch, 3 for each cell, 5 + classes): centre and size in pixels of the input,
 * objectness, and each class's score, sigmoid applied; weights of masks may follow, and are left aside (ultralytics/yolov5,
 * models/yolo.py, Detect, and utils/general.py, non_max_suppression). The raw heads may be outputs as well. Where there are but
 * these, as without {@code --grid}, {@link YoloHeads} reads them.
 *
 * <p>{@code yolov7} differs for a single class, whose score is the objectness alone, because the class was never trained; and it
 * has an export with NMS inside (WongKinYiu/yolov7, models/experimental.py, ONNX_ORT and ONNX_TRT, and utils/general.py).
 */
final class Yolov5 implements Family {
    private static final int FIRST_CLASS = 5;
    private static final int ANCHORS = 3;

    private final boolean seven;
    private final YoloHeads heads;

    /** @param seven whether it is YOLOv7 */
    Yolov5(boolean seven) {
        this.seven = seven;
        this.heads = new YoloHeads(seven ? YoloKind.V7 : YoloKind.V5);
    }

    private record Form(TensorInfo output, int columns, int classes, Fit fit) {}

    @Override
    public String id() {
        return seven ? "yolov7" : "yolov5";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return ModelDescription.Input.usualUnit(Color.RGB, Resize.LETTERBOX, 114);
    }

    @Override
    public Suppression suppression(ModelInfo model) {
        return seven && Suppressed.fits(Suppressed.Kind.YOLOV7, model) ? Suppression.END_TO_END : Suppression.USUAL;
    }

    @Override
    public Fit fit(ModelInfo model) {
        if (seven && Suppressed.fits(Suppressed.Kind.YOLOV7, model)) {
            return Suppressed.fit(Suppressed.Kind.YOLOV7, model);
        }
        try {
            refuse(Ultralytics.of(model));
            return YoloHeads.looksRaw(model) ? heads.fit(model) : form(model).fit;
        } catch (ModelException e) {
            return Fit.no(e.getMessage());
        }
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        if (seven && Suppressed.fits(Suppressed.Kind.YOLOV7, model)) {
            return Suppressed.decoder(Suppressed.Kind.YOLOV7, model);
        }
        if (YoloHeads.looksRaw(model)) {
            return heads.newDecoder(model);
        }
        Form form = form(model);
        return new RowsDecoder(
                model.outputs().indexOf(form.output),
                form.columns,
                seven && form.classes == 1 ? Score.OBJECTNESS : Score.OBJECTNESS_TIMES_CLASS,
                form.classes,
                Keypoints.NONE,
                BoxUnits.of(model));
    }

    /** @throws ModelException whose message is why it does not fit */
    private Form form(ModelInfo model) throws ModelException {
        TensorInfo output = Tables.only(model);
        long[] shape = output.shape();
        int widthPx = model.widthPx();
        int heightPx = model.heightPx();
        Optional<Grid> grid = Grid.of(shape[1], ANCHORS, widthPx, heightPx);
        if (grid.isEmpty() && shape[1] >= 0) {
            throw new ModelException(
                    shape[1] + " rows are not what is wanted: " + Grid.wanted(ANCHORS, widthPx, heightPx));
        }
        int columns = Math.toIntExact(shape[2]);
        int classes = columns - FIRST_CLASS - Tables.masks(model);
        if (classes < 1) {
            throw new ModelException("the last dimension of the output is not 5 + classes");
        }
        String why = classes + (classes == 1 ? " class" : " classes") + " with objectness, "
                + (grid.isEmpty()
                        ? "in rows whose number is open"
                        : "three to a cell of " + grid.get() + " of an input of " + widthPx + "x" + heightPx);
        return new Form(output, columns, classes, fit(Ultralytics.of(model), grid.isPresent(), classes, why));
    }

    private static void refuse(Ultralytics told) throws ModelException {
        if (told.tellsTask()) {
            throw new ModelException("it was exported by the package ultralytics, whose models have no objectness");
        }
    }

    private Fit fit(Ultralytics told, boolean known, int classes, String why) {
        if (told.classes() >= 0 && told.classes() != classes) {
            return Fit.possible(why + "; but the names in the metadata are " + told.classes());
        }
        if (seven) {
            return Fit.possible(why + (classes == 1 ? ", whose own score does not count" : "; read like yolov5"));
        }
        if (told.classes() >= 0) {
            return Fit.certain(why + ", as many as the metadata name");
        }
        return known ? Fit.yes(why) : Fit.possible(why);
    }
}
