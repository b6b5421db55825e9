package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code vigil model prune} as a user has it. */
@Timeout(300)
class PruneCommandTest {
    private static final Path MODEL = Path.of("models/ssdlite-mobilenet-v2-coco.onnx");

    @TempDir
    private Path folder;

    /** The default model with some filters of each expanding layer zeroed, so that it finds something else. */
    private Path zeroed() throws Exception {
        Random random = new Random(3);
        OnnxModel model = OnnxModel.read(MODEL);
        for (NodeProto node : model.graph().nodes()) {
            TensorProto tensor = model.graph().initializers().get(Nodes.input(node, 1));
            if (node.getName().contains("/depthwise/") && Nodes.is(node, "Conv")) {
                float[] weights = Weights.floats(tensor, model.folder());
                int size = weights.length / (int) tensor.getDims(0);
                for (int filter = 0; filter < tensor.getDims(0); filter++) {
                    if (random.nextInt(20) == 0) {
                        Arrays.fill(weights, filter * size, (filter + 1) * size, 0);
                    }
                }
                long[] dims =
                        tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
                model.graph().initializers().put(tensor.getName(), Weights.of(tensor.getName(), dims, weights));
            }
        }
        Path file = folder.resolve("zeroed.onnx");
        model.write(file);
        Files.copy(Path.of("models/ssdlite-mobilenet-v2-coco.yml"), folder.resolve("zeroed.yml"));
        Files.copy(Path.of("models/coco-90.txt"), folder.resolve("coco-90.txt"));
        return file;
    }

    @Test
    void shouldFindTheSameWithLessWhenFiltersAreZeros() throws Exception {
        Path in = zeroed();
        Path out = folder.resolve("pruned.onnx");

        CommandLineRun run = CommandLineRun.of(
                "model", "prune", in.toString(), "-o", out.toString(), "--frames-max", "4", "--score", "0.2", "--json");

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(json.at("/removed").asInt()).isGreaterThan(200);
        assertThat(json.at("/agreement/candidates/count").asInt()).isPositive();
        assertThat(json.at("/agreement/candidates/score").asDouble()).isLessThan(1e-4);
        assertThat(json.at("/agreement/candidates/corner_input_px").asDouble()).isLessThan(0.01);
        assertThat(json.at("/after/bytes").asLong())
                .isEqualTo(Files.size(out))
                .isLessThan(json.at("/before/bytes").asLong());
        assertThat(json.at("/after/multiply_adds").asLong())
                .isLessThan(json.at("/before/multiply_adds").asLong() * 99 / 100);
        assertThat(folder.resolve("pruned.yml")).exists();
        assertThat(OnnxModel.read(out).metadata().get("vigil_prune")).endsWith(" channels removed");
    }

    @Test
    void shouldWriteTheSameModelWhenNothingIsToBePruned() throws Exception {
        Path out = folder.resolve("out.onnx");

        CommandLineRun run =
                CommandLineRun.of("model", "prune", MODEL.toString(), "-o", out.toString(), "--frames-max", "1");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("nothing to prune: each of the ").contains(out + " is the same model");
        assertThat(Files.size(out)).isEqualTo(Files.size(MODEL));
    }

    @Test
    void shouldRefuseWhenMoreIsLostThanMayBe() {
        Path out = folder.resolve("out.onnx");

        CommandLineRun run = CommandLineRun.of(
                "model", "prune", MODEL.toString(), "-o", out.toString(), "--frames-max", "4", "--threshold", "0.01");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("vigil model prune: the model " + MODEL + " loses ")
                .contains("channels below the threshold of 0.01, and 0.5 are allowed (--loss)");
        assertThat(out).doesNotExist();
        assertThat(CommandLineRun.of("model", "prune", MODEL.toString(), "-o", out.toString(), "--threshold", "1")
                        .exitCode())
                .isEqualTo(2);
        assertThat(CommandLineRun.of("model", "prune", MODEL.toString(), "-o", out.toString(), "--loss", "-1")
                        .exitCode())
                .isEqualTo(2);
    }
}
