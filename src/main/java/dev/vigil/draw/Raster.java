package dev.vigil.draw;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imencode;
import static org.bytedeco.opencv.global.opencv_imgproc.FILLED;
import static org.bytedeco.opencv.global.opencv_imgproc.FONT_HERSHEY_SIMPLEX;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.LINE_8;
import static org.bytedeco.opencv.global.opencv_imgproc.circle;
import static org.bytedeco.opencv.global.opencv_imgproc.getTextSize;
import static org.bytedeco.opencv.global.opencv_imgproc.line;
import static org.bytedeco.opencv.global.opencv_imgproc.putText;
import static org.bytedeco.opencv.global.opencv_imgproc.rectangle;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import dev.vigil.draw.Drawing.Box;
import dev.vigil.draw.Drawing.Disc;
import dev.vigil.draw.Drawing.Line;
import dev.vigil.draw.Drawing.Shape;
import dev.vigil.draw.Drawing.Words;
import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * A drawing as pixels, by OpenCV, whose letters are lines and need no font on the box: painted several times as large and scaled
 * down, which smooths every edge. Stateless.
 */
final class Raster {
    /** A dash and the gap after it, in widths of their line. */
    static final double DASH = 4;

    /** Larger paintings would take hundreds of megabytes. */
    private static final long PAINTED_MAX_PX = 64_000_000;

    private static final int FINER_MAX = 4;

    /** Height of a capital letter of this font at scale 1. */
    private static final double CAPITAL_PX = 21;
    /** A stroke's width, as part of the font's size. */
    private static final double STROKE = 0.085;

    private static final double BOLD_STROKE = 0.13;
    /** For measuring: so large that rounding to pixels does not matter. */
    private static final double MEASURED_SCALE = 10;

    private Raster() {}

    @SuppressWarnings("try") // the scope frees what is made in it
    static double widthPx(String text, double sizePx) {
        try (PointerScope scope = new PointerScope()) {
            Size size = getTextSize(text, FONT_HERSHEY_SIMPLEX, MEASURED_SCALE, 1, new int[1]);
            return size.width() / MEASURED_SCALE * scale(sizePx);
        }
    }

    private static double scale(double sizePx) {
        return sizePx * Drawing.CAPITAL / CAPITAL_PX;
    }

    @SuppressWarnings("try") // the scope frees what is made in it
    static void write(Drawing drawing, Path file) throws IOException {
        long pixels = (long) drawing.widthPx() * drawing.heightPx();
        int finer = FINER_MAX;
        while (finer > 1 && pixels * finer * finer > PAINTED_MAX_PX) {
            finer--;
        }
        try (PointerScope scope = new PointerScope()) {
            Mat painted = new Mat(drawing.heightPx() * finer, drawing.widthPx() * finer, CV_8UC3, scalar(0xffffff));
            for (Shape shape : drawing.shapes()) {
                paint(shape, painted, finer);
            }
            Mat scaled = new Mat();
            resize(painted, scaled, new Size(drawing.widthPx(), drawing.heightPx()), 0, 0, INTER_AREA);
            BytePointer encoded = new BytePointer();
            if (!imencode(".png", scaled, encoded, new IntPointer(0L))) {
                throw new IOException(
                        "a drawing of " + drawing.widthPx() + "x" + drawing.heightPx() + " can not be written as .png");
            }
            Canvas.replace(file, encoded.asByteBuffer());
        }
    }

    private static void paint(Shape shape, Mat into, int finer) {
        if (shape instanceof Line one) {
            paint(one, into, finer);
        } else if (shape instanceof Box box) {
            rectangle(
                    into,
                    point(box.x(), box.y(), finer),
                    new Point(px(box.x() + box.widthPx(), finer) - 1, px(box.y() + box.heightPx(), finer) - 1),
                    scalar(box.fillRgb()),
                    FILLED,
                    LINE_8,
                    0);
        } else if (shape instanceof Disc disc) {
            Point centre = point(disc.x(), disc.y(), finer);
            int outer = px(disc.radiusPx() + disc.strokePx() / 2, finer);
            circle(into, centre, outer, scalar(disc.edgeRgb()), FILLED, LINE_8, 0);
            int inner = px(disc.radiusPx() - disc.strokePx() / 2, finer);
            circle(into, centre, inner, scalar(disc.fillRgb()), FILLED, LINE_8, 0);
        } else if (shape instanceof Words words) {
            paint(words, into, finer);
        }
    }

    private static void paint(Line one, Mat into, int finer) {
        int stroke = Math.max(1, px(one.strokePx(), finer));
        double lengthPx = Math.hypot(one.x2() - one.x1(), one.y2() - one.y1());
        double dashPx = one.dashed() ? DASH * one.strokePx() : lengthPx;
        for (double at = 0; at < lengthPx; at += 2 * dashPx) {
            double from = at / lengthPx;
            double to = Math.min(1, (at + dashPx) / lengthPx);
            line(
                    into,
                    point(one.x1() + from * (one.x2() - one.x1()), one.y1() + from * (one.y2() - one.y1()), finer),
                    point(one.x1() + to * (one.x2() - one.x1()), one.y1() + to * (one.y2() - one.y1()), finer),
                    scalar(one.rgb()),
                    stroke,
                    LINE_8,
                    0);
        }
    }

    private static void paint(Words words, Mat into, int finer) {
        double width = widthPx(words.text(), words.sizePx());
        double left =
                switch (words.anchor()) {
                    case START -> words.x();
                    case MIDDLE -> words.x() - width / 2;
                    case END -> words.x() - width;
                };
        double stroke = words.sizePx() * (words.bold() ? BOLD_STROKE : STROKE);
        putText(
                into,
                words.text(),
                point(left, words.y(), finer),
                FONT_HERSHEY_SIMPLEX,
                scale(words.sizePx()) * finer,
                scalar(words.rgb()),
                Math.max(1, px(stroke, finer)),
                LINE_8,
                false);
    }

    private static int px(double value, int finer) {
        return (int) Math.round(value * finer);
    }

    private static Point point(double x, double y, int finer) {
        return new Point(px(x, finer), px(y, finer));
    }

    private static Scalar scalar(int rgb) {
        return new Scalar(rgb & 0xff, rgb >> 8 & 0xff, rgb >> 16 & 0xff, 0);
    }
}
