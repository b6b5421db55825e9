package dev.vigil.draw;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Lines, discs and words on white, described once and written as SVG or PNG. Coordinates are pixels from the top left corner;
 * what is added later lies above. Words are ASCII, see {@link #plain}. Not threadsafe.
 */
public final class Drawing {
    /** Height of a capital, as part of the font's size. */
    public static final double CAPITAL = 0.72;

    /** Of words: which point of their baseline is given. */
    public enum Anchor {
        START,
        MIDDLE,
        END
    }

    sealed interface Shape permits Line, Box, Disc, Words {}

    record Line(double x1, double y1, double x2, double y2, int rgb, double strokePx, boolean dashed)
            implements Shape {}

    record Box(double x, double y, double widthPx, double heightPx, int fillRgb) implements Shape {}

    record Disc(double x, double y, double radiusPx, int fillRgb, int edgeRgb, double strokePx, String title)
            implements Shape {}

    record Words(double x, double y, String text, double sizePx, Anchor anchor, int rgb, boolean bold)
            implements Shape {}

    private final int widthPx;
    private final int heightPx;
    private final List<Shape> shapes = new ArrayList<>();

    public Drawing(int widthPx, int heightPx) {
        this.widthPx = widthPx;
        this.heightPx = heightPx;
    }

    public int widthPx() {
        return widthPx;
    }

    public int heightPx() {
        return heightPx;
    }

    List<Shape> shapes() {
        return shapes;
    }

    /** @param rgb 0xRRGGBB, as all colours here */
    public void line(double x1, double y1, double x2, double y2, int rgb, double strokePx, boolean dashed) {
        shapes.add(new Line(x1, y1, x2, y2, rgb, strokePx, dashed));
    }

    /** A filled rectangle. */
    public void box(double x, double y, double boxWidthPx, double boxHeightPx, int fillRgb) {
        shapes.add(new Box(x, y, boxWidthPx, boxHeightPx, fillRgb));
    }

    /** @param title what a viewer shows when the pointer is over it, where it can */
    public void disc(double x, double y, double radiusPx, int fillRgb, int edgeRgb, double strokePx, String title) {
        shapes.add(new Disc(x, y, radiusPx, fillRgb, edgeRgb, strokePx, title));
    }

    /**
     * @param y of the baseline
     * @param sizePx of the font; its capitals are {@link #CAPITAL} of that high
     */
    public void words(double x, double y, String text, double sizePx, Anchor anchor, int rgb, boolean bold) {
        shapes.add(new Words(x, y, plain(text), sizePx, anchor, rgb, bold));
    }

    /** How wide words are in the wider of both forms. */
    public static double widthPx(String text, double sizePx) {
        return Raster.widthPx(plain(text), sizePx);
    }

    /** Words that fit into a width: cut with dots at their end where they must be. */
    public static String fit(String text, double sizePx, double mostPx) {
        String fitting = plain(text);
        for (int length = fitting.length(); widthPx(fitting, sizePx) > mostPx && length > 0; length--) {
            fitting = plain(text).substring(0, length - 1).stripTrailing() + "...";
        }
        return fitting;
    }

    /** What of a text can be drawn: accents are left away, and of other scripts there is a {@code ?} for each letter. */
    public static String plain(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKD)
                .replaceAll("\\p{M}", "")
                .replaceAll("[^ -~]", "?");
    }

    /**
     * Writes it, as SVG or PNG: the name's ending says which. The file is there as a whole or not at all.
     *
     * @param file what is there of that name is replaced
     * @throws IOException when it can not be written
     */
    public void write(Path file) throws IOException {
        if (file.toString().endsWith(".svg")) {
            Canvas.replace(file, ByteBuffer.wrap(SvgWriter.write(this).getBytes(StandardCharsets.UTF_8)));
        } else if (file.toString().endsWith(".png")) {
            Raster.write(this, file);
        } else {
            throw new IOException(file + " is neither an .svg nor a .png");
        }
    }
}
