package dev.vigil.app.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.frame.Step;
import dev.vigil.workshop.trial.Agreement;
import dev.vigil.workshop.trial.Latency;
import dev.vigil.workshop.trial.Throughput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures of a benchmark, for people and as JSON. */
final class BenchReport {
    private final StringBuilder text = new StringBuilder();
    private final ObjectNode json = JsonNodeFactory.instance.objectNode();

    void box(Path clip, String broker) {
        int cores = Runtime.getRuntime().availableProcessors();
        line("%d cores, Java %s, %s, broker %s", cores, Runtime.version(), clip.getFileName(), broker);
        json.put("cores", cores).put("video", clip.getFileName().toString()).put("broker", broker);
    }

    void compared(
            List<Throughput> decoding,
            List<Throughput> model,
            List<FileBench.Result> whole,
            Map<Rival, List<Double>> rivals) {
        Sample rate =
                Sample.of(whole.stream().map(FileBench.Result::framesPerSecond).toList());
        Sample cpu =
                Sample.of(whole.stream().map(FileBench.Result::cpuMsPerFrame).toList());
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < whole.size(); i++) {
            ratios.add(whole.get(i).cpuMsPerFrame()
                    / (decoding.get(i).cpuMsPerFrame() + model.get(i).cpuMsPerFrame()));
        }
        line("");
        line("%-34s %24s %28s", "", "frames/s", "CPU ms/frame");
        row("decoding alone, one thread", "decoding", rates(decoding), costs(decoding));
        row("model alone, all workers", "model", rates(model), costs(model));
        row("whole daemon, file to broker", "file", rate, cpu);
        Sample ratio = Sample.of(ratios);
        line("CPU of the whole against decoding + model: %s x", ratio);
        put(json.withObjectProperty("file"), "cpu_ratio", ratio);
        rivals.forEach((rival, values) -> {
            List<Double> times = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                times.add(whole.get(i).framesPerSecond() / values.get(i));
            }
            row(rival.name(), rival.name(), Sample.of(values), null);
            line("frames/s of the whole against %s: %s x", rival.name(), Sample.of(times));
            put(json.withObjectProperty(rival.name()), "ratio", Sample.of(times));
        });
        FileBench.Result last = whole.get(whole.size() - 1);
        Sample heap = Sample.of(
                whole.stream().map(FileBench.Result::allocatedPerFrame).toList());
        line("heap allocated a frame: %s bytes, resident at most %.0f MiB", heap, last.residentPeakMib());
        put(json.withObjectProperty("file"), "heap_bytes_per_frame", heap);
        json.withObjectProperty("file").put("resident_peak_mib", last.residentPeakMib());
        steps(last.window(), json.withObjectProperty("file"));
    }

    /** The first that runs the model is what the others' boxes are held against. */
    void backends(List<BackendBench.Result> results) {
        line("");
        line(
                "%-12s %-9s %9s %9s %9s %10s %12s %9s   %s",
                "backend", "device", "load ms", "p50 ms", "p99 ms", "frames/s", "CPU ms/frame", "MiB", "boxes");
        BackendBench.Result first = null;
        for (BackendBench.Result result : results) {
            ObjectNode node = json.withObjectProperty("backends")
                    .putObject(result.backend().label());
            if (result.why() != null) {
                line("%-12s does not run it: %s", result.backend().label(), result.why());
                node.put("error", result.why());
                continue;
            }
            node.put("device", result.device()).put("load_ms", result.loadMs());
            node.put("p50_ms", result.p50Ms()).put("p99_ms", result.p99Ms());
            node.put("fps", result.cost().framesPerSecond());
            node.put("cpu_ms_per_frame", result.cost().cpuMsPerFrame());
            node.put("resident_mib", result.residentMib());
            line(
                    "%-12s %-9s %9.0f %9.2f %9.2f %10.1f %12.2f %9.0f   %s",
                    result.backend().label(),
                    result.device(),
                    result.loadMs(),
                    result.p50Ms(),
                    result.p99Ms(),
                    result.cost().framesPerSecond(),
                    result.cost().cpuMsPerFrame(),
                    result.residentMib(),
                    boxes(result, first, node));
            first = first == null ? result : first;
        }
    }

    private static String boxes(BackendBench.Result result, BackendBench.Result first, ObjectNode into) {
        int count = result.boxes().stream().mapToInt(Detections::count).sum();
        into.put("boxes", count);
        if (first == null) {
            return count + " in " + result.boxes().size() + " pictures";
        }
        Agreement agreement =
                Agreement.of(first.boxes(), result.boxes(), DetectOptions.DEFAULT.scoreMin(), Agreement.SCORE_NEAR);
        into.putObject("against_" + first.backend().label())
                .put("pairs", agreement.pairs())
                .put("alone", agreement.alone())
                .put("corner_px", agreement.cornerPx())
                .put("score", agreement.score());
        return String.format(
                Locale.ROOT,
                "%d as %s within %.2f px and %.4f, %d others",
                agreement.pairs(),
                first.backend().label(),
                agreement.cornerPx(),
                agreement.score(),
                agreement.alone());
    }

    void live(int cameras, LiveBench.Result result) {
        Window window = result.window();
        ObjectNode node = json.withObjectProperty("cameras_" + cameras);
        line("");
        line("%d camera(s) of 25 frames/s in real time, %d messages", cameras, window.count());
        line("  %.1f frames/s published, %.2f CPU s/s", result.framesPerSecond(), result.cpuShare());
        line("  dropped: %s", window.dropped().isEmpty() ? "nothing" : window.dropped());
        if (cameras > 1) {
            line("  share of each camera within %.1f %% of the mean", 100 * window.unfairness(cameras));
        }
        line(
                "  age less decode, convert, infer, post: p50 %.2f p99 %.2f max %.2f ms",
                Latency.quantile(window.overheadMs(), 0.5),
                Latency.quantile(window.overheadMs(), 0.99),
                Latency.quantile(window.overheadMs(), 1));
        line(
                "  in the ring: p50 %.2f p99 %.2f ms; age p99 is %.2f x the p50 and %.2f x the p99",
                Latency.quantile(window.inRingMs(), 0.5),
                Latency.quantile(window.inRingMs(), 0.99),
                Latency.quantile(window.ageMs(), 0.99) / Latency.quantile(window.inRingMs(), 0.5),
                Latency.quantile(window.ageMs(), 0.99) / Latency.quantile(window.inRingMs(), 0.99));
        line(
                "  resident %.0f MiB at the start, %.0f at the end, %.0f at most; heap allocated a frame %.0f bytes",
                result.residentStartMib(),
                result.residentEndMib(),
                result.residentPeakMib(),
                result.allocatedPerFrame());
        line("  first detection %.2f s after the start, the wait for a keyframe not counted", result.startS());
        line(
                "  ledgers %s, %d published frames did not come",
                result.ledgersBalance() ? "balance" : "do NOT balance", result.unaccounted());
        node.put("fps", result.framesPerSecond()).put("cpu_share", result.cpuShare());
        node.put("unfairness", window.unfairness(cameras));
        node.put("overhead_ms_p99", Latency.quantile(window.overheadMs(), 0.99));
        node.put("in_ring_ms_p50", Latency.quantile(window.inRingMs(), 0.5));
        node.put("heap_bytes_per_frame", result.allocatedPerFrame());
        node.put("resident_start_mib", result.residentStartMib()).put("resident_end_mib", result.residentEndMib());
        node.put("resident_peak_mib", result.residentPeakMib()).put("start_s", result.startS());
        node.put("ledgers_balance", result.ledgersBalance()).put("unaccounted", result.unaccounted());
        ObjectNode dropped = node.putObject("dropped");
        window.dropped().forEach(dropped::put);
        steps(window, node);
    }

    private void steps(Window window, ObjectNode into) {
        line("  %-8s %8s %8s %8s %8s   ms", "step", "p50", "p90", "p99", "max");
        for (Step step : Step.ALL) {
            stepRow(step.label(), window.step(step), into);
        }
        stepRow("age", window.ageMs(), into);
    }

    private void stepRow(String name, double[] sorted, ObjectNode into) {
        double[] q = {
            Latency.quantile(sorted, 0.5),
            Latency.quantile(sorted, 0.9),
            Latency.quantile(sorted, 0.99),
            Latency.quantile(sorted, 1)
        };
        line("  %-8s %8.2f %8.2f %8.2f %8.2f", name, q[0], q[1], q[2], q[3]);
        into.withObjectProperty("ms")
                .putObject(name)
                .put("p50", q[0])
                .put("p90", q[1])
                .put("p99", q[2])
                .put("max", q[3]);
    }

    private static Sample rates(List<Throughput> costs) {
        return Sample.of(costs.stream().map(Throughput::framesPerSecond).toList());
    }

    private static Sample costs(List<Throughput> costs) {
        return Sample.of(costs.stream().map(Throughput::cpuMsPerFrame).toList());
    }

    private void row(String name, String key, Sample rate, Sample cpu) {
        line("%-34s %24s %28s", name, rate, cpu == null ? "" : cpu);
        put(json.withObjectProperty(key), "fps", rate);
        if (cpu != null) {
            put(json.withObjectProperty(key), "cpu_ms_per_frame", cpu);
        }
    }

    private static void put(ObjectNode node, String key, Sample sample) {
        node.putObject(key)
                .put("median", sample.median())
                .put("min", sample.min())
                .put("max", sample.max());
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }

    String text() {
        return text.toString();
    }

    ObjectNode json() {
        return json;
    }
}
