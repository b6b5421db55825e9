package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;
import java.util.Optional;

/**
 * YOLOv8 and what has its head: v9, 11, 12, and the v3 and v5 with a {@code u}. One output (batch, 4 + classes, cells), or
 * transposed: centre and size in pixels of the input, and each class's score, sigmoid applied; no objectness
 * (ultralytics/ultralytics, ultralytics/nn/modules/head.py, Detect; ultralytics/utils/nms.py, non_max_suppression).
 *
 * <p>Of models that also make masks, the boxes are read; of those that find poses, the points too.
 */
final class Yolov8 implements Family {
    private static final int FIRST_CLASS = RowsDecoder.CORNERS;
    private static final int COCO_CLASSES = 80;
    /** The pose of a person as COCO has it. */
    private static final Keypoints COCO_POSE = new Keypoints(17, 3);

    private static final int COCO_POSE_ROWS = FIRST_CLASS + 1 + COCO_POSE.columns();

    private final boolean pose;

    /** @param pose whether it is the one for poses of persons in a file that does not say so */
    Yolov8(boolean pose) {
        this.pose = pose;
    }

    private record Form(
            TensorInfo output, int values, int cells, boolean transposed, int classes, Keypoints keypoints, Fit fit) {}

    @Override
    public String id() {
        return pose ? "yolov8-pose" : "yolov8";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return ModelDescription.Input.usualUnit(Color.RGB, Resize.LETTERBOX, 114);
    }

    @Override
    public Fit fit(ModelInfo model) {
        try {
            return form(model).fit;
        } catch (ModelException e) {
            return Fit.no(e.getMessage());
        }
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        Form form = form(model);
        int output = model.outputs().indexOf(form.output);
        return form.transposed
                ? new RowsDecoder(
                        output, form.values, RowsDecoder.Score.CLASS, form.classes, form.keypoints, BoxUnits.of(model))
                : new ColumnsDecoder(output, form.cells, form.classes, form.keypoints, BoxUnits.of(model));
    }

    /** @throws ModelException whose message is why it does not fit */
    private Form form(ModelInfo model) throws ModelException {
        Ultralytics told = Ultralytics.of(model);
        refuse(told);
        TensorInfo output = Tables.only(model);
        int widthPx = model.widthPx();
        int heightPx = model.heightPx();
        long[] shape = output.shape();
        Optional<Grid> columns = Grid.of(shape[2], 1, widthPx, heightPx).filter(Yolov8::isOfThisHead);
        Optional<Grid> rows = Grid.of(shape[1], 1, widthPx, heightPx).filter(Yolov8::isOfThisHead);
        // Cells may be left open, with the batch or the size of the input.
        boolean usual = columns.isPresent() || shape[2] < 0 && rows.isEmpty();
        if (!usual && rows.isEmpty() && shape[1] >= 0) {
            throw new ModelException("neither " + shape[1] + " nor " + shape[2] + " is a number of cells: "
                    + Grid.wanted(1, widthPx, heightPx));
        }
        long values = usual ? shape[1] : shape[2];
        Keypoints keypoints = keypoints(told, values);
        long masks = Tables.masks(model);
        long classes = values - FIRST_CLASS - keypoints.columns() - masks;
        if (classes < 1) {
            throw new ModelException(values + " values to a cell are too few for 4 corners and a class");
        }
        boolean both = columns.isPresent() && rows.isPresent();
        Grid grid = columns.or(() -> rows).orElse(Grid.THREE_LEVELS);
        int cells = grid.cells(widthPx, heightPx);
        if (cells < 0) {
            throw new ModelException(Grid.wanted(1, widthPx, heightPx));
        }
        String why = classes + (classes == 1 ? " class" : " classes") + " over " + cells + " cells of " + grid
                + " of an input of " + widthPx + "x" + heightPx + ", without objectness"
                + (usual ? "" : ", transposed")
                + (keypoints.count() > 0 ? ", and " + keypoints.count() + " points" : "");
        return new Form(
                output,
                (int) values,
                cells,
                !usual,
                (int) classes,
                keypoints,
                fit(told, usual, both, values, classes, why));
    }

    /** No model with this head has but two levels. */
    private static boolean isOfThisHead(Grid grid) {
        return grid.strides().length > 2;
    }

    private Fit fit(Ultralytics told, boolean usual, boolean both, long values, long classes, String why) {
        if (told.classes() >= 0 && told.classes() != classes) {
            return Fit.possible(why + "; but the names in the metadata are " + told.classes());
        }
        if (pose) {
            return Fit.possible(why);
        }
        if (told.tellsTask() || told.classes() >= 0) {
            return Fit.certain(why + ", as the metadata of ultralytics say");
        }
        boolean looksLikePose = values == COCO_POSE_ROWS;
        // What is transposed looks like YOLOX of one class less; only COCO's number of classes tells.
        boolean own = usual ? !both && !looksLikePose : classes == COCO_CLASSES;
        return own ? Fit.yes(why) : Fit.possible(why);
    }

    private void refuse(Ultralytics told) throws ModelException {
        told.checkTask();
        if (pose && told.tellsTask()) {
            throw new ModelException("the metadata of ultralytics say all that yolov8 has to know");
        }
        if (told.endToEnd()) {
            throw new ModelException("by its metadata it gives each object once: that is yolov10");
        }
        if (told.detrLike()) {
            throw new ModelException("by its metadata it is an RT-DETR");
        }
    }

    private Keypoints keypoints(Ultralytics told, long values) throws ModelException {
        if (pose) {
            if (values != COCO_POSE_ROWS) {
                throw new ModelException("wants " + COCO_POSE_ROWS + " values to a cell: box, person and 17 points");
            }
            return COCO_POSE;
        }
        if (!told.task().equals("pose")) {
            return Keypoints.NONE;
        }
        if (told.keypoints() == 0) {
            throw new ModelException("its metadata have the task pose, but no kpt_shape such as [17, 3]");
        }
        return new Keypoints(told.keypoints(), told.keypointValues());
    }
}
