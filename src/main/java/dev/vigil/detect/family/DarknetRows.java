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
import java.util.List;

/**
 * YOLO as Darknet's weights give it in OpenCV, whose layers {@code region} and {@code yolo} decode their cells themselves: an
 * output of each head, (1, rows, 5 + classes). In a row: centre x, centre y, width, height in 0..1 of the input, objectness,
 * and for each class objectness times its probability, 0 where that is below the layer's threshold (opencv/opencv,
 * modules/dnn/src/layers/region_layer.cpp, forward).
 *
 * <p>Each class above the threshold makes a box of its own, as in Darknet (pjreddie/darknet, src/yolo_layer.c,
 * get_yolo_detections, and src/image.c, draw_detections). The input is stretched, as in AlexeyAB/darknet (src/detector.c,
 * test_detector) and OpenCV's own samples.
 */
final class DarknetRows implements Family {
    static final String FORMAT = "darknet";

    private static final int OBJECTNESS = 4;
    private static final int FIRST_CLASS = 5;

    @Override
    public String id() {
        return "darknet";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return ModelDescription.Input.usualUnit(Color.RGB, Resize.STRETCH, 0);
    }

    @Override
    public Fit fit(ModelInfo model) {
        if (!FORMAT.equals(model.metadata().get("format"))) {
            return Fit.no("wants weights of Darknet");
        }
        long columns = -1;
        for (TensorInfo output : model.outputs()) {
            boolean rows = output.rank() == 3 && output.shape()[1] > 0 && output.shape()[2] > FIRST_CLASS;
            if (!rows || columns >= 0 && output.shape()[2] != columns) {
                return Fit.no("wants outputs (1, rows, 5 + classes) of the same classes");
            }
            columns = output.shape()[2];
        }
        return columns < 0
                ? Fit.no("wants an output")
                : Fit.certain("weights of Darknet with rows of " + (columns - FIRST_CLASS) + " classes");
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        List<TensorInfo> outputs = model.outputs();
        return new Decoder(Math.toIntExact(outputs.get(0).shape()[2]), model.widthPx(), model.heightPx());
    }

    /** Looks at the objectness of every row, and at the classes of those where it is above the threshold. */
    private static final class Decoder implements BoxDecoder {
        private final float widthPx;
        private final float heightPx;
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
            for (FloatBuffer output : outputs) {
                for (int at = 0; at + row.length <= output.limit(); at += row.length) {
                    // A class's score is its objectness times something in 0..1.
                    if (!(output.get(at + OBJECTNESS) <= into.scoreFloor())) {
                        output.get(at, row);
                        decodeRow(into);
                    }
                }
            }
        }

        private void decodeRow(Candidates into) {
            for (int column = FIRST_CLASS; column < row.length; column++) {
                float score = row[column];
                if (!(score <= into.scoreFloor())) {
                    into.add(
                            (row[0] - row[2] / 2) * widthPx,
                            (row[1] - row[3] / 2) * heightPx,
                            (row[0] + row[2] / 2) * widthPx,
                            (row[1] + row[3] / 2) * heightPx,
                            score,
                            column - FIRST_CLASS);
                }
            }
        }
    }
}
