package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.ModelConfig;
import dev.vigil.config.Surroundings;
import dev.vigil.config.VigilConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code vigil model tune} as a user has it. */
@Timeout(180)
class TuneCommandTest {
    private static final String MODEL = "models/ssdlite-mobilenet-v2-coco.onnx";
    private static final String CLIP = "media/demo-clip.mp4";

    @TempDir
    private Path folder;

    @Test
    void shouldWriteWhatRunTakesWhenTheDefaultModelIsTuned() throws Exception {
        Path out = folder.resolve("tuned.yml");
        CommandLineRun run = CommandLineRun.of(
                "model",
                "tune",
                MODEL,
                "--frames",
                CLIP,
                "--frames-max",
                "3",
                "--for",
                "12s",
                "--json",
                "-o",
                out.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines()).hasSize(1);
        JsonNode json = new ObjectMapper().readTree(run.out());
        JsonNode chosen = json.get("chosen");
        VigilConfig read = new ConfigReader(Surroundings.ofProcess()).read(out);
        ModelConfig model = read.models().get("default");
        assertThat(Files.isSameFile(model.file(), Path.of(MODEL))).isTrue();
        assertThat(model.infer().threads()).isEqualTo(chosen.get("threads").intValue());
        assertThat(model.infer().batchMax()).isEqualTo(chosen.get("batch").intValue());
        assertThat(read.cameras()).singleElement().satisfies(camera -> assertThat(
                        Path.of(camera.source().uri()))
                .isEqualTo(Path.of(CLIP).toAbsolutePath()));
        if (!chosen.get("settings").equals(json.at("/default/settings"))) {
            assertThat(chosen.get("ratio").doubleValue()).isGreaterThan(1.03);
            assertThat(chosen.get("rounds").intValue()).isGreaterThanOrEqualTo(7);
        }
        assertThat(json.at("/default/fps").doubleValue()).isPositive();
        assertThat(json.get("settings"))
                .allSatisfy(each -> assertThat(each.get("end").textValue())
                        .isIn("chosen", "default", "slower", "dominated", "no_time", "failed", "loss", "latency"));
        assertThat(json.get("configuration").textValue()).startsWith("models:\n  default:\n    # Tuned by");
    }

    @Test
    void shouldEndWithTwoWhenItIsUsedWrongly() {
        assertThat(CommandLineRun.of("model", "tune", MODEL).err()).contains("--frames is missing");
        CommandLineRun loss = CommandLineRun.of("model", "tune", MODEL, "--frames", CLIP, "--loss", "-1");
        assertThat(loss.exitCode()).isEqualTo(2);
        assertThat(loss.err()).contains("--loss -1.0 is not allowed: 0 to 100");
        assertThat(CommandLineRun.of("model", "tune", MODEL, "--frames", CLIP, "--latency", "30")
                        .err())
                .contains("'30' is no duration");
        CommandLineRun elsewhere = CommandLineRun.of(
                "model",
                "tune",
                MODEL,
                "--frames",
                CLIP,
                "-c",
                "config/vigil.yml",
                "-o",
                folder.resolve("o.yml").toString());
        assertThat(elsewhere.exitCode()).isEqualTo(2);
        assertThat(elsewhere.err()).contains("must be in the folder of config/vigil.yml");
    }

    @Test
    void shouldEndWithOneLineWhenItCanNotBegin() {
        Path none = folder.resolve("none.onnx");
        CommandLineRun run = CommandLineRun.of("model", "tune", none.toString(), "--frames", CLIP);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.errLines()).containsExactly("vigil model tune: the model " + none + " does not exist");
        Path nowhere = folder.resolve("none/o.yml");
        assertThat(CommandLineRun.of("model", "tune", MODEL, "--frames", CLIP, "-o", nowhere.toString())
                        .errLines())
                .containsExactly("vigil model tune: -o " + nowhere + ": there is no such folder");
    }
}
