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

/**
 * CenterNet ("Objects as Points"): maps of a quarter of the input's size. A heat map (batch, classes, h, w), the size (batch, 2,
 * h, w) or one for each class (batch, 2 * classes, h, w), and, unless it was trained without, the offset (batch, 2, h, w).
 *
 * <p>A cell is an object's centre where the heat map has the highest value of the 3x3 cells around: {@code centre = (cell +
 * offset) * 4}, half a cell where there is no offset, and {@code size * 4} (xingyizhou/CenterNet, src/lib/models/decode.py,
 * ctdet_decode). There is no other suppression. Input: src/lib/detectors/base_detector.py, pre_process, and
 * src/lib/datasets/dataset/coco.py.
 *
 * <p>The heat map comes as scores, where the exporter has put the logistic function into the graph (open-mmlab/mmdetection,
 * mmdet/models/dense_heads/centernet_head.py), or as logits (CaoWGG/TensorRT-CenterNet, readme/ctdet2onnx.md). Neither names nor
 * shapes tell which, but the values do: of logits the background's are below 0, as no score is.
 */
final class CenterNet implements Family {
    /** Pixels of the input to a cell, both ways. */
    private static final int STRIDE_PX = 4;

    @Override
    public String id() {
        return "centernet";
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return ModelDescription.Input.usual(
                Color.BGR,
                new float[] {0.40789654f * 255, 0.44719302f * 255, 0.47026115f * 255},
                new float[] {0.28863828f * 255, 0.27408164f * 255, 0.27809835f * 255},
                Resize.LETTERBOX,
                0);
    }

    @Override
    public Suppression suppression(ModelInfo model) {
        return Suppression.END_TO_END;
    }

    @Override
    public Fit fit(ModelInfo model) {
        try {
            CenterMaps maps = CenterMaps.of(model.outputs(), model.widthPx() / STRIDE_PX, model.heightPx() / STRIDE_PX);
            return maps.namesTell() ? Fit.yes(maps.text()) : Fit.possible(maps.text());
        } catch (ModelException e) {
            return Fit.no(e.getMessage());
        }
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        return new Decoder(CenterMaps.of(model.outputs(), model.widthPx() / STRIDE_PX, model.heightPx() / STRIDE_PX));
    }

    private static final class Decoder implements BoxDecoder {
        private final CenterMaps maps;
        /** Cells of a map. */
        private final int cells;

        Decoder(CenterMaps maps) {
            this.maps = maps;
            this.cells = maps.columns() * maps.rows();
        }

        @Override
        public int classes() {
            return maps.classes();
        }

        @Override
        public void decode(FloatBuffer[] outputs, Candidates into) {
            FloatBuffer heat = outputs[maps.heat()];
            boolean logits = hasNegative(heat, maps.classes() * cells);
            float floor = logits ? Logistic.floor(into.scoreFloor()) : into.scoreFloor();
            for (int classId = 0; classId < maps.classes(); classId++) {
                int start = classId * cells;
                for (int cell = 0; cell < cells; cell++) {
                    float value = heat.get(start + cell);
                    if (!(value <= floor)) {
                        decodeCell(outputs, classId, cell, logits, into);
                    }
                }
            }
        }

        private static boolean hasNegative(FloatBuffer values, int length) {
            for (int i = 0; i < length; i++) {
                if (values.get(i) < 0) {
                    return true;
                }
            }
            return false;
        }

        private void decodeCell(FloatBuffer[] outputs, int classId, int cell, boolean logits, Candidates into) {
            FloatBuffer heat = outputs[maps.heat()];
            int row = cell / maps.columns();
            int column = cell - row * maps.columns();
            float score = score(heat, classId, row, column, logits);
            if (score <= into.scoreFloor() || !isPeak(heat, classId, row, column, logits, score)) {
                return;
            }
            float offsetX = 0.5f;
            float offsetY = 0.5f;
            if (maps.offset() >= 0) {
                offsetX = outputs[maps.offset()].get(cell);
                offsetY = outputs[maps.offset()].get(cells + cell);
            }
            FloatBuffer size = outputs[maps.size()];
            int sizeMap = maps.sizeOfEachClass() ? 2 * classId : 0;
            float halfWidth = size.get(sizeMap * cells + cell) / 2;
            float halfHeight = size.get((sizeMap + 1) * cells + cell) / 2;
            float centreX = column + offsetX;
            float centreY = row + offsetY;
            into.add(
                    (centreX - halfWidth) * STRIDE_PX,
                    (centreY - halfHeight) * STRIDE_PX,
                    (centreX + halfWidth) * STRIDE_PX,
                    (centreY + halfHeight) * STRIDE_PX,
                    score,
                    classId);
        }

        private float score(FloatBuffer heat, int classId, int row, int column, boolean logits) {
            float value = heat.get(classId * cells + row * maps.columns() + column);
            return logits ? Logistic.of(value) : value;
        }

        /** Equals are peaks, both: max pooling compares values. */
        private boolean isPeak(FloatBuffer heat, int classId, int row, int column, boolean logits, float score) {
            for (int y = Math.max(0, row - 1); y <= Math.min(maps.rows() - 1, row + 1); y++) {
                for (int x = Math.max(0, column - 1); x <= Math.min(maps.columns() - 1, column + 1); x++) {
                    if (score(heat, classId, y, x, logits) > score) {
                        return false;
                    }
                }
            }
            return true;
        }
    }
}
