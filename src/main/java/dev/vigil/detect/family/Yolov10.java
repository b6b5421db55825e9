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

/**
 * Models of ultralytics that give each object once: YOLOv10, YOLO26, and any other exported with {@code nms=True}. One output
 * (batch, most, 6): x1, y1, x2, y2 in pixels of the input, score, class; rows that are not needed have a score of 0
 * (ultralytics/ultralytics, ultralytics/nn/modules/head.py, Detect.postprocess, and ultralytics/engine/exporter.py, NMSModel).
 * What a pose or masks need follows in further columns.
 */
final class Yolov10 implements Family {
    private static final int COLUMNS = 6;
    /** x2. */
    private static final int RIGHT = 2;

    private static final int SCORE = 4;
    private static final int CLASS = 5;
    /** More than any export gives. */
    private static final int ROWS_MAX = 2_000;

    private record Form(TensorInfo output, int columns, int classes, Keypoints keypoints, Fit fit) {}

    @Override
    public String id() {
        return "yolov10";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return ModelDescription.Input.usualUnit(Color.RGB, Resize.LETTERBOX, 114);
    }

    @Override
    public Suppression suppression(ModelInfo model) {
        return Suppression.END_TO_END;
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
        return new Decoder(
                model.outputs().indexOf(form.output),
                form.columns,
                form.classes,
                form.keypoints,
                BoxUnits.of(model),
                new float[form.columns]);
    }

    /** @throws ModelException whose message is why it does not fit */
    private static Form form(ModelInfo model) throws ModelException {
        Ultralytics told = Ultralytics.of(model);
        told.checkTask();
        if (told.detrLike()) {
            throw new ModelException("by its metadata it is an RT-DETR");
        }
        TensorInfo output = Tables.only(model);
        long rows = output.shape()[1];
        long columns = output.shape()[2];
        Keypoints keypoints =
                told.task().equals("pose") ? new Keypoints(told.keypoints(), told.keypointValues()) : Keypoints.NONE;
        boolean mayHaveMore = told.endToEnd() && told.task().equals("segment");
        if (columns != COLUMNS + keypoints.columns() && !(mayHaveMore && columns > COLUMNS)) {
            throw new ModelException("wants 6 columns: corners, score and class");
        }
        int widthPx = model.widthPx();
        int heightPx = model.heightPx();
        if (Grid.of(rows, 1, widthPx, heightPx).isPresent()
                || Grid.of(rows, 3, widthPx, heightPx).isPresent()) {
            throw new ModelException(
                    rows + " rows are the cells of an input of " + widthPx + "x" + heightPx + ", and not objects");
        }
        if (rows > ROWS_MAX) {
            throw new ModelException(rows + " rows are more than " + ROWS_MAX + ", and so not objects");
        }
        String why = "at most " + (rows < 0 ? "?" : rows) + " objects with corners, score and class";
        int classes = told.classes() < 0 ? BoxDecoder.OPEN_CLASSES : told.classes();
        boolean certain = told.endToEnd() || told.tellsTask();
        return new Form(
                output,
                Math.toIntExact(columns),
                classes,
                keypoints,
                certain
                        ? Fit.certain(why + ", as the metadata of ultralytics say")
                        : rows < 0 ? Fit.possible(why) : Fit.yes(why));
    }

    private record Decoder(int output, int columns, int classes, Keypoints points, BoxUnits units, float[] row)
            implements BoxDecoder {
        @Override
        public int keypoints() {
            return points.count();
        }

        @Override
        public void decode(FloatBuffer[] outputs, Candidates into) {
            FloatBuffer rows = outputs[output];
            units.look(rows, RIGHT, columns, rows.limit() / columns);
            for (int at = 0; at + columns <= rows.limit(); at += columns) {
                if (!(rows.get(at + SCORE) <= into.scoreFloor())) {
                    rows.get(at, row);
                    boolean taken = Suppressed.add(
                            row[0] * units.x(),
                            row[1] * units.y(),
                            row[RIGHT] * units.x(),
                            row[3] * units.y(),
                            row[SCORE],
                            row[CLASS],
                            classes,
                            into);
                    if (taken) {
                        points.set(row, COLUMNS, units, into);
                    }
                }
            }
        }
    }
}
