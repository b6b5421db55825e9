package dev.vigil.workshop.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.workshop.compare.FrontChart.Captions;
import dev.vigil.workshop.compare.FrontChart.Item;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** The picture of hand-made figures. */
class FrontChartTest {
    private static final Captions CAPTIONS = new Captions("Speed and accuracy", "the test", "frames/s", "mAP 50-95");
    private static final int FRONT = 0x0b63c5;

    @TempDir
    Path folder;

    private static Item item(String name, double speed, double accuracy) {
        return new Item(name, new Figure(speed, 0.9 * speed, 1.1 * speed), accuracy);
    }

    private Document svg(List<Item> items, int widthPx, int heightPx) throws Exception {
        Path file = folder.resolve("front.svg");
        FrontChart.of(items, CAPTIONS, widthPx, heightPx).write(file);
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    }

    /** The discs with a model's figures, by the start of their title. */
    private static Map<String, Element> discs(Document svg) {
        Map<String, Element> discs = new TreeMap<>();
        for (int i = 0; i < svg.getElementsByTagName("circle").getLength(); i++) {
            Element disc = (Element) svg.getElementsByTagName("circle").item(i);
            if (disc.getTextContent().contains(": ")) {
                discs.put(disc.getTextContent().replaceFirst(": .*", ""), disc);
            }
        }
        return discs;
    }

    @Test
    void shouldPutEachModelWhereItsFiguresAreWhenDrawn() throws Exception {
        Map<String, Element> discs = discs(svg(
                List.of(
                        item("slow", 10, 0.5),
                        item("middle <&>", 20, 0.4),
                        item("fast", 40, 0.2),
                        item("bad", 15, 0.3)),
                1000,
                640));
        assertThat(discs.keySet()).containsExactly("bad", "fast", "middle <&>", "slow");
        // Axes are linear: equal steps of speed and accuracy are equal steps of pixels.
        assertThat(at(discs, "fast", "cx") - at(discs, "middle <&>", "cx"))
                .isCloseTo(2 * (at(discs, "middle <&>", "cx") - at(discs, "slow", "cx")), within(0.1));
        assertThat(at(discs, "fast", "cy") - at(discs, "middle <&>", "cy"))
                .isCloseTo(2 * (at(discs, "middle <&>", "cy") - at(discs, "slow", "cy")), within(0.1));
        assertThat(at(discs, "slow", "cy")).as("more accurate is higher").isLessThan(at(discs, "bad", "cy"));
        assertThat(discs.get("bad").getAttribute("fill")).as("middle beats it").isEqualTo("#ffffff");
        for (String name : List.of("slow", "middle <&>", "fast")) {
            assertThat(discs.get(name).getAttribute("fill")).isEqualTo(String.format("#%06x", FRONT));
            assertThat(discs.get(name).getTextContent()).endsWith("on the Pareto front");
        }
        assertThat(discs.get("slow").getTextContent())
                .isEqualTo("slow: 10.0 frames/s (9.0 to 11.0), 50.0 points, on the Pareto front");
    }

    private static double at(Map<String, Element> discs, String name, String attribute) {
        return Double.parseDouble(discs.get(name).getAttribute(attribute));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10})
    void shouldNameEveryModelWhenThereAreSoManyOfOnePlace(int count) throws Exception {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(item("model-" + i, 25, 0.5));
        }
        Document svg = svg(items, 1000, 640);
        assertThat(discs(svg)).hasSize(count);
        List<String> words = new ArrayList<>();
        for (int i = 0; i < svg.getElementsByTagName("text").getLength(); i++) {
            words.add(svg.getElementsByTagName("text").item(i).getTextContent());
        }
        assertThat(words).contains("Speed and accuracy", "frames/s", "mAP 50-95", "Pareto front");
        assertThat(words.stream().filter(word -> word.startsWith("model-"))).hasSize(count);
    }

    @Test
    void shouldLeaveOutWhatIsNotKnownWhenDrawn() throws Exception {
        assertThat(discs(svg(List.of(item("a", 10, Double.NaN), item("b", 10, 0.5)), 400, 300)))
                .containsOnlyKeys("b");
        Document empty = svg(List.of(item("a", 10, Double.NaN)), 400, 300);
        assertThat(empty.getDocumentElement().getTextContent()).contains("nothing to show");
    }

    @Test
    void shouldShowTheSameWhenWrittenAsPng() throws Exception {
        List<Item> items = List.of(item("slow", 10, 0.5), item("fast", 40, 0.2), item("bad", 9, 0.1));
        Map<String, Element> discs = discs(svg(items, 800, 500));
        Path file = folder.resolve("front.png");
        FrontChart.of(items, CAPTIONS, 800, 500).write(file);
        BufferedImage picture = ImageIO.read(file.toFile());
        assertThat(picture.getWidth()).isEqualTo(800);
        assertThat(picture.getHeight()).isEqualTo(500);
        for (String name : List.of("slow", "fast", "bad")) {
            int rgb = picture.getRGB((int) at(discs, name, "cx"), (int) at(discs, name, "cy")) & 0xffffff;
            assertThat(rgb).as(name).isEqualTo(name.equals("bad") ? 0xffffff : FRONT);
        }
        assertThat(folder.toFile().list()).as("nothing unfinished is left").hasSize(2);
    }
}
