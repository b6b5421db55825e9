package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelsTest {
    @TempDir
    Path folder;

    @Test
    void shouldReadALineForEachClassWhenTheFileIsText() throws Exception {
        Path file = write("\uFEFFperson\r\n  traffic light \r\nköttbullar\n\n\n".getBytes(StandardCharsets.UTF_8));

        Labels labels = Labels.read(file);

        assertThat(labels.names()).containsExactly("person", "traffic light", "köttbullar");
        assertThat(labels.name(1)).isEqualTo("traffic light");
    }

    @Test
    void shouldSayFileAndReasonWhenItCanNotBeRead() throws Exception {
        assertThatThrownBy(() -> Labels.read(folder.resolve("none.txt")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("none.txt does not exist");
        assertThatThrownBy(() -> Labels.read(folder))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("can not be read");
        Path binary = write(new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertThatThrownBy(() -> Labels.read(binary))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("not UTF-8");
        Path hole = write("a\n\nb\n".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> Labels.read(hole))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("line 2 is empty");
    }

    @Test
    void shouldSayBothCountsAndTheSourceWhenTheyDiffer() throws Exception {
        Path file = write("person\ncar\n".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> Labels.resolve(of(file), Map.of(), 90))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("2 labels")
                .hasMessageContaining("90 classes");
        assertThatThrownBy(() -> Labels.resolve(ModelDescription.EMPTY, Map.of("names", "{0: 'a'}"), 2))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("1 labels")
                .hasMessageContaining("metadata");
    }

    @Test
    void shouldPreferTheFileThenTheMetadataThenNumbersWhenResolved() throws Exception {
        Path file = write("x\ny\n".getBytes(StandardCharsets.UTF_8));
        Map<String, String> metadata = Map.of("names", "{0: 'a', 1: 'b'}");

        assertThat(Labels.resolve(of(file), metadata, 2).names()).containsExactly("x", "y");
        assertThat(Labels.resolve(ModelDescription.EMPTY, metadata, 2).names()).containsExactly("a", "b");
        assertThat(Labels.resolve(ModelDescription.EMPTY, Map.of(), 3).names()).containsExactly("0", "1", "2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{0: 'person', 1: 'traffic light'}|person;traffic light",
                "{0: \"bob's\", 1: 'say \"hi\"', 2: 'both \\' and \"'}|bob's;say \"hi\";both ' and \"",
                "{1: 'b', 0: 'a'}|a;b",
                "{0: 'a, b: {c}', 1: '[d]',}|a, b: {c};[d]",
                "{0: 'tab\\there', 1: 'back\\\\slash'}|tab\there;back\\slash",
                "{0: 'caf\\xe9', 1: '\\u72d7', 2: '\\U0001f415'}|café;狗;🐕",
                "{\"0\": \"json\", \"1\": \"\\ud83d\\udc15\"}|json;🐕",
                "['list', \"of names\"]|list;of names",
                "  { 0 : 'spaced' } |spaced",
            })
    void shouldReadNamesWhenTheyAreAsPythonPrintsThem(String text, String expected) throws ModelException {
        assertThat(Labels.parse(text).names()).isEqualTo(Arrays.asList(expected.split(";")));
    }

    @Test
    void shouldReadNoNamesWhenThereAreNone() throws ModelException {
        assertThat(Labels.parse("{}").names()).isEmpty();
        assertThat(Labels.parse("[]").names()).isEqualTo(List.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "person",
                "{",
                "{0}",
                "{0: }",
                "{0: 'a'",
                "{0: 'a",
                "{0: 'a\\",
                "{0: a}",
                "{0: 'a' 1: 'b'}",
                "{-1: 'a'}",
                "{x: 'a'}",
                "{0: 'a'} tail",
                "{0: 'a', 2: 'b'}",
                "{1: 'a'}",
                "{0: 'a', 0: 'b'}",
                "['a'",
                "['a' 'b']",
                "{0: '\\q'}",
                "{0: '\\x4'}",
                "{0: '\\xzz'}",
                "{0: '\\Uffffffff'}",
                "{99999999999: 'a'}",
                "{0: b'a'}",
                "[,]",
            })
    void shouldSayWhereItEndedWhenNamesCanNotBeRead(String text) {
        assertThatThrownBy(() -> Labels.parse(text))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("metadata");
    }

    private Path write(byte[] content) throws IOException {
        return Files.write(Files.createTempFile(folder, "labels", ".txt"), content);
    }

    private static ModelDescription of(Path file) {
        return new ModelDescription(null, file, null);
    }

    @Test
    void shouldTakeTheNamesThemselvesWhenTheDescriptionListsThem() throws ModelException {
        ModelDescription listed = new ModelDescription(null, null, List.of("person", "car"), null);
        assertThat(Labels.resolve(listed, Map.of("names", "{0: 'a', 1: 'b'}"), 2)
                        .names())
                .containsExactly("person", "car");
        assertThatThrownBy(() -> Labels.resolve(listed, Map.of(), 3))
                .isInstanceOf(ModelException.class)
                .hasMessage("the list of labels has 2 labels, but the model has 3 classes");
    }

    @Test
    void shouldSayWhereNamesComeFromWhenTheyAreNotAsManyAsClasses() {
        ModelDescription set = new ModelDescription(null, Path.of("coco-80"), List.of("person", "car"), null);
        assertThatThrownBy(() -> Labels.resolve(set, Map.of(), 3))
                .hasMessage("labels coco-80 has 2 labels, but the model has 3 classes");
    }

    @Test
    void shouldGoOnInNumbersWhenTheModelLeavesItsClassesOpen() throws ModelException {
        ModelDescription listed = new ModelDescription(null, null, List.of("person", "car"), null);
        Labels labels = Labels.resolve(listed, Map.of(), BoxDecoder.OPEN_CLASSES);

        assertThat(labels.count()).isEqualTo(BoxDecoder.OPEN_CLASSES_MAX);
        assertThat(labels.name(1)).isEqualTo("car");
        assertThat(labels.name(2)).isEqualTo("2");
        assertThat(labels.text()).isEqualTo("classes whose number it leaves open (the list of labels)");
        assertThat(Labels.numbered(1).text()).isEqualTo("1 class (class numbers)");
        assertThat(Labels.resolve(ModelDescription.EMPTY, Map.of(), BoxDecoder.OPEN_CLASSES)
                        .name(0))
                .isEqualTo("0");
    }
}
