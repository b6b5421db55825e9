package dev.vigil.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.app.bench.Figure.Unit;
import dev.vigil.detect.ModelDescription;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code vigil bench --model}: what is measured, kept and compared. */
@Timeout(120)
class ModelBenchTest {
    private static final Path MODEL = Path.of("models/ssdlite-mobilenet-v2-coco.onnx");

    @TempDir
    private Path folder;

    private static ModelFigures figures(String sha256, double p50Ms) {
        return new ModelFigures(
                "2026-01-02T03:04:05Z",
                new ModelFigures.Model("mine.onnx", sha256, 123_456_789_012L),
                new Box("a CPU", 4, "17", "1.29.0"),
                Map.of("device", "auto", ModelFigures.RUNS_ON, "cpu", "input", "zeros"),
                List.of(
                        new Figure("one run, p50", Unit.MS, List.of(p50Ms, 1.01 * p50Ms, 1.02 * p50Ms)),
                        new Figure("1 worker, 1 thread, batch 2", Unit.FRAMES_PER_SECOND, List.of(50.0, 51.0))));
    }

    @Test
    void shouldMeasureEverythingInEachRoundWhenAModelRuns() throws Exception {
        List<String> told = new ArrayList<>();
        ModelBench bench = new ModelBench(new ModelBench.Plan(
                MODEL,
                ModelDescription.EMPTY,
                InferOptions.DEFAULT.withDevice(Device.CPU),
                null,
                2,
                0.05,
                Path.of("target/cache")));
        List<Figure> figures = bench.measure(told::add);

        assertThat(bench.device()).isEqualTo("cpu");
        assertThat(told).contains("batches (round 1 of 2)", "workers and threads (round 2 of 2)");
        assertThat(figures)
                .extracting(figure -> figure.name() + " " + figure.unit().label())
                .contains(
                        "loading ms",
                        "one run, shortest ms",
                        "one run, p99 ms",
                        "1 worker, 1 thread, batch 1 frames/s",
                        "1 worker, 1 thread, batch 8 CPU ms/frame")
                .doesNotHaveDuplicates();
        assertThat(figures).allSatisfy(figure -> {
            assertThat(figure.rounds()).hasSize(figure.unit() == Unit.MIB ? 1 : 2);
            assertThat(figure.rounds()).allSatisfy(value -> assertThat(value).isPositive());
        });
        if (Runtime.getRuntime().availableProcessors() == 2) {
            assertThat(figures)
                    .extracting(Figure::name)
                    .contains("2 workers, 1 thread", "1 worker, 2 threads")
                    .doesNotContain("2 workers, 2 threads", "1 worker, 1 thread");
        }
    }

    @Test
    void shouldTakeAllNumbersOfWorkersWhenCoresAreNoPowerOfTwo() {
        assertThat(ModelBench.powers(1)).containsExactly(1);
        assertThat(ModelBench.powers(6)).containsExactly(1, 2, 4, 6);
        assertThat(ModelBench.powers(8)).containsExactly(1, 2, 4, 8);
    }

    @Test
    void shouldReadWhatItWroteWhenFiguresAreSaved() throws Exception {
        Path file = folder.resolve("before.json");
        FiguresFile.write(figures("aa11", 10), file);
        FiguresFile.write(figures("ab12", 20), file);
        assertThat(FiguresFile.read(file)).isEqualTo(figures("ab12", 20));
        assertThat(folder).isDirectoryContaining(file::equals);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void shouldSayWhatIsOtherWhenABaselineIsOfAnotherModelAndBox() {
        ModelFigures before = figures("aa11", 10);
        ModelFigures now = new ModelFigures(
                "2026-02-02T03:04:05Z",
                new ModelFigures.Model("other.onnx", "bb22", 1),
                new Box("a CPU", 8, "17", "1.29.0"),
                Map.of("device", "auto", ModelFigures.RUNS_ON, "cuda", "input", "zeros"),
                figures("aa11", 12).figures());
        ModelBenchReport report = new ModelBenchReport(now, Path.of("before.json"), before);

        assertThat(report.text())
                .contains("Against before.json of 2026-01-02T03:04:05Z: 0 better, 1 worse.")
                .contains("Not the same as then: another model: mine.onnx (aa11), now other.onnx (bb22).")
                .contains("Not the same as then: another number of cores: 4, now 8.")
                .contains("Not the same as then: another runs on: cpu, now cuda.")
                .doesNotContain("another Java")
                .containsPattern("one run, p50 +ms +10.10 +12.12 +12.00 +12.24 +\\+20.0 % +WORSE\n");
        JsonNode json = report.json();
        assertThat(json.at("/baseline/differences")).hasSize(1);
        assertThat(json.at("/baseline/differences/0/better").booleanValue()).isFalse();
        assertThat(json.at("/baseline/not_the_same")).hasSize(3);
        assertThat(json.at("/figures")).hasSize(2);
    }

    @Test
    void shouldSayWhatIsMissingWhenFiguresAreNotTheSame() {
        ModelFigures all = figures("aa11", 10);
        ModelFigures less = new ModelFigures(
                all.takenUtc(),
                all.model(),
                all.box(),
                all.options(),
                all.figures().subList(0, 1));
        assertThat(new ModelBenchReport(less, Path.of("b.json"), all).text())
                .contains("Not measured this time: 1 worker, 1 thread, batch 2 frames/s.")
                .contains("0 better, 0 worse");
        assertThat(new ModelBenchReport(all, Path.of("b.json"), less).text()).containsPattern("batch 2 .* new\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{                            | :1 is no JSON: ",
                "[]                           | was not written by vigil bench --save: it has no vigil_bench",
                "{\"vigil_bench\": 2}         | is of version 2; version 1 can be read",
                "{\"vigil_bench\": 1}         | : options is missing: an object",
                "\"taken\": 5                 | : taken 5 is not allowed: text",
                "\"cores\": \"two\"           | : box.cores \"two\" is not allowed: a whole number",
                "\"unit\": \"hours\"          | : figures.0.unit \"hours\" is not allowed: one of ms, MiB, frames/s,"
                        + " CPU ms/frame",
                "\"rounds\": [ ]              | : figures.0.rounds [] is not allowed: a list of numbers",
                "\"rounds\": [ 1, null ]      | : figures.0.rounds.1 null is not allowed: a number",
            })
    void shouldSayWhatIsWrongWhenABaselineIsBad(String text, String words) throws IOException {
        Path file = folder.resolve("bad.json");
        FiguresFile.write(figures("aa11", 10), file);
        if (text.startsWith("\"")) {
            String key = text.substring(0, text.indexOf(':'));
            Files.writeString(file, Files.readString(file).replaceFirst(key + " : (\\[[^]]*]|\"[^\"]*\"|\\d+)", text));
        } else {
            Files.writeString(file, text);
        }
        assertThatThrownBy(() -> FiguresFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + (words.startsWith(":") ? words : " " + words));
    }

    @Test
    void shouldSayThatItIsNotThereWhenABaselineIsMissing() {
        assertThatThrownBy(() -> FiguresFile.read(folder.resolve("none.json")))
                .hasMessage(folder.resolve("none.json") + " does not exist");
        assertThatThrownBy(() -> FiguresFile.read(folder)).hasMessage(folder + " is a folder, not a file");
    }

    @Test
    void shouldNameTheProcessorWhenTheKernelDoes() throws IOException {
        Path cpus = Files.writeString(folder.resolve("cpuinfo"), "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n");
        Path arm = Files.writeString(folder.resolve("arm"), "processor\t: 0\nCPU part\t: 0xd08\n");
        Path board = Files.writeString(folder.resolve("board"), "Some Board Rev 1.4\0");
        Path none = folder.resolve("none");
        assertThat(Box.cpu(cpus, none)).isEqualTo("Some CPU @ 2 GHz");
        assertThat(Box.cpu(arm, board)).isEqualTo("Some Board Rev 1.4");
        assertThat(Box.cpu(none, none)).isEqualTo("unknown");
    }
}
