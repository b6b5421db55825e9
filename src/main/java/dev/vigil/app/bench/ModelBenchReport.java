package dev.vigil.app.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.app.TextTable;
import dev.vigil.app.bench.Figure.Change;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The figures of a model, for people and as JSON, beside those of before.
 *
 * @param baselineFile null for none
 * @param baseline null for none
 */
record ModelBenchReport(ModelFigures figures, Path baselineFile, ModelFigures baseline) {
    String text() {
        ModelFigures.Model model = figures.model();
        StringBuilder text = new StringBuilder();
        line(
                text,
                "%s (%s, %.1f MB) on %s",
                model.name(),
                ModelFigures.shortHash(model),
                model.bytes() / 1e6,
                figures.options().get(ModelFigures.RUNS_ON));
        line(text, "%s", figures.box().text());
        figures.options().forEach((key, value) -> {
            if (!key.equals(ModelFigures.RUNS_ON)) {
                line(text, "%s: %s", key.replace('_', ' '), value);
            }
        });
        line(text, "");
        if (baseline == null) {
            table().lines().forEach(row -> line(text, "%s", row));
        } else {
            compared().lines().forEach(row -> line(text, "%s", row));
            summary(text);
        }
        return text.toString();
    }

    private TextTable table() {
        TextTable table = new TextTable("", "", "median", "lowest", "highest");
        for (Figure figure : figures.figures()) {
            Sample sample = figure.sample();
            table.row(figure.name(), figure.unit().label(), two(sample.median()), two(sample.min()), two(sample.max()));
        }
        return table;
    }

    private TextTable compared() {
        TextTable table = new TextTable("", "", "before", "now", "lowest", "highest", "", "");
        for (Figure figure : figures.figures()) {
            Sample sample = figure.sample();
            Optional<Figure> before = baseline.same(figure);
            table.row(
                    figure.name(),
                    figure.unit().label(),
                    before.map(f -> two(f.sample().median())).orElse("-"),
                    two(sample.median()),
                    two(sample.min()),
                    two(sample.max()),
                    before.map(f -> String.format(Locale.ROOT, "%+.1f %%", 100 * figure.ratio(f)))
                            .orElse(""),
                    before.map(f -> word(figure.against(f))).orElse("new"));
        }
        return table;
    }

    private static String word(Change change) {
        return switch (change) {
            case NONE -> "";
            case BETTER -> "BETTER";
            case WORSE -> "WORSE";
        };
    }

    private void summary(StringBuilder text) {
        line(text, "");
        line(
                text,
                "Against %s of %s: %d better, %d worse.",
                baselineFile,
                baseline.takenUtc(),
                count(Change.BETTER),
                count(Change.WORSE));
        line(
                text,
                "Marked is what is beyond the spread of both: no round among the other's rounds, and medians more than %.0f %%"
                        + " apart (%.0f %% for what is measured once).",
                100 * Figure.DIFFERENCE_MIN,
                100 * Figure.DIFFERENCE_MIN_OF_ONE);
        for (Figure figure : gone()) {
            line(
                    text,
                    "Not measured this time: %s %s.",
                    figure.name(),
                    figure.unit().label());
        }
        for (String note : figures.otherThan(baseline)) {
            line(text, "Not the same as then: %s.", note);
        }
    }

    private List<Figure> gone() {
        return baseline.figures().stream()
                .filter(before -> figures.same(before).isEmpty())
                .toList();
    }

    private long count(Change wanted) {
        return figures.figures().stream()
                .filter(figure -> baseline.same(figure)
                        .filter(before -> figure.against(before) == wanted)
                        .isPresent())
                .count();
    }

    ObjectNode json() {
        ObjectNode json = FiguresFile.json(figures);
        if (baseline == null) {
            return json;
        }
        ObjectNode compared = json.putObject("baseline");
        compared.put("file", baselineFile.toString()).put("taken", baseline.takenUtc());
        figures.otherThan(baseline).forEach(compared.putArray("not_the_same")::add);
        compared.putArray("differences");
        for (Figure figure : figures.figures()) {
            baseline.same(figure)
                    .filter(f -> figure.against(f) != Change.NONE)
                    .ifPresent(before -> compared.withArrayProperty("differences")
                            .addObject()
                            .put("name", figure.name())
                            .put("unit", figure.unit().label())
                            .put("before", before.sample().median())
                            .put("now", figure.sample().median())
                            .put("ratio", figure.ratio(before))
                            .put("better", figure.against(before) == Change.BETTER));
        }
        return json;
    }

    private static String two(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }
}
