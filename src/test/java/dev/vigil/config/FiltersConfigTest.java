package dev.vigil.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.detect.BoxFilter;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.LabelFilters;
import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.Suppression;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiltersConfigTest {
    private static final String CAMERA = "cameras:\n  gate:\n    url: rtsp://10.0.0.7/main\n";
    private static final String MODEL = "models:\n  m:\n    labels: [person, car, traffic light]\n";

    @TempDir
    private Path folder;

    private ConfigFolder config;

    @BeforeEach
    void makeFolder() throws Exception {
        config = new ConfigFolder(folder);
    }

    @Test
    void shouldTakeFiltersOfModelWhenCameraSaysNothing() throws Exception {
        VigilConfig read = config.read(CAMERA + MODEL + """
                    suppression: soft_gaussian
                    iou: 0.6
                    sigma: 0.3
                    filters:
                      only: [person, traffic light]
                      min_area: 0.001
                      max_ratio: 3
                      labels:
                        person: {score: 0.6, max_count: 5}
                        traffic light: {min_ratio: 0.25, max_area: 0.1}
                """);
        DetectOptions detect = read.models().get("m").detect();
        assertThat(detect.suppression())
                .isEqualTo(new Suppression.Override(Suppression.Kind.SOFT_GAUSSIAN, 0.6f, 0.3f));
        assertThat(detect.filters())
                .isEqualTo(new LabelFilters(
                        List.of("person", "traffic light"),
                        new BoxFilter(null, 0.001f, null, null, 3f, null),
                        Map.of(
                                "person", new BoxFilter(0.6f, null, null, null, null, 5),
                                "traffic light", new BoxFilter(null, null, 0.1f, 0.25f, null, null))));
        assertThat(read.cameras().get(0).detect()).isEqualTo(detect);
    }

    @Test
    void shouldTakeWhatCameraSaysKeyByKeyWhenModelHasFiltersToo() throws Exception {
        VigilConfig read = config.read(CAMERA + """
                    score: 0.5
                    filters:
                      only: car
                      max_area: 0.5
                      labels:
                        person: {score: 0.7}
                        car: {max_count: 2}
                """ + MODEL + """
                    filters:
                      only: [person, car]
                      min_area: 0.001
                      max_area: 0.25
                      labels:
                        person: {score: 0.6, max_count: 5}
                """);
        DetectOptions detect = read.cameras().get(0).detect();
        assertThat(detect.scoreMin()).isEqualTo(0.5f);
        assertThat(detect.filters())
                .isEqualTo(new LabelFilters(
                        List.of("car"),
                        new BoxFilter(null, 0.001f, 0.5f, null, null, null),
                        Map.of(
                                "person", new BoxFilter(0.7f, null, null, null, null, 5),
                                "car", new BoxFilter(null, null, null, null, null, 2))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            min_area: 1.5          | filters.min_area: 1.5 is not allowed: 0 to 1
            min_area: 5%           | filters.min_area: 5% is not a number: 0 to 1 is allowed
            max_ratio: 0           | filters.max_ratio: 0 is not allowed: 0.001 to 1000
            max_count: 1.5         | filters.max_count: 1.5 is not a whole number: 1 to 1000 is allowed
            max_count: 0           | filters.max_count: 0 is not allowed: 1 to 1000
            score: 0.5             | filters.score: unknown key
            only: []               | filters.only: an empty list is not allowed: labels of the model: [person, car]
            only: [prson]          | filters.only: the model m has no label prson (did you mean person?): its labels are person, car, traffic light
            labels: [person]       | filters.labels: a list is not allowed: keys with their values are expected under it
            labels: {Person: {score: 1}} | filters.labels.Person: the model m has no label Person (did you mean person?): its labels are person, car, traffic light
            labels: {car: {score: 2}}   | filters.labels.car.score: 2 is not allowed: 0 to 1
            labels: {car: {min_aera: 0.1}} | filters.labels.car.min_aera: unknown key (did you mean min_area?)
            """)
    void shouldSayWhatIsAllowedWhenAFilterIsWrong(String line, String problem) throws Exception {
        for (String of : List.of("cameras.gate.", "models.m.")) {
            String filters = "    filters:\n      " + line + "\n";
            String camera = of.startsWith("cameras") ? CAMERA + filters : CAMERA;
            String model = of.startsWith("models") ? MODEL + filters : MODEL;
            assertThat(config.problems(camera + model))
                    .singleElement()
                    .asString()
                    .contains("  " + of + problem);
        }
    }

    @Test
    void shouldTellOnceWhenNoBoxCanBeAllowed() throws Exception {
        assertThat(config.problems(CAMERA + "    filters: {labels: {car: {max_area: 0.1}}}\n" + MODEL
                        + "    filters: {min_area: 0.2}\n"))
                .containsExactly(
                        "vigil.yml:4:30  cameras.gate.filters.labels.car.max_area: no box can have min_area 0.2"
                                + " and max_area 0.1: the first must not be larger");
        assertThat(config.problems(CAMERA + "    filters: {max_area: 0.1}\n" + MODEL
                        + "    filters: {labels: {car: {min_area: 0.2}}}\n"))
                .singleElement()
                .asString()
                .contains("cameras.gate.filters.max_area: no box can have min_area 0.2 and max_area 0.1");
        assertThat(config.problems(CAMERA + MODEL + "    filters: {min_ratio: 2, max_ratio: 1}\n"))
                .singleElement()
                .asString()
                .contains("models.m.filters.min_ratio: no box can have min_ratio 2.0 and max_ratio 1.0");
    }

    /** A model whose labels stand in its own file is known only once it is loaded. */
    @Test
    void shouldRefuseLabelWhenLoadedModelCanNotTellIt() throws Exception {
        VigilConfig read = config.read(CAMERA + "    filters: {only: [prson]}\n");
        Labels labels = Labels.of(List.of("person", "car"), "test");
        assertThatThrownBy(() -> LabelCheck.labels(read, read.cameras().get(0), Map.of("default", labels)))
                .isInstanceOf(ModelException.class)
                .hasMessage(
                        "cameras.gate.filters.only: the model default has no label prson (did you mean person?): its"
                                + " labels are person, car");
        assertThatThrownBy(() -> LabelCheck.check(List.of("car", "cat"), "m.onnx", labels))
                .hasMessage("the model m.onnx has no label cat (did you mean car?): its labels are person, car");
    }
}
