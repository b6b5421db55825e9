package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.OnnxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code vigil model} as a user has it. */
@Timeout(120)
class ModelCommandTest {
    private static final String MODEL = "models/ssdlite-mobilenet-v2-coco.onnx";

    @TempDir
    private Path folder;

    /** Boxes in the rows of a grid, in pixels of 32 by 32, and scores of two classes; with NMS. */
    private Path withNms(String name) throws IOException {
        float[] grid = new float[4 * 64];
        for (int i = 0; i < 64; i++) {
            float[] box = {i % 8 * 4, i / 8 * 4, i % 8 * 4 + 9, i / 8 * 4 + 9};
            System.arraycopy(box, 0, grid, 4 * i, 4);
        }
        OnnxFile file = OnnxFile.ofPicture(32)
                .output("offsets", "Sigmoid", 1, 64, 4)
                .output("s", "Sigmoid", 1, 2, 64)
                .floats("grid", grid, 1, 64, 4)
                .longs("all", 1_000)
                .floats("iou", new float[] {0.5f}, 1)
                .floats("score", new float[] {0.3f}, 1);
        file.node("Add", "b", List.of("offsets", "grid"));
        file.node("NonMaxSuppression", "selected", List.of("b", "s", "all", "iou", "score"));
        return file.declareOutput("selected", DataType.INT64, OnnxFile.OPEN, 3).write(folder.resolve(name));
    }

    @Test
    void shouldTellWhatIsInAModelWhenInspecting() {
        CommandLineRun run = CommandLineRun.of("model", "inspect", MODEL);

        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains("input     images float32 (?, 3, 300, 300)")
                .contains("scores float32 (1, 1917, 90)")
                .contains("749.50 M multiply-adds in 197 nodes for a picture of 300x300")
                .contains("family    ssd: ")
                .contains("classes   90 (labels file ")
                .contains("NMS       none inside")
                .containsPattern("Conv +88 +749.50 M 100.0 % █+\n")
                .containsPattern("yolox +no +wants a single output")
                .contains("ONNX Runtime, tensorrt nothing known");
    }

    @Test
    void shouldPrintOneObjectWhenItIsForAProgram() throws IOException {
        CommandLineRun run = CommandLineRun.of("model", "inspect", "--json", MODEL);

        assertThat(run.exitCode()).isZero();
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(run.out().lines()).hasSize(1);
        assertThat(json.at("/family").asText()).isEqualTo("ssd");
        assertThat(json.at("/multiply_adds").asLong()).isBetween(749_000_000L, 750_000_000L);
        assertThat(json.at("/inputs/0/shape")).hasToString("[null,3,300,300]");
        assertThat(json.at("/picture/assumed").asBoolean()).isFalse();
        assertThat(json.at("/operators/0/operator").asText()).isEqualTo("Conv");
        assertThat(json.at("/nms")).isEmpty();
        assertThat(json.at("/nms_cut").isNull()).isTrue();
        assertThat(json.at("/backends")).hasSizeGreaterThan(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "none.onnx | does not exist",
                ". | is a folder, not a file",
                "empty.onnx | is empty",
                "text.onnx | is no ONNX file",
            })
    void shouldEndWithOneLineWhenItIsNoModel(String name, String words) throws IOException {
        Files.createFile(folder.resolve("empty.onnx"));
        Files.writeString(folder.resolve("text.onnx"), "no model\n");
        Path file = folder.resolve(name);

        for (List<String> command : List.of(
                List.of("model", "inspect", file.toString()),
                List.of(
                        "model",
                        "split",
                        file.toString(),
                        "-o",
                        folder.resolve("out.onnx").toString()))) {
            CommandLineRun run = CommandLineRun.of(command.toArray(String[]::new));
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.errLines())
                    .containsExactly("vigil model " + command.get(1) + ": the model " + file + " " + words);
        }
    }

    @Test
    void shouldTakeTheSizeThatIsSaidWhenTheFileLeavesItOpen() throws IOException {
        OnnxFile file = OnnxFile.empty()
                .input("image", DataType.FLOAT, OnnxFile.OPEN, 3, OnnxFile.OPEN, OnnxFile.OPEN)
                .floats("w", new float[8 * 3 * 3 * 3], 8, 3, 3, 3);
        file.node("Conv", "out", List.of("image", "w"));
        Path model = file.declareOutput("out", DataType.FLOAT, OnnxFile.OPEN, 8, OnnxFile.OPEN, OnnxFile.OPEN)
                .write(folder.resolve("open.onnx"));

        // Each value that comes out is a sum over 3 * 3 * 3 values.
        assertThat(CommandLineRun.of("model", "inspect", "--size", "22x12", model.toString())
                        .out())
                .contains("out float32 (1, 8, 10, 20)")
                .contains(8 * 10 * 20 * 27 / 1_000.0 + "0 k multiply-adds in 1 nodes for a picture of 22x12");
        assertThat(CommandLineRun.of("model", "inspect", model.toString()).out())
                .contains("for a picture of 640x640, which is assumed: the file leaves it open (--size)");
        CommandLineRun wrong = CommandLineRun.of("model", "inspect", "--size", "640", model.toString());
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("'640' is no size: WIDTHxHEIGHT in pixels");
    }

    @Test
    void shouldWriteAModelThatTellsItselfWhenSplitting() throws IOException {
        Path in = withNms("whole.onnx");
        Path out = folder.resolve("raw.onnx");

        assertThat(CommandLineRun.of("model", "inspect", in.toString()).out())
                .contains("NMS       inside: node node_selected (NonMaxSuppression)")
                .contains("can be cut away: 1 nodes less")
                .contains("1 × NonMaxSuppression");
        CommandLineRun split = CommandLineRun.of("model", "split", in.toString(), "-o", out.toString());
        assertThat(split.err()).isEmpty();
        assertThat(split.exitCode()).isZero();
        assertThat(split.out())
                .contains("boxes     xyxy in pixels (boxes of a black picture are in pixels, in rows with x first)")
                .contains("its NMS   by class, iou 0.500, score above 0.300");
        assertThat(CommandLineRun.of("model", "inspect", out.toString()).out())
                .contains("family    raw-boxes: ")
                .contains("NMS       none inside");
        CommandLineRun itself = CommandLineRun.of("model", "split", in.toString(), "-o", in.toString());
        assertThat(itself.exitCode()).isEqualTo(1);
        assertThat(itself.err()).contains("is the model itself; it is not replaced");
    }

    @Test
    void shouldLoadItWithoutItsNmsWhenTheConfigurationSaysSo() throws IOException {
        withNms("whole.onnx");
        Path config = Files.writeString(folder.resolve("vigil.yml"), """
                mqtt: {broker: 'mqtt://127.0.0.1:1'}
                cache_dir: %s
                models:
                  mine: {file: whole.onnx, nms: cpu}
                cameras:
                  gate: {url: '%s'}
                """.formatted(
                        folder.resolve("cache"), Path.of("media/demo-clip.mp4").toAbsolutePath()));

        CommandLineRun check = CommandLineRun.of("check", "--config", config.toString());

        assertThat(check.err()).isEmpty();
        assertThat(check.out()).contains("models.mine: raw-boxes, input 32x32, 2 classes");
        Files.writeString(config, Files.readString(config).replace("nms: cpu", "nms: graph"));
        CommandLineRun graph = CommandLineRun.of("check", "--config", config.toString());
        assertThat(graph.exitCode()).isEqualTo(78);
        assertThat(graph.err()).contains("models.mine.file: ");
    }
}
