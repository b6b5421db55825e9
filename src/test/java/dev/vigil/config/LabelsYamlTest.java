package dev.vigil.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vigil.detect.ModelDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelsYamlTest {
    @TempDir
    private Path folder;

    private ModelDescription read(String labels) throws IOException, ConfigException {
        Files.writeString(folder.resolve("net.yml"), "labels: " + labels + "\n");
        return new ConfigReader(new Surroundings(Path.of("/"), Map.of(), "box-7"))
                .readDescription(folder.resolve("net.onnx"));
    }

    private ModelDescription readData(String yaml) throws IOException, ConfigException {
        Files.writeString(folder.resolve("data.yaml"), yaml);
        return read("data.yaml");
    }

    @Test
    void shouldReadNamesWhenTheFileIsThatOfATraining() throws Exception {
        ModelDescription mapped = readData("""
                path: ../datasets/coco8
                train: images/train
                names:
                  0: person
                  2: traffic light
                  1: 'no'
                download: |
                  from ultralytics.utils.downloads import download
                """);
        assertThat(mapped.labelNames()).containsExactly("person", "no", "traffic light");
        assertThat(mapped.labels()).isEqualTo(folder.resolve("data.yaml"));

        assertThat(readData("train: [a, b]\nnc: 2\nnames: ['helmet', 7]\n").labelNames())
                .containsExactly("helmet", "7");
        Files.writeString(folder.resolve("labels.YML"), "names: {0: one}\n");
        assertThat(read("labels.YML").labelNames()).containsExactly("one");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "nc: 1 | data.yaml: has no labels: names: as a list, or with a number before each are expected",
                "names: | data.yaml:1:1  names: is a single value: names: as a list, or with a number before each",
                "names: [] | data.yaml:1:1  names: is empty: names: as a list, or with a number before each",
                "names: {} | data.yaml:1:1  names: is empty: names: as a list, or with a number before each",
                "names: {1: a} | data.yaml:1:1  names: has no class 0",
                "names: {0: a, 2: c} | data.yaml:1:1  names: has no class 1",
                "names: {a: 0} | data.yaml:1:9  names: a is no number of a class",
                "names: [a, [b]] | data.yaml:1:1  names: has no text for class 1",
                "{names: [a, b], nc: 3} | data.yaml:1:17  nc: says 3, but there are 2 names",
                "names: [a | data.yaml:",
                "[a, b] | data.yaml:1:1  is a list: keys with their values are expected",
            })
    void shouldSayWhatIsWrongInItsOwnLinesWhenItCanNotBeUsed(String yaml, String expected) throws IOException {
        ConfigException wrong = catchThrowableOfType(ConfigException.class, () -> readData(yaml));

        assertThat(wrong.getMessage()).contains(expected);
    }

    @Test
    void shouldTakeABuiltInSetWhenThereIsNoSuchFile() throws Exception {
        assertThat(read("coco-80").labelNames())
                .hasSize(80)
                .startsWith("person", "bicycle")
                .endsWith("toothbrush");
        assertThat(read("coco-80").labels()).isEqualTo(Path.of("coco-80"));
        assertThat(read("coco-90").labelNames())
                .hasSize(90)
                .isEqualTo(Files.readAllLines(Path.of("models/coco-90.txt")));
        assertThat(read("coco-91").labelNames()).hasSize(91).startsWith("background", "person");
        assertThat(read("voc-20").labelNames()).hasSize(20).contains("diningtable");
        Files.writeString(folder.resolve("coco-80"), "mine\n");
        assertThat(read("coco-80").labelNames()).isNull();
        assertThat(read("coco-80").labels()).isEqualTo(folder.resolve("coco-80"));
    }

    @Test
    void shouldNameTheSetsWhenOneIsMeantThatThereIsNot() {
        ConfigException wrong = catchThrowableOfType(ConfigException.class, () -> read("coco-81"));

        assertThat(wrong.getMessage())
                .contains("there is no such file, and the built-in sets are coco-80, coco-90, coco-91, voc-20");
    }
}
