package dev.vigil.draw;

import dev.vigil.draw.Drawing.Box;
import dev.vigil.draw.Drawing.Disc;
import dev.vigil.draw.Drawing.Line;
import dev.vigil.draw.Drawing.Shape;
import dev.vigil.draw.Drawing.Words;
import java.util.Locale;

/** A drawing as SVG 1.1, which every browser and office program opens; its words stay text. Stateless. */
final class SvgWriter {
    /** All narrower than the letters of {@link Raster}, by which the words were placed. */
    private static final String FONTS = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

    private SvgWriter() {}

    static String write(Drawing drawing) {
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\""
                        + " font-family=\"%3$s\">%n",
                drawing.widthPx(),
                drawing.heightPx(),
                FONTS));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        for (Shape shape : drawing.shapes()) {
            svg.append(element(shape)).append('\n');
        }
        return svg.append("</svg>\n").toString();
    }

    private static String element(Shape shape) {
        if (shape instanceof Line line) {
            return String.format(
                    Locale.ROOT,
                    "<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" stroke=\"#%06x\" stroke-width=\"%.2f\"%s/>",
                    line.x1(),
                    line.y1(),
                    line.x2(),
                    line.y2(),
                    line.rgb(),
                    line.strokePx(),
                    line.dashed()
                            ? String.format(Locale.ROOT, " stroke-dasharray=\"%.2f\"", Raster.DASH * line.strokePx())
                            : "");
        }
        if (shape instanceof Box box) {
            return String.format(
                    Locale.ROOT,
                    "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"#%06x\"/>",
                    box.x(),
                    box.y(),
                    box.widthPx(),
                    box.heightPx(),
                    box.fillRgb());
        }
        if (shape instanceof Disc disc) {
            return String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"%.2f\" fill=\"#%06x\" stroke=\"#%06x\" stroke-width=\"%.2f\">"
                            + "<title>%s</title></circle>",
                    disc.x(),
                    disc.y(),
                    disc.radiusPx(),
                    disc.fillRgb(),
                    disc.edgeRgb(),
                    disc.strokePx(),
                    escaped(disc.title()));
        }
        Words words = (Words) shape;
        return String.format(
                Locale.ROOT,
                "<text x=\"%.2f\" y=\"%.2f\" font-size=\"%.2f\" text-anchor=\"%s\" fill=\"#%06x\"%s>%s</text>",
                words.x(),
                words.y(),
                words.sizePx(),
                words.anchor().name().toLowerCase(Locale.ROOT),
                words.rgb(),
                words.bold() ? " font-weight=\"bold\"" : "",
                escaped(words.text()));
    }

    /** XML 1.0 has no control characters but blanks. */
    private static String escaped(String text) {
        return text.replaceAll("\\p{Cntrl}", " ")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
