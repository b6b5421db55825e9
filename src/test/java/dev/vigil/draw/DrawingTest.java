package dev.vigil.draw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.draw.Drawing.Anchor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrawingTest {
    @TempDir
    Path folder;

    @Test
    void shouldBeThereInBothFormsWhenWritten() throws IOException {
        Drawing drawing = new Drawing(200, 100);
        drawing.box(10, 10, 50, 30, 0xff0000);
        drawing.line(0, 70, 200, 70, 0x00ff00, 4, false);
        drawing.line(0, 90, 200, 90, 0x0000ff, 2, true);
        drawing.disc(150, 30, 15, 0xffff00, 0x000000, 2, "a disc");
        Path png = folder.resolve("a.png");
        drawing.write(png);
        BufferedImage picture = ImageIO.read(png.toFile());
        assertThat(picture.getRGB(30, 20) & 0xffffff).isEqualTo(0xff0000);
        assertThat(picture.getRGB(5, 5) & 0xffffff).isEqualTo(0xffffff);
        assertThat(picture.getRGB(100, 70) & 0xffffff).isEqualTo(0x00ff00);
        assertThat(picture.getRGB(150, 30) & 0xffffff).isEqualTo(0xffff00);
        assertThat(picture.getRGB(4, 90) & 0xffffff).as("a dash").isEqualTo(0x0000ff);
        assertThat(picture.getRGB(12, 90) & 0xffffff).as("a gap").isEqualTo(0xffffff);

        Path svg = folder.resolve("a.svg");
        drawing.write(svg);
        assertThat(Files.readString(svg))
                .startsWith("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"200\" height=\"100\"")
                .contains("<rect x=\"10.00\" y=\"10.00\" width=\"50.00\" height=\"30.00\" fill=\"#ff0000\"/>")
                .contains("stroke-dasharray=\"8.00\"")
                .contains("<title>a disc</title>");
    }

    @Test
    void shouldStayWithinTheirWidthWhenWordsAreDrawn() throws IOException {
        for (Anchor anchor : Anchor.values()) {
            Drawing drawing = new Drawing(800, 60);
            String words = "ssdlite-mobilenet-v2 (90)";
            drawing.words(400, 40, words, 20, anchor, 0x000000, false);
            Path file = folder.resolve(anchor + ".png");
            drawing.write(file);
            int[] ink = ink(ImageIO.read(file.toFile()));
            double widthPx = Drawing.widthPx(words, 20);
            double left = 400 - (anchor == Anchor.START ? 0 : anchor == Anchor.END ? widthPx : widthPx / 2);
            assertThat((double) ink[0]).isBetween(left - 2, left + 4);
            assertThat((double) ink[1]).isBetween(left + widthPx - 5, left + widthPx + 2);
        }
    }

    /** The first and the last column that is not white. */
    private static int[] ink(BufferedImage picture) {
        int[] ink = {Integer.MAX_VALUE, -1};
        for (int x = 0; x < picture.getWidth(); x++) {
            for (int y = 0; y < picture.getHeight(); y++) {
                if ((picture.getRGB(x, y) & 0xff) < 200) {
                    ink[0] = Math.min(ink[0], x);
                    ink[1] = x;
                }
            }
        }
        return ink;
    }

    @Test
    void shouldCutWordsWhenTheyDoNotFit() {
        String cut = Drawing.fit("a name that is much too long for this", 14, 100);
        assertThat(cut).startsWith("a name").endsWith("...");
        assertThat(Drawing.widthPx(cut, 14)).isLessThanOrEqualTo(100);
        assertThat(Drawing.fit("short", 14, 100)).isEqualTo("short");
    }

    @Test
    void shouldKeepWhatCanBeDrawnWhenWordsAreNotAscii() throws IOException {
        assertThat(Drawing.plain("modèle ü 模型")).isEqualTo("modele u ??");
        Drawing drawing = new Drawing(100, 50);
        drawing.words(0, 20, "a < b & \"c\"", 12, Anchor.START, 0, true);
        drawing.write(folder.resolve("w.svg"));
        assertThat(Files.readString(folder.resolve("w.svg"))).contains(">a &lt; b &amp; &quot;c&quot;</text>");
    }

    @Test
    void shouldRefuseWhenItIsNeitherForm() {
        assertThatThrownBy(() -> new Drawing(10, 10).write(folder.resolve("a.jpg")))
                .hasMessage(folder.resolve("a.jpg") + " is neither an .svg nor a .png");
        assertThatThrownBy(() -> new Drawing(10, 10).write(folder.resolve("none/a.svg")))
                .isInstanceOf(IOException.class);
    }
}
