package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.OnnxFile;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code vigil model quantize} as a user has it. */
@Timeout(300)
class QuantizeCommandTest {
    private static final Path MODEL = Path.of("models/ssdlite-mobilenet-v2-coco.onnx");
    private static final Path CLIP = Path.of("media/demo-clip.mp4");

    private static final int BOXES = 40;

    @TempDir
    private Path folder;

    private CommandLineRun quantize(Path in, String... options) {
        List<String> arguments = new ArrayList<>(List.of("model", "quantize", in.toString(), "-o", out().toString()));
        arguments.addAll(List.of("--frames", CLIP.toString(), "--frames-max", "4", "--calibration", "percentile"));
        arguments.addAll(List.of(options));
        return CommandLineRun.of(arguments.toArray(String[]::new));
    }

    private Path out() {
        return folder.resolve("int8.onnx");
    }

    @Test
    void shouldWriteAModelOfAThirdOfTheBytesWhenTheBoundHolds() throws Exception {
        CommandLineRun run = quantize(MODEL, "--loss", "60", "--no-reduce-range", "--json");

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(json.at("/output_bytes").asLong())
                .isEqualTo(Files.size(out()))
                .isLessThan(json.at("/bytes").asLong() * 30 / 100);
        assertThat(json.at("/weight_bits").asInt()).isEqualTo(8);
        assertThat(json.at("/calibration").asText()).isEqualTo("percentile");
        assertThat(json.at("/frames_calibrated").asInt()).isEqualTo(2);
        assertThat(json.at("/loss").asDouble()).isLessThanOrEqualTo(60);
        assertThat(json.at("/layers")).allMatch(layer -> layer.at("/int8").asBoolean());
        assertThat(folder.resolve("int8.yml")).hasSameTextualContentAs(Path.of("models/ssdlite-mobilenet-v2-coco.yml"));
        OnnxModel written = OnnxModel.read(out());
        assertThat(written.graph().nodes()).anyMatch(node -> Nodes.is(node, "QuantizeLinear"));
        assertThat(written.metadata().get("quantized")).startsWith("int8, ");
    }

    /** A detector with weights by chance, whose boxes change with every rounding. */
    private Path tiny() throws Exception {
        Random random = new Random(4);
        OnnxFile file = OnnxFile.empty().input("image", DataType.FLOAT, 1, 3, 64, 64);
        file.floats("w1", random(random, 16 * 3 * 16, 0.3f), 16, 3, 4, 4);
        file.node("Conv", "c1", List.of("image", "w1"), Nodes.integers("strides", 8, 8));
        file.node("Relu", "r1", List.of("c1"));
        file.floats("w2", random(random, 16 * 16 * 9, 0.12f), 16, 16, 3, 3);
        file.node("Conv", "c2", List.of("r1", "w2"), Nodes.integers("pads", 1, 1, 1, 1));
        file.node("Flatten", "row", List.of("c2"));
        for (String output : List.of("boxes", "scores")) {
            int values = output.equals("boxes") ? 4 : 3;
            file.floats("w " + output, random(random, 1024 * BOXES * values, 0.05f), 1024, BOXES * values);
            file.longs("shape " + output, 1, BOXES, values);
            file.node("MatMul", "m " + output, List.of("row", "w " + output));
            file.node("Reshape", "s " + output, List.of("m " + output, "shape " + output));
            file.node("Sigmoid", output, List.of("s " + output));
            file.declareOutput(output, DataType.FLOAT, 1, BOXES, values);
        }
        Files.writeString(folder.resolve("tiny.yml"), "family: ssd\nlabels: [a, b, c]\n");
        return file.write(folder.resolve("tiny.onnx"));
    }

    private static float[] random(Random random, int count, float size) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian() * size;
        }
        return values;
    }

    @Test
    void shouldSayWhatHoldsItBackWhenTheBoundDoesNotHold() throws Exception {
        Path tiny = tiny();

        CommandLineRun run = quantize(tiny, "--loss", "0", "--score", "0.5");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("vigil model quantize: the model " + tiny + " is not written in 8 bits: the loss is ")
                .contains("allowed are 0.00 points")
                .contains("What holds it back most: ");
        assertThat(out()).doesNotExist();
        assertThat(folder.resolve("int8.yml")).doesNotExist();
        assertThat(run.out()).contains("LAYER").contains("float: loss");
    }

    @Test
    void shouldLookAtWhatTheModelSeesWhenFramesAreOfACamera() throws Exception {
        Path config = Files.writeString(
                folder.resolve("vigil.yml"),
                "node: box\ncameras:\n  gate:\n    url: " + folder.resolve("none.mp4") + "\n    detect_stream: "
                        + CLIP.toAbsolutePath() + "\n");

        CommandLineRun run = CommandLineRun.of(
                "model",
                "quantize",
                tiny().toString(),
                "-o",
                out().toString(),
                "-c",
                config.toString(),
                "--frames",
                "camera:gate",
                "--frames-max",
                "4",
                "--loss",
                "100",
                "--score",
                "0.5");

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("2 frames").contains("  processor ");
        assertThat(out()).exists();
    }

    @Test
    void shouldSayWhatIsWrongWhenItIsGivenWhatItCanNotTake() throws Exception {
        Path sums = OnnxFile.empty()
                .input("images", DataType.FLOAT, 1, 3, 8, 8)
                .node("Add", "y", List.of("images", "images"))
                .declareOutput("y", DataType.FLOAT, 1, 3, 8, 8)
                .write(folder.resolve("sums.onnx"));
        Path text = Files.writeString(folder.resolve("text.onnx"), "no model");

        assertFails(quantize(sums), 1, "there is nothing to do in 8 bits");
        assertFails(quantize(text), 1, text + " ");
        assertFails(quantize(folder.resolve("none.onnx")), 1, "does not exist");
        assertFails(quantize(MODEL, "--keep", "nothing-like-it*"), 1, "nothing-like-it*");
        assertFails(quantize(MODEL, "--frames", "camera:nowhere"), 1, "nowhere");
        assertFails(quantize(MODEL, "--loss", "-1"), 2, "--loss -1.0 is not allowed: 0 and more");
        assertFails(quantize(MODEL, "--score", "1"), 2, "--score 1.0 is not allowed: 0..1");
        assertFails(quantize(MODEL, "--calibration", "best"), 2, "best");
        assertFails(CommandLineRun.of("model", "quantize", MODEL.toString(), "-o", out().toString()), 2, "--frames");
        assertFails(
                CommandLineRun.of(
                        "model", "quantize", sums.toString(), "-o", sums.toString(), "--frames", CLIP.toString()),
                1,
                "is not replaced");
        assertThat(out()).doesNotExist();
    }

    private static void assertFails(CommandLineRun run, int exitCode, String words) {
        assertThat(run.err()).contains(words);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
    }
}
