package dev.vigil.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vigil.detect.ModelDescription;
import dev.vigil.frame.InputSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelDescriptionTest {
    @TempDir
    private Path folder;

    private ModelDescription read(String yaml) throws IOException, ConfigException {
        Files.writeString(folder.resolve("net.v2.yml"), yaml);
        return reader().readDescription(folder.resolve("net.v2.onnx"));
    }

    private static ConfigReader reader() {
        return new ConfigReader(new Surroundings(Path.of("/"), Map.of(), "box-7"));
    }

    @Test
    void shouldReadDescriptionOfDefaultModel() throws ConfigException {
        Path model = Path.of("models/ssdlite-mobilenet-v2-coco.onnx");
        ModelDescription description = reader().readDescription(model);
        assertThat(description.family()).isEqualTo("ssd");
        assertThat(description.labels()).isEqualTo(Path.of("models/coco-90.txt").toAbsolutePath());
        assertThat(description.input().color()).isEqualTo(InputSpec.Color.RGB);
        assertThat(description.input().resize()).isEqualTo(InputSpec.Resize.STRETCH);
        assertThat(description.input().mean()).containsExactly(127.5f, 127.5f, 127.5f);
        assertThat(description.input().std()).containsExactly(127.5f, 127.5f, 127.5f);
        assertThat(description.input().padding()).isNull();
        assertThat(description.input().layout()).isNull();
    }

    @Test
    void shouldReadEveryKeyWhenGiven() throws Exception {
        Files.writeString(folder.resolve("labels.txt"), "person\n");
        ModelDescription description = read("""
                family: yolox
                labels: labels.txt
                input: {layout: nhwc, element: uint8, color: bgr, mean: 0, std: 1, resize: letterbox_top_left, padding: 114}
                """);
        ModelDescription.Input input = description.input();
        assertThat(description.labels()).isEqualTo(folder.resolve("labels.txt"));
        assertThat(input.layout()).isEqualTo(InputSpec.Layout.NHWC);
        assertThat(input.element()).isEqualTo(InputSpec.Element.UINT8);
        assertThat(input.color()).isEqualTo(InputSpec.Color.BGR);
        assertThat(input.mean()).containsExactly(0);
        assertThat(input.std()).containsExactly(1);
        assertThat(input.resize()).isEqualTo(InputSpec.Resize.LETTERBOX_TOP_LEFT);
        assertThat(input.padding()).containsExactly(114);
    }

    @Test
    void shouldReadNamesWhenLabelsAreAList() throws Exception {
        ModelDescription description = read("labels: [person, 'traffic light', 3]\n");
        assertThat(description.labelNames()).containsExactly("person", "traffic light", "3");
        assertThat(description.labels()).isNull();
        assertThat(read("labels:\n  - person\n").labelNames()).containsExactly("person");
    }

    @Test
    void shouldPreferLabelsOfTheConfigurationWhenTheDescriptionHasOthers() throws Exception {
        ConfigFolder config = new ConfigFolder(folder);
        Files.writeString(folder.resolve("labels.txt"), "person\n");
        Files.writeString(folder.resolve("net.onnx"), "there");
        Files.writeString(folder.resolve("net.yml"), "labels: labels.txt\n");
        String cameras = "cameras: {gate: {url: a.mp4}}\n";
        ModelDescription listed = config.read("models: {net: {file: net.onnx, labels: [cat]}}\n" + cameras)
                .models()
                .get("net")
                .description();
        assertThat(listed.labelNames()).containsExactly("cat");
        assertThat(listed.labels()).isNull();
        Files.writeString(folder.resolve("net.yml"), "labels: [cat]\n");
        ModelDescription filed = config.read("models: {net: {file: net.onnx, labels: labels.txt}}\n" + cameras)
                .models()
                .get("net")
                .description();
        assertThat(filed.labelNames()).isNull();
        assertThat(filed.labels()).isEqualTo(folder.resolve("labels.txt"));
    }

    @Test
    void shouldSayNothingWhenThereIsNoDescription() throws ConfigException {
        assertThat(reader().readDescription(folder.resolve("net.v2.onnx"))).isEqualTo(ModelDescription.EMPTY);
    }

    @Test
    void shouldPreferConfigurationWhenItSaysOtherwise() throws Exception {
        ConfigFolder config = new ConfigFolder(folder);
        Files.writeString(folder.resolve("net.onnx"), "there");
        Files.writeString(folder.resolve("net.yml"), "family: ssd\ninput: {padding: 7}\n");
        VigilConfig read =
                config.read("models: {net: {file: net.onnx, family: yolox}}\ncameras: {gate: {url: a.mp4}}\n");
        ModelDescription description = read.models().get("net").description();
        assertThat(description.family()).isEqualTo("yolox");
        assertThat(description.input().padding()).containsExactly(7);
    }

    @Test
    void shouldTellOnceWithItsOwnLinesWhenTwoModelsShareWrongDescription() throws Exception {
        ConfigFolder config = new ConfigFolder(folder);
        Files.writeString(folder.resolve("net.onnx"), "there");
        Files.writeString(folder.resolve("net.yml"), "family: sdd\n");
        assertThat(config.problems(
                        "models: {a: {file: net.onnx}, b: {file: net.onnx}}\ncameras: {gate: {url: a.mp4}}\n"))
                .hasSize(1)
                .allSatisfy(line -> assertThat(line)
                        .startsWith("DIR/net.yml:1:1  family: sdd is not allowed: ssd")
                        .endsWith(" (did you mean ssd?)"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "labels: none.txt | 1:1  labels: DIR/none.txt: there is no such file",
                "labels: [] | 1:1  labels: an empty list is not allowed: a path, a set (coco-80, coco-90, coco-91, voc-20) or a list of names",
                "labels: [person, ''] | 1:1  labels: is empty: a path, a set (coco-80, coco-90, coco-91, voc-20) or a list of names is allowed",
                "labels: [person, [car]] | 1:1  labels: a list is not allowed here: a path, a set (coco-80, coco-90, coco-91, voc-20) or a list of names is allowed",
                "labels: {0: person} | 1:1  labels: a mapping is not allowed here: a path, a set (coco-80, coco-90, coco-91, voc-20) or a list of names is allowed",
                "input: {mean: [1, 2]} | 1:9  input.mean: a list of 2 is not allowed: a number or a list of 3, each -1000 to 1000",
                "input: {mean: [1, 2, x]} | 1:9  input.mean: x is not a number: -1000 to 1000 is allowed",
                "input: {std: 0} | 1:9  input.std: 0 is not allowed: 0.000001 to 1000",
                "input: {padding: 256} | 1:9  input.padding: 256 is not allowed: 0 to 255",
                "input: {size: 300} | 1:9  input.size: 300 is not allowed: WIDTHxHEIGHT in pixels, such as 640x640",
                "input: {layout: hwc} | 1:9  input.layout: hwc is not allowed: nchw or nhwc (did you mean nhwc?)",
                "input: {sides: 300} | 1:9  input.sides: unknown key; allowed are size, layout, element, color, mean, std, resize, padding",
                "colour: rgb | 1:1  colour: unknown key; allowed are family, labels, input",
            })
    void shouldTellWhatIsAllowedWhenDescriptionIsWrong(String yaml, String expected) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> read(yaml))
                .satisfies(wrong -> assertThat(wrong.getMessage().replace(folder.toString(), "DIR"))
                        .isEqualTo("DIR/net.v2.yml:" + expected));
    }
}
