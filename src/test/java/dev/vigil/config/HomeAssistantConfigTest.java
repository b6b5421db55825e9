package dev.vigil.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelException;
import dev.vigil.homeassistant.HomeAssistantOptions;
import dev.vigil.homeassistant.HomeAssistantOptions.Mode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HomeAssistantConfigTest {
    private static final String CAMERAS = "cameras:\n  gate:\n    url: rtsp://10.0.0.7/main\n";
    private static final String MODELS = "models: {m: {labels: [person, car, dining table]}}\n";
    private static final Labels COCO = Labels.of(List.of("person", "car"), "a test");

    @TempDir
    private Path folder;

    private ConfigFolder config;

    @BeforeEach
    void makeFolder() throws Exception {
        config = new ConfigFolder(folder);
    }

    @ParameterizedTest
    @CsvSource({
        "'',                                  OFF",
        "'homeassistant:',                    OFF",
        "'homeassistant: {prefix: ha}',       OFF",
        "'homeassistant: true',               ON",
        "'homeassistant: {enabled: true}',    ON",
        "'homeassistant: false',              REMOVE",
        "'homeassistant: {enabled: false}',   REMOVE",
    })
    void shouldBeOnOrOffAsSaid(String yaml, Mode mode) throws Exception {
        assertThat(config.read(CAMERAS + yaml).homeAssistant().options().mode()).isEqualTo(mode);
    }

    @Test
    void shouldBeAsWrittenWhenAllIsSaid() throws Exception {
        VigilConfig read = config.read(MODELS + CAMERAS + "    homeassistant: {labels: dining table}\n"
                + "  yard: {url: rtsp://10.0.0.8/main}\n"
                + "homeassistant: {enabled: true, prefix: a/b, birth_topic: a/alive, labels: [car, person]}");
        assertThat(read.homeAssistant().options()).isEqualTo(new HomeAssistantOptions(Mode.ON, "a/b", "a/alive"));
        assertThat(read.labels(read.cameras().get(0), COCO)).containsExactly("dining table");
        assertThat(read.labels(read.cameras().get(1), COCO)).containsExactly("car", "person");
    }

    @Test
    void shouldBePersonWhenNothingIsSaidAndModelKnowsIt() throws Exception {
        VigilConfig read = config.read(CAMERAS + "homeassistant: true");
        CameraConfig gate = read.cameras().get(0);
        assertThat(read.labels(gate, COCO)).containsExactly("person");
        assertThat(LabelCheck.labels(read, gate, Map.of("default", Labels.numbered(4))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "homeassistant: yes | homeassistant: yes is not allowed: true or false, or keys with their values under it",
                "homeassistant: [true] | homeassistant: a list is not allowed: keys with their values are expected under it",
                "homeassistant: {enabled: on} | homeassistant.enabled: on is not allowed: true or false",
                "homeassistant: {enable: true} | homeassistant.enable: unknown key (did you mean enabled?); allowed are "
                        + "enabled, prefix, birth_topic, labels",
                "homeassistant: {prefix: 'a/#'} | homeassistant.prefix: a/# is not allowed: "
                        + "a topic without + and #, and without / at its ends",
                "homeassistant: {birth_topic: /ha/status} | homeassistant.birth_topic: /ha/status is not allowed: "
                        + "a topic without + and #, and without / at its ends",
                "homeassistant: {labels: []} | homeassistant.labels: an empty list is not allowed: "
                        + "labels of the model: [person, car]",
                "homeassistant: {labels: [car, car]} | homeassistant.labels: car is there twice",
                "homeassistant: {labels: [persn]} | homeassistant.labels: the model m has no label persn "
                        + "(did you mean person?): its labels are person, car, dining table",
                "homeassistant: {labels: {a: b}} | homeassistant.labels: a mapping is not allowed here: "
                        + "labels of the model: [person, car] is allowed",
            })
    void shouldTellWhatIsWrongAndAllowed(String yaml, String problem) throws Exception {
        assertThat(config.problems(CAMERAS + MODELS + yaml))
                .singleElement()
                .asString()
                .endsWith("  " + problem);
    }

    @Test
    void shouldTellCamerasKeyWhenLabelIsItsOwn() throws Exception {
        assertThat(config.problems(CAMERAS + "    homeassistant:\n      labels: [dinning table]\n" + MODELS))
                .containsExactly("vigil.yml:5:7  cameras.gate.homeassistant.labels: the model m has no label "
                        + "'dinning table' (did you mean dining table?): its labels are person, car, dining table");
    }

    @Test
    void shouldTellOnceWhenSeveralCamerasHaveTheSameWrongLabel() throws Exception {
        String yard = "  yard: {url: rtsp://10.0.0.8/main}\n";
        assertThat(config.problems(CAMERAS + yard + MODELS + "homeassistant: {labels: [cat]}"))
                .hasSize(1);
    }

    /** A model whose labels stand in its own file is known only once it is loaded. */
    @Test
    void shouldRefuseLabelWhenLoadedModelCanNotTellIt() throws Exception {
        VigilConfig read = config.read(CAMERAS + "homeassistant: {labels: [prson]}");
        assertThatThrownBy(() -> LabelCheck.labels(read, read.cameras().get(0), Map.of("default", COCO)))
                .isInstanceOf(ModelException.class)
                .hasMessage("homeassistant.labels: the model default has no label prson (did you mean person?): "
                        + "its labels are person, car");
        Problems problems = new Problems("vigil.yml");
        LabelCheck.check(read, read.models().get("default"), Map.of("default", COCO), problems);
        assertThat(problems.sorted()).hasSize(1);
    }
}
