package dev.vigil.workshop.distill;

import dev.vigil.convert.ConvertException;
import dev.vigil.convert.FrameConverter;
import dev.vigil.detect.Detections;
import dev.vigil.frame.InputSpec;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Element;
import dev.vigil.frame.InputSpec.Layout;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Placement;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A few hundred numbers for a frame, so that frames which teach the same lie near each other, by the usual distance:
 *
 * <ul>
 *   <li>how it looks: luma of 16 x 16 cells and chroma of 8 x 8 (BT.601, full range). Their share of the distance is the root of
 *       the mean squared difference, where 1 is from black to white
 *   <li>where the teacher sees something: how much of each of 8 x 8 cells its boxes cover, by score
 *   <li>what it sees: for each label the logarithm of the sum of scores, so that the first person counts more than the tenth
 * </ul>
 *
 * <p>A person more or less counts as much as a tenth of all brightness. Not threadsafe.
 */
final class FrameSketch implements AutoCloseable {
    private static final int THUMB_PX = 128;
    private static final int LUMA_CELLS = 16;
    private static final int CHROMA_CELLS = 8;
    private static final int PLACE_CELLS = 8;
    private static final double PLACE_WEIGHT = 0.5;
    private static final double LABEL_WEIGHT = 0.15;

    /** How many of the numbers, the first, tell how a frame looks. */
    static final int LOOK = LUMA_CELLS * LUMA_CELLS + 2 * CHROMA_CELLS * CHROMA_CELLS;

    private static final int PLACE = LOOK;
    private static final int LABELS = PLACE + PLACE_CELLS * PLACE_CELLS;

    private final int labels;
    private final FrameConverter converter = new FrameConverter(new InputSpec(
            THUMB_PX,
            THUMB_PX,
            Layout.NHWC,
            Element.UINT8,
            Color.RGB,
            new float[] {0, 0, 0},
            new float[] {1, 1, 1},
            Resize.STRETCH,
            new int[] {0, 0, 0}));
    private final ByteBuffer thumb =
            ByteBuffer.allocateDirect(3 * THUMB_PX * THUMB_PX).order(ByteOrder.nativeOrder());
    private final Placement placement = new Placement();

    /** @param labels how many classes boxes may have */
    FrameSketch(int labels) {
        this.labels = labels;
    }

    /**
     * Sketches a frame.
     *
     * @param boxes what was found in it, in its pixels
     * @param scoreMin boxes count when their score is above
     */
    float[] of(Picture picture, Detections boxes, float scoreMin) throws ConvertException {
        float[] sketch = new float[LABELS + labels];
        look(picture, sketch);
        for (int i = 0; i < boxes.count(); i++) {
            if (boxes.score(i) > scoreMin) {
                cover(boxes, i, picture.widthPx(), picture.heightPx(), sketch);
                sketch[LABELS + boxes.classId(i)] += boxes.score(i);
            }
        }
        for (int cell = PLACE; cell < LABELS; cell++) {
            sketch[cell] *= (float) (PLACE_WEIGHT / PLACE_CELLS);
        }
        for (int label = LABELS; label < sketch.length; label++) {
            sketch[label] = (float) (LABEL_WEIGHT * Math.log1p(sketch[label]) / Math.log(2));
        }
        return sketch;
    }

    private void look(Picture picture, float[] sketch) throws ConvertException {
        converter.convert(picture.frame(), picture.orientation(), thumb, thumb.asFloatBuffer(), placement);
        int lumaPx = THUMB_PX / LUMA_CELLS;
        int chromaPx = THUMB_PX / CHROMA_CELLS;
        int chroma = LUMA_CELLS * LUMA_CELLS;
        // Each cell is the mean of its pixels; a plane of n cells of a side weighs 1 / n, so that squares add up to
        // their mean.
        double lumaUnit = 1.0 / (255.0 * lumaPx * lumaPx * LUMA_CELLS);
        double chromaUnit = 1.0 / (255.0 * chromaPx * chromaPx * CHROMA_CELLS);
        for (int y = 0; y < THUMB_PX; y++) {
            for (int x = 0; x < THUMB_PX; x++) {
                int at = 3 * (y * THUMB_PX + x);
                int red = thumb.get(at) & 0xff;
                int green = thumb.get(at + 1) & 0xff;
                int blue = thumb.get(at + 2) & 0xff;
                double luma = 0.299 * red + 0.587 * green + 0.114 * blue;
                int coarse = y / chromaPx * CHROMA_CELLS + x / chromaPx;
                sketch[y / lumaPx * LUMA_CELLS + x / lumaPx] += (float) (luma * lumaUnit);
                sketch[chroma + coarse] += (float) ((blue - luma) / 1.772 * chromaUnit);
                sketch[chroma + CHROMA_CELLS * CHROMA_CELLS + coarse] += (float) ((red - luma) / 1.402 * chromaUnit);
            }
        }
    }

    /** The most that any box covers of each cell, by its score. */
    private static void cover(Detections boxes, int i, int widthPx, int heightPx, float[] sketch) {
        float cellWidth = (float) widthPx / PLACE_CELLS;
        float cellHeight = (float) heightPx / PLACE_CELLS;
        for (int row = 0; row < PLACE_CELLS; row++) {
            float high = Math.min(boxes.y2(i), (row + 1) * cellHeight) - Math.max(boxes.y1(i), row * cellHeight);
            for (int column = 0; column < PLACE_CELLS && high > 0; column++) {
                float wide =
                        Math.min(boxes.x2(i), (column + 1) * cellWidth) - Math.max(boxes.x1(i), column * cellWidth);
                int at = PLACE + row * PLACE_CELLS + column;
                sketch[at] = Math.max(sketch[at], Math.max(0, wide) / cellWidth * (high / cellHeight) * boxes.score(i));
            }
        }
    }

    /** How different two frames look, 0 to 1. */
    static double lookApart(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < LOOK; i++) {
            sum += (a[i] - b[i]) * (double) (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }

    @Override
    public void close() {
        converter.close();
    }
}
