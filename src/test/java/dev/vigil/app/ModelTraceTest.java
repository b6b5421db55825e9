package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.OnnxFile;
import dev.vigil.metrics.trace.Parsed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vigil model trace}. */
class ModelTraceTest {
    @TempDir
    private Path folder;

    private Path model() throws Exception {
        return Files.write(folder.resolve("m.onnx"), OnnxFile.ssd(4, 2));
    }

    @Test
    void shouldTellWhereTimeGoesWhenAModelIsRun() throws Exception {
        CommandLineRun run = CommandLineRun.of(
                "model", "trace", "--runs", "3", "--warm-up", "1", "--nodes", "1", model().toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains("m.onnx on cpu: ", " ms a run, mean of 3 after 1 to warm up", "more: --nodes ")
                .containsPattern("(?m)^operator +nodes +ms a run +share +us a call +provider$")
                .containsPattern("(?m)^Sigmoid +2 .*CPU$")
                .containsPattern("(?m)^nodes by operator +in the file +as run$")
                .containsPattern("(?m)^Flatten +1 ");
    }

    @Test
    void shouldWriteATraceAndOneObjectWhenAsked() throws Exception {
        Path trace = folder.resolve("t.json");
        CommandLineRun run = CommandLineRun.of(
                "model",
                "trace",
                "--json",
                "--runs",
                "3",
                "--warm-up",
                "2",
                "-o",
                trace.toString(),
                model().toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(json.path("runs").asInt()).isEqualTo(3);
        double all = 0;
        for (JsonNode node : json.path("nodes")) {
            assertThat(node.path("calls").asInt()).isEqualTo(3);
            all += node.path("us").asDouble();
        }
        assertThat(all + json.path("between_nodes_us").asDouble())
                .isCloseTo(json.path("run_us").asDouble(), org.assertj.core.api.Assertions.within(1e-6));
        List<JsonNode> events = new ArrayList<>();
        new ObjectMapper().readTree(trace.toFile()).path("traceEvents").forEach(events::add);
        // A profile has a run after its nodes; viewers sort.
        events.sort(Comparator.comparingLong((JsonNode e) -> e.path("ts").asLong())
                .thenComparing(e -> -e.path("dur").asLong()));
        assertThat(new Parsed(events).check().all("X"))
                .extracting(e -> e.path("name").asText())
                .contains("warm-up 2", "run 1", "run 3", "Sigmoid", "session initialization")
                .doesNotContain("run 4");
    }

    @Test
    void shouldSayWhatIsWrongWhenItCanNot() throws Exception {
        Path notes = Files.writeString(folder.resolve("notes.onnx"), "not a model");
        CommandLineRun none = CommandLineRun.of("model", "trace", notes.toString());
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.errLines()).hasSize(1);
        assertThat(none.err()).startsWith("vigil model trace: the model " + notes);
        CommandLineRun runs = CommandLineRun.of("model", "trace", "--runs", "0", model().toString());
        assertThat(runs.exitCode()).isEqualTo(2);
        assertThat(runs.err()).contains("--runs 0 is not allowed: 1 and more");
        Path lite = Files.writeString(folder.resolve("m.tflite"), "\u001c\u0000\u0000\u0000TFL3");
        CommandLineRun other = CommandLineRun.of("model", "trace", lite.toString());
        assertThat(other.exitCode()).isEqualTo(1);
        assertThat(other.err()).contains("is run by tflite, which tells no times of its operators");
        CommandLineRun itself = CommandLineRun.of("model", "trace", "-o", model().toString(), model().toString());
        assertThat(itself.exitCode()).isEqualTo(1);
        assertThat(itself.err()).contains("is the model itself");
    }
}
