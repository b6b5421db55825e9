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

/**
 * YuNet, OpenCV's face detector, as opencv_zoo has it since 2023: four outputs at each of the strides 8, 16 and 32, over the
 * cells of its grid row by row, in any order: cls and obj (batch, cells, 1), bbox (batch, cells, 4), kps (batch, cells, 10).
 *
 * <p>{@code score = sqrt(cls * obj)}, both clamped to 0..1; {@code centre = (raw + grid) * stride}, {@code size = exp(raw) *
 * stride}, points as the centre (opencv/opencv, modules/objdetect/src/face_detect.cpp, FaceDetectorYNImpl::postProcess). Points:
 * right eye, left eye, nose, right and left corner of the mouth.
 */
final class YuNet implements Family {
    private static final int[] STRIDES = {8, 16, 32};
    /** What the input's sides are multiples of. */
    private static final int STRIDE_MAX = 32;

    private static final int CORNERS = 4;
    private static final int KEYPOINTS = 5;
    private static final int OUTPUTS = 12;

    @Override
    public String id() {
        return "yunet";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return ModelDescription.Input.usual(Color.BGR, new float[] {0}, new float[] {1}, Resize.LETTERBOX_TOP_LEFT, 0);
    }

    @Override
    public List<String> labels() {
        return List.of("face");
    }

    /** FaceDetectorYN::create's nms_threshold. */
    @Override
    public Suppression suppression(ModelInfo model) {
        return new Suppression(Suppression.Kind.BY_CLASS, 0.3f);
    }

    @Override
    public Fit fit(ModelInfo model) {
        if (model.outputs().size() != OUTPUTS) {
            return Fit.no("wants 12 outputs: cls, obj, bbox and kps at the strides 8, 16 and 32");
        }
        int widthPx;
        int heightPx;
        try {
            widthPx = model.widthPx();
            heightPx = model.heightPx();
        } catch (ModelException e) {
            return Fit.no(e.getMessage());
        }
        if (widthPx % STRIDE_MAX != 0 || heightPx % STRIDE_MAX != 0) {
            return Fit.no("an input of " + widthPx + "x" + heightPx + " is no multiple of 32");
        }
        for (int stride : STRIDES) {
            int cells = (widthPx / stride) * (heightPx / stride);
            if (Head.of(model.outputs(), cells, stride, widthPx / stride) == null) {
                return Fit.no("no outputs of 1, 1, 4 and 10 columns over the " + cells + " cells of stride " + stride);
            }
        }
        return Fit.yes(
                "score, objectness, box and 5 points at the strides 8, 16 and 32 of " + widthPx + "x" + heightPx);
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        Head[] heads = new Head[STRIDES.length];
        for (int i = 0; i < heads.length; i++) {
            int columns = model.widthPx() / STRIDES[i];
            int rows = model.heightPx() / STRIDES[i];
            heads[i] = Head.of(model.outputs(), columns * rows, STRIDES[i], columns);
        }
        return new Decoder(heads);
    }

    /**
     * The outputs of one stride, by their places.
     *
     * @param score either of cls and obj, which count the same
     * @param other the other one
     * @param columns cells in a row
     */
    private record Head(int score, int other, int box, int points, int cells, int stridePx, int columns) {
        /** Null where there are none for so many cells. */
        static Head of(List<TensorInfo> outputs, int cells, int stridePx, int columns) {
            int score = indexOf(outputs, cells, 1, 0);
            int other = score < 0 ? -1 : indexOf(outputs, cells, 1, score + 1);
            int box = indexOf(outputs, cells, CORNERS, 0);
            int points = indexOf(outputs, cells, 2 * KEYPOINTS, 0);
            return other < 0 || box < 0 || points < 0
                    ? null
                    : new Head(score, other, box, points, cells, stridePx, columns);
        }

        private static int indexOf(List<TensorInfo> outputs, int cells, int columns, int from) {
            for (int i = from; i < outputs.size(); i++) {
                long[] shape = outputs.get(i).shape();
                if (shape.length == 3 && shape[1] == cells && shape[2] == columns) {
                    return i;
                }
            }
            return -1;
        }
    }

    private static final class Decoder implements BoxDecoder {
        private final Head[] heads;

        Decoder(Head[] heads) {
            this.heads = heads;
        }

        @Override
        public int classes() {
            return 1;
        }

        @Override
        public int keypoints() {
            return KEYPOINTS;
        }

        @Override
        public void decode(FloatBuffer[] outputs, Candidates into) {
            for (Head head : heads) {
                FloatBuffer scores = outputs[head.score()];
                FloatBuffer others = outputs[head.other()];
                for (int cell = 0; cell < head.cells(); cell++) {
                    float product = clamped(scores.get(cell)) * clamped(others.get(cell));
                    float floor = into.scoreFloor();
                    if (!(product <= floor * floor)) {
                        decodeCell(head, cell, (float) Math.sqrt(product), outputs, into);
                    }
                }
            }
        }

        private static float clamped(float value) {
            return Math.max(0, Math.min(1, value));
        }

        private static void decodeCell(Head head, int cell, float score, FloatBuffer[] outputs, Candidates into) {
            FloatBuffer boxes = outputs[head.box()];
            FloatBuffer points = outputs[head.points()];
            int stride = head.stridePx();
            int gridX = cell % head.columns();
            int gridY = cell / head.columns();
            int at = CORNERS * cell;
            float centreX = (gridX + boxes.get(at)) * stride;
            float centreY = (gridY + boxes.get(at + 1)) * stride;
            float halfWidth = (float) Math.exp(boxes.get(at + 2)) * stride / 2;
            float halfHeight = (float) Math.exp(boxes.get(at + 3)) * stride / 2;
            boolean taken = into.add(
                    centreX - halfWidth, centreY - halfHeight, centreX + halfWidth, centreY + halfHeight, score, 0);
            if (taken) {
                at = 2 * KEYPOINTS * cell;
                for (int k = 0; k < KEYPOINTS; k++) {
                    into.keypoint(
                            k,
                            (points.get(at + 2 * k) + gridX) * stride,
                            (points.get(at + 2 * k + 1) + gridY) * stride);
                }
            }
        }
    }
}
