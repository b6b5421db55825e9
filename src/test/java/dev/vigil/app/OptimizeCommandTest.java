package dev.vigil.app;

import static dev.vigil.OnnxFile.attribute;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.OnnxFile;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code vigil model optimize} as a user has it. */
@Timeout(120)
class OptimizeCommandTest {
    @TempDir
    private Path folder;

    /** A picture of any size through nodes that do nothing, and a row of it. */
    private Path model() throws IOException {
        return OnnxFile.empty()
                .input("image", DataType.FLOAT, OnnxFile.OPEN, 3, OnnxFile.OPEN, OnnxFile.OPEN)
                .node("Identity", "a", List.of("image"))
                .node("Transpose", "b", List.of("a"), Nodes.integers("perm", 0, 2, 3, 1))
                .node("Relu", "c", List.of("b"))
                .node("Transpose", "d", List.of("c"), Nodes.integers("perm", 0, 3, 1, 2))
                .node("Shape", "s", List.of("d"))
                .longs("one", 0)
                .node("Gather", "n", List.of("s", "one"), attribute("axis", 0))
                .longs("rest", -1)
                .node("Concat", "to", List.of("n", "rest"), attribute("axis", 0))
                .node("Reshape", "row", List.of("d", "to"))
                .declareOutput("row", DataType.FLOAT, OnnxFile.OPEN, OnnxFile.OPEN)
                .metadata("author", "somebody")
                .write(folder.resolve("mine.onnx"));
    }

    @Test
    void shouldSettleSizesAndTellWhatPassesDidWhenItIsDone() throws Exception {
        Path in = model();
        Files.writeString(folder.resolve("mine.yml"), "labels: [a, b]\n");
        Path out = folder.resolve("out.onnx");
        CommandLineRun run = CommandLineRun.of(
                "model",
                "optimize",
                in.toString(),
                "-o",
                out.toString(),
                "--size",
                "16x8",
                "--batch",
                "1",
                "--seconds",
                "0");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .containsPattern("(?m)^before +8 ")
                .containsPattern("(?m)^identities +1 +-1")
                .containsPattern("(?m)^transposes ")
                .containsPattern("(?m)^after +2 ")
                .contains("same: 3 random inputs, 0 frames (")
                .contains("largest difference 0.0 of output row")
                .contains("out.onnx, ")
                .contains("out.yml");
        OnnxModel model = OnnxModel.read(out);
        assertThat(model.metadata()).containsKeys("author", "optimized");
        assertThat(model.graph()
                        .inputs()
                        .get(0)
                        .getType()
                        .getTensorType()
                        .getShape()
                        .getDimList())
                .extracting(dim -> dim.getDimValue())
                .containsExactly(1L, 3L, 8L, 16L);
    }

    @Test
    void shouldPrintOneObjectWhenItIsForAProgram() throws Exception {
        Path out = folder.resolve("out.onnx");
        CommandLineRun run = CommandLineRun.of(
                "model",
                "optimize",
                "--json",
                model().toString(),
                "-o",
                out.toString(),
                "--seconds",
                "0",
                "--skip",
                "transposes,identities");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines()).hasSize(1);
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(json.at("/before/nodes").asInt()).isEqualTo(8);
        assertThat(json.at("/after/nodes").asInt()).isGreaterThanOrEqualTo(4);
        assertThat(json.at("/passes").findValuesAsText("pass")).contains("reshapes");
        assertThat(json.at("/difference").asDouble()).isZero();
        assertThat(json.at("/before/ms_p50").asDouble()).isPositive();
    }

    @Test
    void shouldRefuseAndWriteNothingWhenItCanNotBeDone() throws Exception {
        Path in = model();
        Path out = folder.resolve("out.onnx");
        CommandLineRun itself = CommandLineRun.of("model", "optimize", in.toString(), "-o", in.toString());
        assertThat(itself.exitCode()).isEqualTo(1);
        assertThat(itself.err()).contains("is the model itself; it is not replaced");
        CommandLineRun unknown =
                CommandLineRun.of("model", "optimize", in.toString(), "-o", out.toString(), "--skip", "magic");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("--skip magic is not allowed: freeze, unused, ");
        CommandLineRun batch =
                CommandLineRun.of("model", "optimize", in.toString(), "-o", out.toString(), "--batch", "0");
        assertThat(batch.exitCode()).isEqualTo(2);
        Path fixed = OnnxFile.empty()
                .input("image", DataType.FLOAT, 1, 3, 4, 4)
                .node("Relu", "y", List.of("image"))
                .declareOutput("y", DataType.FLOAT, 1, 3, 4, 4)
                .write(folder.resolve("fixed.onnx"));
        CommandLineRun size =
                CommandLineRun.of("model", "optimize", fixed.toString(), "-o", out.toString(), "--size", "8x8");
        assertThat(size.exitCode()).isEqualTo(1);
        assertThat(size.err()).contains("fixed.onnx can not be optimised: size: says 8x8, but the input is image");
        CommandLineRun more =
                CommandLineRun.of("model", "optimize", fixed.toString(), "-o", out.toString(), "--batch", "2");
        assertThat(more.err())
                .contains("--batch 2, but input image has a batch of 1 that the file does not leave open");
        assertThat(out).doesNotExist();
    }
}
