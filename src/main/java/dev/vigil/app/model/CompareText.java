package dev.vigil.app.model;

import dev.vigil.app.TextTable;
import dev.vigil.base.Durations;
import dev.vigil.workshop.accuracy.MeanPrecision;
import dev.vigil.workshop.compare.Comparison;
import dev.vigil.workshop.compare.Costs;
import dev.vigil.workshop.compare.Figure;
import dev.vigil.workshop.compare.Standing;
import dev.vigil.workshop.compare.Yardstick;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A comparison in tables, for people. What is not known is {@code -}; each {@code -} that may surprise is explained below. */
final class CompareText {
    private static final String NONE = "-";
    private static final double MIB = 1 << 20;

    private final Comparison.Result result;
    private final List<Standing> measured;
    private final String frames;
    private final int rounds;
    private final Duration each;
    private final Path truth;
    private final List<String> lines = new ArrayList<>();

    CompareText(Comparison.Result result, String frames, int rounds, Duration each, Path truth) {
        this.result = result;
        this.measured =
                result.standings().stream().filter(s -> s.problem() == null).toList();
        this.frames = frames;
        this.rounds = rounds;
        this.each = each;
        this.truth = truth;
    }

    List<String> lines() {
        lines.add(frames + ", " + rounds + (rounds == 1 ? " round, " : " rounds, ") + Durations.format(each)
                + " a figure");
        if (!measured.isEmpty()) {
            files();
            speed();
            throughput();
            if (result.yardstick() != null) {
                accuracy(result.yardstick());
            }
        }
        notes();
        return lines;
    }

    private void add(TextTable table) {
        lines.add("");
        lines.addAll(table.lines());
    }

    private void files() {
        TextTable table = new TextTable(
                "MODEL", "FILE MB", "PARAMETERS M", "MULTIPLY-ADDS G", "LOAD ms", "MEMORY MiB", "DEVICE", "BACKEND");
        for (Standing s : measured) {
            table.row(
                    s.model().name(),
                    number(2, s.size().bytes() / 1e6),
                    s.size().parameters() < 0 ? NONE : number(3, s.size().parameters() / 1e6),
                    (s.size().unknownCost() > 0 ? ">" : "") + number(3, s.size().multiplyAdds() / 1e9),
                    number(0, s.costs().loadMs().median()),
                    number(0, s.costs().residentBytes().median() / MIB),
                    s.device(),
                    s.backend());
        }
        add(table);
    }

    private void speed() {
        TextTable table = new TextTable(
                "LATENCY ms, one worker", "P50", "ROUNDS' P50", "P90", "P99", "BOXES", "CPU ms/frame", "J/frame");
        for (Standing s : measured) {
            Costs costs = s.costs();
            table.row(
                    s.model().name(),
                    number(2, costs.latency().p50Ms()),
                    range(2, costs.p50Ms()),
                    number(2, costs.latency().p90Ms()),
                    number(2, costs.latency().p99Ms()),
                    number(2, costs.postMs().median()),
                    number(1, costs.cpuMsPerFrame().median()),
                    number(3, costs.joulesPerFrame().median()));
        }
        add(table);
    }

    private void throughput() {
        List<Integer> batches = new ArrayList<>(measured.stream()
                .flatMap(s -> s.costs().byBatch().keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new)));
        List<String> heads = new ArrayList<>(List.of("FRAMES/S"));
        batches.forEach(batch -> heads.add(batch == 1 ? "BATCH 1" : batch.toString()));
        heads.addAll(List.of("WORKERS", "ALL WORKERS", "ROUNDS"));
        TextTable table = new TextTable(heads.toArray(String[]::new));
        for (Standing s : measured) {
            List<String> row = new ArrayList<>(List.of(s.model().name()));
            for (int batch : batches) {
                row.add(number(
                        1, s.costs().byBatch().getOrDefault(batch, Figure.NONE).median()));
            }
            row.add(Integer.toString(s.costs().workers()));
            row.add(number(1, s.costs().framesPerSecond().median()));
            row.add(range(1, s.costs().framesPerSecond()));
            table.row(row.toArray(String[]::new));
        }
        add(table);
    }

    private void accuracy(Yardstick yardstick) {
        String head = yardstick.kind() == Yardstick.Kind.TRUTH ? "ACCURACY, mAP points" : "AGREEMENT, mAP points";
        TextTable table = new TextTable(
                head, "50-95", "50", "75", "SMALL", "MEDIUM", "LARGE", "RECALL 1", "10", "100", "PARETO FRONT");
        for (Standing s : measured) {
            MeanPrecision.Summary a = s.accuracy();
            List<String> row = new ArrayList<>(List.of(s.model().name()));
            for (double value : new double[] {
                a.map(),
                a.map50(),
                a.map75(),
                a.small(),
                a.medium(),
                a.large(),
                a.recall()[0],
                a.recall()[1],
                a.recall()[2]
            }) {
                row.add(points(value));
            }
            row.add(s.onFront() ? "yes" : "no");
            table.row(row.toArray(String[]::new));
        }
        add(table);
        byLabel(yardstick);
    }

    private void byLabel(Yardstick yardstick) {
        List<String> heads = new ArrayList<>(List.of("50-95 BY LABEL", "OBJECTS"));
        measured.forEach(s -> heads.add(s.model().name()));
        TextTable table = new TextTable(heads.toArray(String[]::new));
        yardstick.objects().forEach((label, count) -> {
            int id = yardstick.labels().names().indexOf(label);
            List<String> row = new ArrayList<>(List.of(label, count.toString()));
            measured.forEach(s -> row.add(points(s.accuracy().ofClass().getOrDefault(id, Double.NaN))));
            table.row(row.toArray(String[]::new));
        });
        add(table);
    }

    private void notes() {
        lines.add("");
        Yardstick yardstick = result.yardstick();
        if (yardstick != null) {
            int objects = yardstick.objects().values().stream()
                    .mapToInt(Integer::intValue)
                    .sum();
            lines.add((truth != null
                            ? "Accuracy is held against " + truth
                            : "Agreement is with " + result.reference().model().name())
                    + ": " + objects + " objects in " + yardstick.frames() + " frames.");
            yardstick
                    .unknown()
                    .forEach((label, count) -> lines.add(
                            "No model has the label " + label + ": its objects are left out (" + count + ")."));
        }
        for (Standing s : measured) {
            if (!s.lacks().isEmpty()) {
                lines.add(s.model().name() + " with its " + s.labels() + " has no label " + String.join(", ", s.lacks())
                        + ": it finds none of these objects.");
            }
        }
        Map<String, List<String>> batchProblems = measured.stream()
                .filter(s -> s.costs().batchProblem() != null)
                .collect(Collectors.groupingBy(
                        s -> s.costs().batchProblem(),
                        LinkedHashMap::new,
                        Collectors.mapping(s -> s.model().name(), Collectors.toList())));
        batchProblems.forEach(
                (problem, names) -> lines.add("No batches of " + String.join(", ", names) + ": " + problem + "."));
        if (result.noEnergy() != null && !measured.isEmpty()) {
            lines.add("No energy: " + result.noEnergy() + ".");
        }
        result.standings().stream()
                .filter(s -> s.problem() != null)
                .forEach(s -> lines.add("Not measured: " + s.model().name() + ": " + s.problem()));
        if (lines.get(lines.size() - 1).isEmpty()) {
            lines.remove(lines.size() - 1);
        }
    }

    private static String points(double part) {
        return number(1, 100 * part);
    }

    private static String range(int decimals, Figure figure) {
        return figure.isKnown() ? number(decimals, figure.min()) + ".." + number(decimals, figure.max()) : NONE;
    }

    private static String number(int decimals, double value) {
        return Double.isNaN(value) ? NONE : String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
