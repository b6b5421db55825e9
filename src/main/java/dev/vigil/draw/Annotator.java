package dev.vigil.draw;

import static org.bytedeco.opencv.global.opencv_imgproc.FILLED;
import static org.bytedeco.opencv.global.opencv_imgproc.FONT_HERSHEY_SIMPLEX;
import static org.bytedeco.opencv.global.opencv_imgproc.LINE_8;
import static org.bytedeco.opencv.global.opencv_imgproc.LINE_AA;
import static org.bytedeco.opencv.global.opencv_imgproc.circle;
import static org.bytedeco.opencv.global.opencv_imgproc.getTextSize;
import static org.bytedeco.opencv.global.opencv_imgproc.putText;
import static org.bytedeco.opencv.global.opencv_imgproc.rectangle;

import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import dev.vigil.draw.ClassColors.Color;
import dev.vigil.draw.LabelPlaces.Area;
import java.text.Normalizer;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Draws what was found: each box in its class's colour between dark edges, so that it shows on any background, its keypoints as
 * dots of the same, and a plate with label and score. Lines, dots and letters grow with the picture. Not threadsafe.
 */
public final class Annotator {
    /** A letter's height and a line's width, as parts of the picture's shorter side. */
    private static final double TEXT_SHARE = 1 / 45.0;

    private static final double LINE_SHARE = 1 / 280.0;
    private static final int TEXT_MIN_PX = 9;
    /** Dots are no larger than this part of the box's shorter side, so that those of a small one can be told apart. */
    private static final double DOT_SHARE = 1 / 20.0;

    /** Smaller letters can not be told apart. */
    private static final int TEXT_LEAST_PX = 6;
    /** Height of a capital letter of this font at scale 1. */
    private static final double CAPITAL_PX = 21;

    private static final Color DARK = new Color(0x101010);

    private final Labels labels;

    public Annotator(Labels labels) {
        this.labels = labels;
    }

    /** Draws a frame's boxes into its picture. */
    public void draw(Canvas canvas, Detections detections) {
        draw(canvas.pixels(), detections);
    }

    @SuppressWarnings("try") // the scope frees what is made in it
    void draw(Mat pixels, Detections detections) {
        int widthPx = pixels.cols();
        int heightPx = pixels.rows();
        int lineWidthPx = Math.max(1, (int) Math.round(Math.min(widthPx, heightPx) * LINE_SHARE));
        try (PointerScope scope = new PointerScope()) {
            // The best is drawn last, over the others.
            for (int i = detections.count() - 1; i >= 0; i--) {
                Area box = box(detections, i, widthPx, heightPx);
                drawBox(pixels, box, ClassColors.of(detections.classId(i)), lineWidthPx);
                drawKeypoints(pixels, detections, i, box, lineWidthPx);
            }
            Plate[] plates = new Plate[detections.count()];
            LabelPlaces places = new LabelPlaces(widthPx, heightPx);
            for (int i = 0; i < plates.length; i++) {
                plates[i] = plate(detections, i, widthPx, heightPx, places);
            }
            for (int i = plates.length - 1; i >= 0; i--) {
                if (plates[i] != null) {
                    drawPlate(pixels, plates[i], ClassColors.of(detections.classId(i)));
                }
            }
        }
    }

    private static Area box(Detections detections, int i, int widthPx, int heightPx) {
        int x1 = Math.max(0, Math.min(Math.round(detections.x1(i)), widthPx - 1));
        int y1 = Math.max(0, Math.min(Math.round(detections.y1(i)), heightPx - 1));
        int x2 = Math.max(x1 + 1, Math.min(Math.round(detections.x2(i)), widthPx));
        int y2 = Math.max(y1 + 1, Math.min(Math.round(detections.y2(i)), heightPx));
        return new Area(x1, y1, x2, y2);
    }

    /** Rings of one pixel, from the box's edge inwards: dark, coloured, dark; all inside the picture, whatever the width. */
    private static void drawBox(Mat pixels, Area box, Color color, int lineWidthPx) {
        int edgePx = Math.max(1, lineWidthPx / 3);
        int wanted = lineWidthPx + 2 * edgePx;
        int rings = Math.min(wanted, (Math.min(box.x2() - box.x1(), box.y2() - box.y1()) + 1) / 2);
        for (int ring = 0; ring < rings; ring++) {
            // A box that is smaller than its lines is all colour.
            boolean edge = rings == wanted && (ring < edgePx || ring >= wanted - edgePx);
            rectangle(
                    pixels,
                    new Point(box.x1() + ring, box.y1() + ring),
                    new Point(box.x2() - 1 - ring, box.y2() - 1 - ring),
                    scalar(edge ? DARK : color),
                    1,
                    LINE_8,
                    0);
        }
    }

    private static void drawKeypoints(Mat pixels, Detections detections, int i, Area box, int lineWidthPx) {
        int shorterPx = Math.min(box.x2() - box.x1(), box.y2() - box.y1());
        int radiusPx = Math.max(1, Math.min(lineWidthPx, (int) Math.round(shorterPx * DOT_SHARE)));
        for (int point = 0; point < detections.keypoints(i); point++) {
            float x = detections.keypointX(i, point);
            float y = detections.keypointY(i, point);
            // False for NaN.
            if (x >= 0 && x < pixels.cols() && y >= 0 && y < pixels.rows()) {
                Point centre = new Point((int) x, (int) y);
                circle(pixels, centre, radiusPx + 1, scalar(DARK), FILLED, LINE_8, 0);
                circle(pixels, centre, radiusPx, scalar(ClassColors.of(detections.classId(i))), FILLED, LINE_8, 0);
            }
        }
    }

    /** A label, and where it stands. */
    private record Plate(String text, Area area, double scale, int strokePx, int textX, int textY) {}

    /** The largest plate that fits into the picture: with the score, else without, else in smaller letters; null for none. */
    private Plate plate(Detections detections, int i, int widthPx, int heightPx, LabelPlaces places) {
        String label = drawable(labels.name(detections.classId(i)), detections.classId(i));
        String scored = label + String.format(Locale.ROOT, " %.2f", detections.score(i));
        int wantedPx = Math.max(TEXT_MIN_PX, (int) Math.round(Math.min(widthPx, heightPx) * TEXT_SHARE));
        Area box = box(detections, i, widthPx, heightPx);
        for (int textPx = wantedPx; textPx >= TEXT_LEAST_PX; textPx--) {
            for (String text : new String[] {scored, label}) {
                Plate plate = plate(text, textPx, box, widthPx, heightPx, places);
                if (plate != null) {
                    return plate;
                }
            }
        }
        return null;
    }

    private static Plate plate(String text, int textPx, Area box, int widthPx, int heightPx, LabelPlaces places) {
        double scale = textPx / CAPITAL_PX;
        int strokePx = Math.max(1, (int) Math.round(textPx / 10.0));
        int[] below = new int[1];
        Size size = getTextSize(text, FONT_HERSHEY_SIMPLEX, scale, strokePx, below);
        int paddingPx = Math.max(2, textPx / 3);
        int plateWidthPx = size.width() + 2 * paddingPx;
        int plateHeightPx = size.height() + below[0] / 2 + 2 * paddingPx;
        if (plateWidthPx > widthPx || plateHeightPx > heightPx) {
            return null;
        }
        Area area = places.place(box, plateWidthPx, plateHeightPx);
        return new Plate(text, area, scale, strokePx, area.x1() + paddingPx, area.y1() + paddingPx + size.height());
    }

    private static void drawPlate(Mat pixels, Plate plate, Color color) {
        Area area = plate.area();
        Point topLeft = new Point(area.x1(), area.y1());
        Point bottomRight = new Point(area.x2() - 1, area.y2() - 1);
        rectangle(pixels, topLeft, bottomRight, scalar(color), FILLED, LINE_8, 0);
        rectangle(pixels, topLeft, bottomRight, scalar(DARK), 1, LINE_8, 0);
        putText(
                pixels,
                plate.text(),
                new Point(plate.textX(), plate.textY()),
                FONT_HERSHEY_SIMPLEX,
                plate.scale(),
                scalar(color.readableOn()),
                plate.strokePx(),
                LINE_AA,
                false);
    }

    /** OpenCV's letters are ASCII: accents are left away, and a name in another script becomes its class's number. */
    static String drawable(String name, int classId) {
        String plain = Normalizer.normalize(name, Normalizer.Form.NFKD).replaceAll("\\p{M}", "");
        return plain.chars().allMatch(c -> c >= ' ' && c < 127) ? plain : "class " + classId;
    }

    private static Scalar scalar(Color color) {
        return new Scalar(color.blue(), color.green(), color.red(), 0);
    }
}
