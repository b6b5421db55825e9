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
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * BlazeFace, MediaPipe's face detector: regressors (batch, anchors, 16) and classificators (batch, anchors, 1) over the same
 * anchors, each in one output or in one for each grid, in any order. An anchor is a cell's centre and no size.
 *
 * <table>
 *   <caption>Anchors by the side of the input</caption>
 *   <tr><td>128: front, short range</td><td>2 in each cell of stride 8, 6 in each of stride 16: 896</td></tr>
 *   <tr><td>256: back</td><td>2 in each cell of stride 16, 6 in each of stride 32: 896</td></tr>
 *   <tr><td>192: full range</td><td>1 in each cell of stride 4: 2304</td></tr>
 * </table>
 *
 * <p>In a row of 16, in pixels of the input: centre from the anchor, size, and six points from the anchor: right eye, left eye,
 * nose, mouth, right ear, left ear. The score is the logistic of the raw one, clamped to -100..100; a negative size makes no box
 * (google-ai-edge/mediapipe, mediapipe/modules/face_detection/face_detection_short_range_common.pbtxt and its full range,
 * calculators/tflite/ssd_anchors_calculator.cc, calculators/tensor/tensors_to_detections_calculator.cc; the back model:
 * hollance/BlazeFace-PyTorch, blazeface.py).
 */
final class BlazeFace implements Family {
    /** Columns of the regressors: corners, then points. */
    private static final int COORDINATES = 16;

    private static final int CORNERS = 4;
    /** Columns of the classificators. */
    private static final int SCORES = 1;

    private static final int KEYPOINTS = 6;
    private static final float RAW_SCORE_MAX = 100;

    /** Anchors in cells of one size, row by row. */
    private record Grid(int sidePx, int stridePx, int anchorsPerCell) {
        int columns() {
            return sidePx / stridePx;
        }

        int anchors() {
            return columns() * columns() * anchorsPerCell;
        }
    }

    /** Where the rows of one grid's anchors begin. */
    private record Place(int output, int firstRow) {}

    @Override
    public String id() {
        return "blazeface";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        float[] half = {127.5f};
        return ModelDescription.Input.usual(Color.RGB, half, half, Resize.LETTERBOX, 0);
    }

    @Override
    public List<String> labels() {
        return List.of("face");
    }

    /** NonMaxSuppressionCalculator of the same graphs. */
    @Override
    public Suppression suppression(ModelInfo model) {
        return new Suppression(Suppression.Kind.WEIGHTED, 0.3f);
    }

    @Override
    public Fit fit(ModelInfo model) {
        List<Grid> grids = grids(model);
        if (grids.isEmpty()) {
            return Fit.no("wants an input of 128x128, 256x256 or 192x192");
        }
        int anchors = anchors(grids);
        if (places(model, grids, COORDINATES).isEmpty()
                || places(model, grids, SCORES).isEmpty()) {
            return Fit.no("wants outputs of 16 columns and of 1 column over " + anchors + " anchors");
        }
        return Fit.yes("16 coordinates and a score for each of " + anchors + " anchors");
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        List<Grid> grids = grids(model);
        return new Decoder(grids, places(model, grids, COORDINATES), places(model, grids, SCORES));
    }

    /** Empty where the input is of none of the sizes. */
    private static List<Grid> grids(ModelInfo model) {
        int sidePx;
        try {
            sidePx = model.widthPx() == model.heightPx() ? model.widthPx() : 0;
        } catch (ModelException e) {
            return List.of();
        }
        return switch (sidePx) {
            case 128 -> List.of(new Grid(sidePx, 8, 2), new Grid(sidePx, 16, 6));
            case 256 -> List.of(new Grid(sidePx, 16, 2), new Grid(sidePx, 32, 6));
            case 192 -> List.of(new Grid(sidePx, 4, 1));
            default -> List.of();
        };
    }

    private static int anchors(List<Grid> grids) {
        return grids.stream().mapToInt(Grid::anchors).sum();
    }

    /** Where each grid's rows of so many columns are: all in one output, or each in its own; empty where they are not. */
    private static List<Place> places(ModelInfo model, List<Grid> grids, int columns) {
        List<Integer> outputs = IntStream.range(0, model.outputs().size())
                .filter(i -> model.outputs().get(i).rank() == 3)
                .filter(i -> model.outputs().get(i).shape()[2] == columns)
                .boxed()
                .toList();
        List<Place> places = new ArrayList<>();
        int row = 0;
        for (Grid grid : grids) {
            for (int output : outputs) {
                long rows = model.outputs().get(output).shape()[1];
                if (outputs.size() == 1 && rows == anchors(grids)) {
                    places.add(new Place(output, row));
                } else if (outputs.size() == grids.size() && rows == grid.anchors()) {
                    places.add(new Place(output, 0));
                }
            }
            row += grid.anchors();
        }
        return places.size() == grids.size() ? places : List.of();
    }

    private static final class Decoder implements BoxDecoder {
        private final List<Grid> grids;
        /** By grid. */
        private final List<Place> coordinates;

        private final List<Place> scores;

        Decoder(List<Grid> grids, List<Place> coordinates, List<Place> scores) {
            this.grids = grids;
            this.coordinates = coordinates;
            this.scores = scores;
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
            float floor = Logistic.floor(into.scoreFloor());
            for (int g = 0; g < grids.size(); g++) {
                Grid grid = grids.get(g);
                FloatBuffer raw = outputs[scores.get(g).output()];
                int firstScore = scores.get(g).firstRow();
                FloatBuffer rows = outputs[coordinates.get(g).output()];
                int firstRow = coordinates.get(g).firstRow();
                for (int i = 0; i < grid.anchors(); i++) {
                    float score = raw.get(firstScore + i);
                    if (!(score <= floor)) {
                        decodeAnchor(grid, i, score, rows, COORDINATES * (firstRow + i), into);
                    }
                }
            }
        }

        private static void decodeAnchor(
                Grid grid, int anchor, float rawScore, FloatBuffer rows, int at, Candidates into) {
            float width = rows.get(at + 2);
            float height = rows.get(at + 3);
            if (width < 0 || height < 0) {
                return;
            }
            int cell = anchor / grid.anchorsPerCell();
            float anchorX = (cell % grid.columns() + 0.5f) * grid.stridePx();
            float anchorY = (cell / grid.columns() + 0.5f) * grid.stridePx();
            float centreX = rows.get(at) + anchorX;
            float centreY = rows.get(at + 1) + anchorY;
            boolean taken = into.add(
                    centreX - width / 2,
                    centreY - height / 2,
                    centreX + width / 2,
                    centreY + height / 2,
                    Logistic.of(Math.max(-RAW_SCORE_MAX, Math.min(RAW_SCORE_MAX, rawScore))),
                    0);
            if (taken) {
                for (int k = 0; k < KEYPOINTS; k++) {
                    int point = at + CORNERS + 2 * k;
                    into.keypoint(k, rows.get(point) + anchorX, rows.get(point + 1) + anchorY);
                }
            }
        }
    }
}
