package dev.vigil.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.detect.CropOptions;
import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThenConfigTest {
    private static final String GATE = "cameras:\n  gate:\n    url: rtsp://10.0.0.7/main\n";

    @TempDir
    private Path folder;

    private ConfigFolder config;

    @BeforeEach
    void makeFolder() throws Exception {
        config = new ConfigFolder(folder);
    }

    @Test
    void shouldFollowWhenAModelIsNamed() throws Exception {
        VigilConfig read = config.read(GATE
                + "models:\n  people:\n    labels: [person, dog]\n"
                + "    then: {model: faces, labels: [person], margin: 0.25, min_size: 48px, max: 5}\n"
                + "  faces:\n    labels: [face]\n    then: {model: eyes}\n  eyes: {labels: [eye]}\n");
        ModelConfig people = read.models().get("people");
        assertThat(people.then()).isEqualTo(new ThenConfig("faces", new CropOptions(List.of("person"), 0.25f, 48, 5)));
        assertThat(read.models().get("faces").then()).isEqualTo(new ThenConfig("eyes", CropOptions.DEFAULT));
        assertThat(read.chain(people).stream().map(ModelConfig::name)).containsExactly("people", "faces", "eyes");
    }

    @Test
    void shouldFollowNothingWhenNothingIsSaid() throws Exception {
        VigilConfig read = config.read(GATE + "models:\n  people:\n    then:\n");
        assertThat(read.models().get("people").then()).isNull();
    }

    @Test
    void shouldKnowTheLabelsOfAllModelsWhenTheyFollowOneAnother() throws Exception {
        String models =
                "models:\n  people:\n    labels: [person]\n    then: {model: faces}\n  faces: {labels: [face]}\n";
        assertThat(config.problems(GATE + models + "homeassistant: {labels: [person, face]}\n"))
                .isEmpty();
        assertThat(config.problems(GATE + models + "homeassistant: {labels: [fase]}\n"))
                .singleElement()
                .asString()
                .contains("homeassistant.labels: the model people has no label fase (did you mean face?)");
    }

    /** A camera's filters are of its own model; what follows has those of its own section. */
    @Test
    void shouldHoldFiltersAgainstTheLabelsOfTheirOwnModel() throws Exception {
        String models = "models:\n  people:\n    labels: [person]\n    then: {model: faces}\n"
                + "  faces: {labels: [face], filters: {only: [%s]}}\n";
        String filter = "    model: people\n    filters: {only: [%s]}\n";
        assertThat(config.problems(GATE + filter.formatted("person") + models.formatted("face")))
                .isEmpty();
        assertThat(config.problems(GATE + filter.formatted("face") + models.formatted("person")))
                .hasSize(2)
                .anySatisfy(line -> assertThat(line)
                        .contains(
                                "cameras.gate.filters.only: the model people has no label face: its labels are person"))
                .anySatisfy(line -> assertThat(line)
                        .contains(
                                "models.faces.filters.only: the model faces has no label person: its labels are face"));
    }

    /** A model whose labels stand in its own file is known only once it is loaded. */
    @Test
    void shouldTellWhichModelWhenLoadedModelsCanNotTellALabel() throws Exception {
        VigilConfig read = config.read(GATE + "    model: people\nmodels:\n"
                + "  people: {then: {model: faces, labels: [person]}}\n  faces: {filters: {only: [fase]}}\n");
        Labels person = Labels.of(List.of("person"), "test");
        Labels dog = Labels.of(List.of("dog"), "test");
        Labels face = Labels.of(List.of("face"), "test");
        Labels fase = Labels.of(List.of("fase"), "test");
        assertThat(LabelCheck.labels(read, read.cameras().get(0), Map.of("people", person, "faces", fase)))
                .containsExactly("person");
        assertThatThrownBy(
                        () -> LabelCheck.labels(read, read.cameras().get(0), Map.of("people", person, "faces", face)))
                .isInstanceOf(ModelException.class)
                .hasMessage("models.faces.filters.only: the model faces has no label fase (did you mean face?): its"
                        + " labels are face");
        assertThatThrownBy(() -> LabelCheck.labels(read, read.cameras().get(0), Map.of("people", dog, "faces", fase)))
                .isInstanceOf(ModelException.class)
                .hasMessage("models.people.then.labels: the model people has no label person: its labels are dog");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{model: face}               | then.model: there is no such model (did you mean faces?): people or faces is allowed",
                "{labels: [person]}          | then.model: is missing: the name of the model that looks at the crops is expected",
                "{model: faces, labels: [persn]} | then.labels: the model people has no label persn (did you mean person?): its labels are person, dog",
                "{model: faces, labels: []}  | then.labels: an empty list is not allowed: a list of the first model's labels",
                "{model: faces, margin: 2}   | then.margin: 2 is not allowed: 0 to 1",
                "{model: faces, min_size: 0} | then.min_size: 0 is not allowed: 1px to 9999px",
                "{model: faces, min_size: 5%}| then.min_size: 5% is not allowed: 1px to 9999px",
                "{model: faces, max: 65}     | then.max: 65 is not allowed: 1 to 64",
                "{model: faces, max: 0}      | then.max: 0 is not allowed: 1 to 64",
                "{model: faces, margn: 3}    | then.margn: unknown key (did you mean margin?); allowed are model, labels, margin, min_size, max",
                "faces                       | then: a single value is not allowed: keys with their values are expected under it",
            })
    void shouldSayWhatIsAllowedWhenAValueIsNot(String then, String problem) throws Exception {
        List<String> problems = config.problems(GATE + "models:\n  people:\n    labels: [person, dog]\n    then: "
                + then + "\n  faces: {labels: [face]}\n");
        assertThat(problems).anySatisfy(line -> assertThat(line).contains("models.people." + problem));
    }

    @Test
    void shouldSayTheNamesWhenModelsLeadInACircle() throws Exception {
        assertThat(config.problems(GATE + "models:\n  other: {then: {model: a}}\n  a: {then: {model: b}}\n"
                        + "  b: {then: {model: c}}\n  c: {then: {model: a}}\n"))
                .singleElement()
                .asString()
                .contains("models.a.then.model: leads in a circle: a → b → c → a");
        assertThat(config.problems(GATE + "models:\n  self: {then: {model: self}}\n"))
                .singleElement()
                .asString()
                .contains("models.self.then.model: leads in a circle: self → self");
    }
}
