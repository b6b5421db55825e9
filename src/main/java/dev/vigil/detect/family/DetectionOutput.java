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
import java.util.Map;

/**
 * SSD and its kin that end in a layer {@code DetectionOutput}, which has its NMS inside: one output (1, 1, rows, 7). In a row:
 * number of the picture, class, score, x1, y1, x2, y2 in 0..1 of the input; class 0 is the background, so that the ids here are
 * one less. A row of zeros, or a picture's number below 0, comes after the last (opencv/opencv,
 * modules/dnn/src/layers/detection_output_layer.cpp, outputDetections_).
 *
 * <p>There are two, which differ in what the input is usually filled with: Caffe's MobileNet-SSD (chuanqi305/MobileNet-SSD,
 * demo.py) and TensorFlow's (opencv/opencv, samples/dnn/models.yml, ssd_tf).
 */
final class DetectionOutput implements Family {
    static final Family CAFFE = new DetectionOutput(
            "detection-output",
            ModelDescription.Input.usual(Color.BGR, new float[] {127.5f}, new float[] {127.5f}, Resize.STRETCH, 0));
    static final Family TENSORFLOW = new DetectionOutput(
            "detection-output-tf",
            ModelDescription.Input.usual(Color.RGB, new float[] {0}, new float[] {1}, Resize.STRETCH, 0));

    private static final int COLUMNS = 7;

    private final String id;
    private final ModelDescription.Input input;

    private DetectionOutput(String id, ModelDescription.Input input) {
        this.id = id;
        this.input = input;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return input;
    }

    @Override
    public Suppression suppression(ModelInfo model) {
        return Suppression.END_TO_END;
    }

    @Override
    public Fit fit(ModelInfo model) {
        TensorInfo output = model.outputs().size() == 1 ? model.outputs().get(0) : null;
        if (output == null
                || output.rank() != 4
                || output.shape()[0] > 1
                || output.shape()[1] != 1
                || output.shape()[3] != COLUMNS) {
            return Fit.no("wants a single output (1, 1, rows, 7)");
        }
        String format = model.metadata().get("format");
        boolean ofTensorflow = "tensorflow".equals(format);
        String rows = "rows of seven, as a layer DetectionOutput gives them";
        if (ofTensorflow != (this == TENSORFLOW)) {
            return Fit.possible(rows + ", but it is " + (ofTensorflow ? "a" : "no") + " graph of TensorFlow");
        }
        return format == null ? Fit.yes(rows) : Fit.certain(rows + ", in a graph of " + format);
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        return new Decoder(classes(model.metadata()), model.widthPx(), model.heightPx());
    }

    /** Without the background, as the layer says. */
    private static int classes(Map<String, String> metadata) throws ModelException {
        String told = metadata.get("num_classes");
        if (told == null) {
            return BoxDecoder.OPEN_CLASSES;
        }
        try {
            int classes = Integer.parseInt(told) - 1;
            if (classes > 0) {
                return classes;
            }
        } catch (NumberFormatException e) {
            throw new ModelException("num_classes: has " + told + ", a whole number is wanted", e);
        }
        throw new ModelException("num_classes: has " + told + ", allowed are 2 and more: the background counts");
    }

    private static final class Decoder implements BoxDecoder {
        private final int classes;
        private final float widthPx;
        private final float heightPx;
        private final float[] row = new float[COLUMNS];

        Decoder(int classes, int widthPx, int heightPx) {
            this.classes = classes;
            this.widthPx = widthPx;
            this.heightPx = heightPx;
        }

        @Override
        public int classes() {
            return classes;
        }

        @Override
        public void decode(FloatBuffer[] outputs, Candidates into) {
            FloatBuffer output = outputs[0];
            for (int at = 0; at + COLUMNS <= output.limit() && !(output.get(at) < 0); at += COLUMNS) {
                float score = output.get(at + 2);
                if (score <= into.scoreFloor()) {
                    continue;
                }
                output.get(at, row);
                into.add(
                        row[3] * widthPx,
                        row[4] * heightPx,
                        row[5] * widthPx,
                        row[6] * heightPx,
                        score,
                        Math.round(row[1]) - 1);
            }
        }
    }
}
