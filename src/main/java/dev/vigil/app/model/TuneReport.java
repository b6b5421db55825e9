package dev.vigil.app.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.app.TextTable;
import dev.vigil.workshop.tune.Exhaustive;
import dev.vigil.workshop.tune.Tried;
import dev.vigil.workshop.tune.TuneResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What a search has found, with its evidence.
 *
 * @param frames that agreement was measured on
 * @param notMade variants that were not made, each with why
 * @param otherLoad part of the box's CPUs that other programs took meanwhile, 0..1
 * @param exhaustive null where it was not asked for
 */
record TuneReport(
        Path model,
        String device,
        int frames,
        List<String> notMade,
        TuneResult result,
        double otherLoad,
        Exhaustive exhaustive) {
    /** From which part of the box on other programs are worth a word. */
    private static final double OTHER_LOAD_TOLD = 0.1;

    void print(PrintWriter out) {
        tableLines(byPlace(result.all())).forEach(out::println);
        out.println();
        for (String line : notMade) {
            out.println("not tried: " + line);
        }
        long tried = result.all().stream().filter(Tried::isTried).count();
        line(
                out,
                "%d of %d settings tried in %.0f s on %s%s%s",
                tried,
                result.all().size(),
                result.seconds(),
                device,
                frames == 0 ? "" : ", agreement on " + frames + " frames",
                result.ended().isEmpty() ? "" : "; " + result.ended());
        summary().forEach(out::println);
        if (exhaustive != null) {
            out.println();
            printExhaustive(out);
        }
        out.flush();
    }

    /** What was chosen and why, in a few lines. */
    List<String> summary() {
        List<String> lines = new ArrayList<>();
        Tried standard = result.standard();
        if (!standard.isTried()) {
            lines.add("nothing was measured: the time is too short");
            return lines;
        }
        lines.add("default: " + figures(standard));
        if (result.chosen().isEmpty()) {
            lines.add("chosen: nothing, since the default does not keep the bounds and nothing that does is as fast");
            return lines;
        }
        Tried chosen = result.chosen().get();
        if (chosen == standard) {
            lines.add("chosen: the default; nothing was faster beyond noise");
            lines.addAll(others());
            return lines;
        }
        lines.add("chosen: " + chosen.settings() + ": " + figures(chosen));
        if (chosen.rounds() > 0) {
            lines.add(String.format(
                    Locale.ROOT,
                    "evidence: %.2f x the default, faster in %d of %d rounds in turns; %s",
                    chosen.ratio(),
                    chosen.wins(),
                    chosen.rounds(),
                    agreement(chosen)));
        }
        lines.addAll(others());
        return lines;
    }

    private List<String> others() {
        return otherLoad < OTHER_LOAD_TOLD
                ? List.of()
                : List.of(String.format(
                        Locale.ROOT,
                        "beware: other programs took %.0f %% of the box meanwhile; what is fastest beside them may not be"
                                + " without them",
                        100 * otherLoad));
    }

    private String agreement(Tried chosen) {
        return chosen.settings().family().equals(result.standard().settings().family())
                ? "the same boxes"
                : String.format(Locale.ROOT, "loses %.2f points on %d frames", chosen.lossPoints(), frames);
    }

    private static String figures(Tried tried) {
        return String.format(
                Locale.ROOT,
                "%.1f frames/s, %.2f ms of CPU a frame, a run p50 %.1f p99 %.1f ms",
                tried.framesPerSecond(),
                tried.cpuMsPerFrame(),
                tried.p50Ms(),
                tried.p99Ms());
    }

    /** As they ended, the fastest of each first. */
    private static List<Tried> byPlace(List<Tried> all) {
        return all.stream()
                .sorted(Comparator.<Tried>comparingInt(tried -> place(tried.fate()))
                        .thenComparingDouble(tried -> tried.isTried() ? -tried.framesPerSecond() : 0))
                .toList();
    }

    private static int place(Tried.Fate fate) {
        return switch (fate) {
            case CHOSEN -> 0;
            case DEFAULT -> 1;
            case OPEN, SLOWER -> 2;
            case LATENCY -> 3;
            case LOSS -> 4;
            case DOMINATED -> 5;
            case NO_TIME -> 6;
            case FAILED -> 7;
        };
    }

    private static List<String> tableLines(List<Tried> all) {
        TextTable table =
                new TextTable("settings", "frames/s", "CPU ms", "p50 ms", "p99 ms", "loss", "x default", "rounds");
        for (Tried tried : all) {
            table.row(
                    tried.settings().toString(),
                    number("%.1f", tried.framesPerSecond()),
                    number("%.2f", tried.cpuMsPerFrame()),
                    number("%.1f", tried.p50Ms()),
                    number("%.1f", tried.p99Ms()),
                    number("%.2f", tried.lossPoints()),
                    number("%.2f", tried.ratio()),
                    tried.rounds() == 0 ? "" : Integer.toString(tried.rounds()));
        }
        List<String> numbers = table.lines();
        int width = numbers.stream().mapToInt(String::length).max().orElse(0);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < numbers.size(); i++) {
            String end = i == 0 ? "" : ended(all.get(i - 1));
            lines.add((numbers.get(i) + " ".repeat(width - numbers.get(i).length()) + "  " + end).stripTrailing());
        }
        return lines;
    }

    private static String ended(Tried tried) {
        String word = tried.fate().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return tried.why().isEmpty() ? word : word + ": " + tried.why();
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
    }

    private void printExhaustive(PrintWriter out) {
        out.println("all of them, without leaving any out"
                + (exhaustive.whole() ? "" : " (ended before the last round)") + ":");
        tableLines(byPlace(exhaustive.all())).forEach(out::println);
        exhaustive.best().ifPresent(best -> out.println("best of all: " + best.settings() + ": " + figures(best)));
        line(out, "the search's choice does %.1f %% of the best of all", 100 * partOfBest());
    }

    /** Part of the best of all that the choice does; not a number without a choice or a best. */
    double partOfBest() {
        return result.chosen().map(chosen -> exhaustive.part(chosen.settings())).orElse(Double.NaN);
    }

    private static void line(PrintWriter out, String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("model", model.toString()).put("device", device).put("frames", frames);
        json.put("other_load", otherLoad);
        json.put("seconds", result.seconds()).put("ended", result.ended());
        json.set("chosen", result.chosen().map(TuneReport::json).orElse(null));
        json.set("default", json(result.standard()));
        notMade.forEach(json.putArray("not_tried")::add);
        byPlace(result.all()).stream().map(TuneReport::json).forEach(json.putArray("settings")::add);
        if (exhaustive != null) {
            ObjectNode all = json.putObject("exhaustive");
            all.put("whole", exhaustive.whole());
            all.put("choice_of_best", finite(partOfBest()));
            all.set("best", exhaustive.best().map(TuneReport::json).orElse(null));
            exhaustive.all().stream().map(TuneReport::json).forEach(all.putArray("settings")::add);
        }
        return json;
    }

    private static ObjectNode json(Tried tried) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("settings", tried.settings().toString())
                .put("variant", tried.settings().variant().name())
                .put("workers", tried.settings().workers())
                .put("threads", tried.settings().infer().threads())
                .put("batch", tried.settings().infer().batchMax())
                .put("fps", finite(tried.framesPerSecond()))
                .put("cpu_ms_per_frame", finite(tried.cpuMsPerFrame()))
                .put("p50_ms", finite(tried.p50Ms()))
                .put("p99_ms", finite(tried.p99Ms()))
                .put("loss_points", finite(tried.lossPoints()))
                .put("ratio", finite(tried.ratio()))
                .put("rounds", tried.rounds())
                .put("wins", tried.wins())
                .put("end", tried.fate().name().toLowerCase(Locale.ROOT))
                .put("why", tried.why());
        return json;
    }

    /** JSON knows no numbers that are none. */
    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
