package dev.vigil.app.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.config.ConfigException;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.ModelConfig;
import dev.vigil.config.Surroundings;
import dev.vigil.config.VigilConfig;
import dev.vigil.detect.ModelDescription;
import dev.vigil.infer.Backend;
import dev.vigil.infer.BackendOptions;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.workshop.tune.Settings;
import dev.vigil.workshop.tune.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chosen settings as configurations, read back. */
@Timeout(120)
class TunedConfigTest {
    private static final Path DEFAULT_MODEL = Path.of("models/ssdlite-mobilenet-v2-coco.onnx");
    private static final String CAMERAS = "cameras: {gate: {url: \"rtsp://127.0.0.1/1\"}}\n";

    @TempDir
    private Path folder;

    private Surroundings surroundings;
    private Path model;

    @BeforeEach
    void makeModel() throws IOException {
        surroundings = new Surroundings(
                folder,
                Map.of(
                        "XDG_CACHE_HOME",
                        Path.of("target/cache").toAbsolutePath().toString()),
                "box");
        model = Files.copy(DEFAULT_MODEL, folder.resolve("mine ${x} \"y\".onnx"));
    }

    private Settings settings(Backend backend, int workers, int threads, int batch) {
        InferOptions infer = new InferOptions(
                Device.AUTO,
                workers,
                threads,
                batch,
                Duration.ZERO,
                Duration.ofSeconds(10),
                BackendOptions.DEFAULT.withBackend(backend));
        return new Settings(new Variant(Variant.ORIGINAL, model, ModelDescription.EMPTY), infer, Math.max(1, workers));
    }

    private VigilConfig written(Path base, Settings settings, String cameras) throws Exception {
        TunedConfig config = new TunedConfig(surroundings, base);
        Path out = folder.resolve("tuned.yml");
        config.write(out, config.name(model), model, settings, List.of("first", "second"), cameras, false);
        return new ConfigReader(surroundings).read(out);
    }

    @Test
    void shouldReadBackEqualWhenANewConfigurationIsWritten() throws Exception {
        for (Settings settings : List.of(
                settings(Backend.AUTO, 0, 1, 1), settings(Backend.OPENCV, 1, 2, 1), settings(Backend.AUTO, 1, 2, 4))) {
            ModelConfig read = written(null, settings, CAMERAS).models().get("default");
            assertThat(read.infer()).isEqualTo(settings.infer());
            assertThat(read.file()).isEqualTo(model);
        }
        assertThat(Files.readString(folder.resolve("tuned.yml")))
                .contains("""
                models:
                  default:
                    # first
                    # second
                    file:\
                """, "    threads: 2\n", "    batch: {max: 4}\n");
    }

    @Test
    void shouldSayNothingOfWhatHoldsAnywayWhenTheDefaultIsChosen() {
        assertThat(TunedSection.keys("a.onnx", InferOptions.DEFAULT, Duration.ZERO))
                .containsExactly("file: \"a.onnx\"");
    }

    @Test
    void shouldLeaveOutCamerasWhenThereAreNone() throws Exception {
        TunedConfig config = new TunedConfig(surroundings, null);
        Path out = folder.resolve("tuned.yml");
        config.write(out, "default", model, settings(Backend.AUTO, 1, 1, 1), List.of(), "", true);
        assertThat(Files.readString(out)).endsWith("    workers: 1\n");
        assertThatThrownBy(() -> new ConfigReader(surroundings).read(out))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cameras: is missing");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(out, model);
        }
    }

    @Test
    void shouldKeepAllElseWhenAConfigurationIsTakenOver() throws Exception {
        Path base = Files.writeString(folder.resolve("vigil.yml"), """
                # my box
                node: box-7
                models:
                  # the big one
                  big:
                      file: 'mine $${x} "y".onnx'
                      # not too many
                      workers: 3
                      batch:
                        max: 8
                        wait: 5ms
                      score: 0.25   # low
                      threads: 1
                      timeout: 2s

                  # the other
                  other: {file: "mine $${x} \\"y\\".onnx.other", score: 0.6}
                # who looks
                cameras:
                  gate:
                    url: rtsp://127.0.0.1/1
                    model: big
                """);
        Files.copy(DEFAULT_MODEL, folder.resolve("mine ${x} \"y\".onnx.other"));
        VigilConfig read = written(base, settings(Backend.AUTO, 1, 2, 2), "not: used");

        ModelConfig big = read.models().get("big");
        assertThat(big.infer().workers()).isEqualTo(1);
        assertThat(big.infer().threads()).isEqualTo(2);
        assertThat(big.infer().batchMax()).isEqualTo(2);
        assertThat(big.infer().batchWait()).isEqualTo(Duration.ofMillis(5));
        assertThat(big.infer().timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(big.detect().scoreMin()).isEqualTo(0.25f);
        assertThat(Files.readString(folder.resolve("tuned.yml")))
                .isEqualTo("""
                # my box
                node: box-7
                models:
                  # the big one
                  big:
                      # first
                      # second
                      file: "%s"
                      workers: 1
                      threads: 2
                      batch: {max: 2, wait: 5ms}
                      # not too many
                      score: 0.25   # low
                      timeout: 2s

                  # the other
                  other: {file: "mine $${x} \\"y\\".onnx.other", score: 0.6}
                # who looks
                cameras:
                  gate:
                    url: rtsp://127.0.0.1/1
                    model: big
                """.formatted(model.toString().replace("\"", "\\\"").replace("${", "$${")));
        assertThat(Files.readString(base)).contains("workers: 3");
    }

    @Test
    void shouldAddTheSectionWhenAConfigurationHasNone() throws Exception {
        Files.createDirectories(folder.resolve("models"));
        model = Files.move(model, folder.resolve(DEFAULT_MODEL));
        Path base = Files.writeString(folder.resolve("vigil.yml"), "#models:\n" + CAMERAS);
        VigilConfig read = written(base, settings(Backend.AUTO, 1, 2, 1), "");
        assertThat(read.models().get("default").infer().threads()).isEqualTo(2);
        assertThat(read.cameras()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "models: {default: {file: FILE}}\n",
                "models:\n  default: {file: FILE}\n",
                "\"models\":\n  default:\n    file: FILE\n",
            })
    void shouldSayWhatToChangeByHandWhenSectionsAreNotInLines(String models) throws IOException {
        String quoted = DescriptionYaml.quoted(model.toString());
        Path base = Files.writeString(folder.resolve("vigil.yml"), models.replace("FILE", quoted) + CAMERAS);
        assertThatThrownBy(() -> written(base, settings(Backend.AUTO, 1, 2, 1), ""))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not have models.default in lines of its own; change it by hand:\nmodels:")
                .hasMessageEndingWith("    threads: 2");
        assertThat(folder.resolve("tuned.yml")).doesNotExist();
    }

    @Test
    void shouldRefuseWhenAConfigurationDoesNotNameTheModelOnce() throws Exception {
        Path none = Files.writeString(
                folder.resolve("none.yml"),
                "models: {a: {file: \"" + DEFAULT_MODEL.toAbsolutePath() + "\"}}\n" + CAMERAS);
        assertThatThrownBy(() -> new TunedConfig(surroundings, none).name(model))
                .hasMessage("--config " + none + " names the model " + model + " nowhere");
        String quoted = DescriptionYaml.quoted(model.toString());
        Path twice = Files.writeString(
                folder.resolve("twice.yml"),
                "models:\n  a: {file: " + quoted + "}\n  b: {file: " + quoted + "}\n" + CAMERAS);
        assertThatThrownBy(() -> new TunedConfig(surroundings, twice).name(model))
                .hasMessageEndingWith("several times: a, b");
    }

    @Test
    void shouldGiveWhatItWasWhenADescriptionIsReadBack() throws Exception {
        Path file = folder.resolve("d.onnx");
        for (String yaml : List.of(
                "family: yolox\n",
                "labels: coco-80\n",
                "labels: [\"a b\", \"c \\\" ${HOME:-x}\"]\ninput: {size: 320x192, layout: nchw, color: bgr}\n",
                "input: {mean: [1.5, 2, 3], std: 0.5, resize: letterbox, padding: 114, element: float32}\n")) {
            Files.writeString(folder.resolve("d.yml"), yaml);
            ModelDescription first = new ConfigReader(surroundings).readDescription(file);
            Files.writeString(folder.resolve("d.yml"), DescriptionYaml.of(first));
            assertThat(new ConfigReader(surroundings).readDescription(file)).isEqualTo(first);
        }
        assertThat(DescriptionYaml.of(ModelDescription.EMPTY)).isEmpty();
    }
}
