package dev.vigil.workshop.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.OnnxFile;
import dev.vigil.infer.InferOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorTimesTest {
    @TempDir
    private Path folder;

    private static String event(String category, String name, long startUs, long durationUs, String arguments) {
        return "{\"cat\" : \"%s\",\"pid\" :1,\"tid\" :2,\"dur\" :%d,\"ts\" :%d,\"ph\" : \"X\",\"name\" :\"%s\",\"args\" : {%s}}"
                .formatted(category, durationUs, startUs, name, arguments);
    }

    private static String node(String name, String operator, int index, long startUs, long durationUs) {
        return event("Node", name + "_kernel_time", startUs, durationUs, """
                "op_name" : "%s","provider" : "CPUExecutionProvider","node_index" : "%d",
                "input_type_shape" : [{"float":[1,3,4,4]},{"int64":[]}]""".formatted(operator, index));
    }

    private static String run(long startUs, long durationUs) {
        return event("Session", "model_run", startUs, durationUs, "");
    }

    private Path log(List<String> events) throws Exception {
        return Files.writeString(folder.resolve("log.json"), "[\n" + String.join(",\n", events) + "\n]\n");
    }

    @Test
    void shouldCountTheLastRunsOnlyWhenOthersWarmUp() throws Exception {
        List<String> events = new ArrayList<>(List.of(event("Session", "session_initialization", 0, 900, "")));
        long[] convUs = {9_000, 500, 100, 300};
        for (int i = 0; i < convUs.length; i++) {
            long at = 10_000L * (i + 1);
            events.add(event("Node", "a_fence_before", at, 50, ""));
            events.add(node("a", "Conv", 0, at, convUs[i]));
            events.add(node("b", "Relu", 1, at + convUs[i], 20));
            events.add(run(at - 5, convUs[i] + 40));
        }
        OperatorTimes times = OperatorTimes.read(log(events), 2, null);
        assertThat(times.runs()).isEqualTo(2);
        assertThat(times.runUs()).isEqualTo(240);
        assertThat(times.otherUs()).isEqualTo(20);
        assertThat(times.nodes()).extracting(OperatorTimes.Node::name).containsExactly("a", "b");
        OperatorTimes.Node conv = times.costliest().get(0);
        assertThat(conv)
                .isEqualTo(new OperatorTimes.Node(
                        "a", "Conv", "CPU", 2, 200, List.of("float 1x3x4x4", "int64"), List.of()));
        assertThat(times.share(conv.us())).isCloseTo(200.0 / 220, within(1e-9));
        assertThat(times.operators())
                .containsExactly(
                        new OperatorTimes.Operator("Conv", "CPU", 1, 2, 200),
                        new OperatorTimes.Operator("Relu", "CPU", 1, 2, 20));
    }

    @Test
    void shouldCountWhatABodyTakesOnceWhenANodeHasOne() throws Exception {
        OperatorTimes times = OperatorTimes.read(
                log(List.of(
                        node("before", "Conv", 0, 100, 50),
                        node("inner", "Mul", 0, 210, 30),
                        node("inner", "Mul", 0, 250, 30),
                        node("loop", "Loop", 1, 200, 100),
                        node("after", "Conv", 2, 320, 10),
                        run(90, 250))),
                1,
                null);
        assertThat(times.nodes())
                .extracting(n -> n.name() + " " + n.calls() + " " + n.us())
                .containsExactly("before 1 50.0", "inner 2 60.0", "loop 1 40.0", "after 1 10.0");
        assertThat(times.otherUs()).isEqualTo(90);
    }

    @Test
    void shouldTellWhatRanAndWhatWasFusedWhenOnnxRuntimeRunsAModel() throws Exception {
        Path model = Files.write(folder.resolve("m.onnx"), OnnxFile.ssd(4, 2));
        Path written = Files.createDirectory(folder.resolve("trace"));
        int[] done = {0};
        ModelTrace trace = ModelTrace.of(
                model,
                new ModelTrace.Plan(null, InferOptions.DEFAULT, 2, 5),
                ModelTrace.Input.RANDOM,
                folder.resolve("cache"),
                written,
                runs -> done[0] = runs);
        assertThat(done[0]).isEqualTo(7);
        assertThat(trace.device()).isEqualTo("cpu");
        assertThat(trace.times().runs()).isEqualTo(5);
        assertThat(trace.times().nodes()).isNotEmpty().allSatisfy(node -> {
            assertThat(node.calls()).isEqualTo(5);
            assertThat(node.provider()).isEqualTo("CPU");
            assertThat(node.inputs()).isNotEmpty();
        });
        assertThat(trace.times().nodes().stream()
                        .mapToDouble(OperatorTimes.Node::us)
                        .sum())
                .isLessThanOrEqualTo(trace.times().runUs());
        assertThat(trace.inFile()).containsEntry("Flatten", 1).containsEntry("Sigmoid", 2);
        assertThat(trace.inRun().values().stream().mapToInt(n -> n).sum())
                .isEqualTo(trace.times().nodes().size());
    }
}
