package dev.vigil.app.model;

import dev.vigil.frame.TensorInfo;
import dev.vigil.workshop.Inspection;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** An inspection for people: a line for each thing, then tables. Text out of the file is shown without control characters. */
final class InspectionText {
    private static final int OPERATORS_MAX = 15;
    private static final int VALUE_MAX = 100;
    private static final int BAR = 20;

    private final PrintWriter out;

    InspectionText(PrintWriter out) {
        this.out = out;
    }

    void print(Inspection model) {
        line("file", model.file() + ", " + bytes(model.fileBytes()));
        model.external().forEach((file, size) -> line("data in", file + ", " + bytes(size)));
        line(
                "made by",
                (model.producer().isEmpty() ? "unknown" : model.producer()) + ", IR version " + model.irVersion() + ", "
                        + model.opsets().entrySet().stream()
                                .map(set -> "opset " + set.getValue()
                                        + (set.getKey().equals("ai.onnx") ? "" : " of " + set.getKey()))
                                .collect(Collectors.joining(", ")));
        tensors("input", model.inputs());
        tensors("output", model.outputs());
        line(
                "weights",
                count(model.parameters()) + " in "
                        + model.bytesByType().entrySet().stream()
                                .map(type -> type.getKey() + " (" + bytes(type.getValue()) + ")")
                                .collect(Collectors.joining(", ")));
        line("compute", compute(model));
        out.println();
        line("family", (model.family() == null ? "not known: " : "") + model.familyWhy());
        if (model.labels() != null) {
            line("classes", model.labels());
        }
        line(
                "NMS",
                model.nms().isEmpty()
                        ? "none inside"
                        : model.nms().size() == 1
                                ? "inside: " + model.nms().get(0)
                                : "inside: " + model.nms().size() + " nodes, such as "
                                        + model.nms().get(0));
        if (model.nmsCut() != null) {
            line("", model.nmsCut());
        }
        metadata(model.metadata());
        operators(model);
        families(model);
        backends(model);
    }

    private void line(String name, String value) {
        out.printf("%-9s %s%n", name, printable(value));
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cc}", "?");
    }

    private void tensors(String name, List<TensorInfo> tensors) {
        for (int i = 0; i < tensors.size(); i++) {
            line(i == 0 ? name : "", tensors.get(i).toString());
        }
        if (tensors.isEmpty()) {
            line(name, "none");
        }
    }

    private static String compute(Inspection model) {
        String what = count(model.multiplyAdds()) + " multiply-adds in " + model.nodes() + " nodes";
        String unknown = model.unknownCost() == 0
                ? ""
                : ", without those of " + model.unknownCost() + " nodes, which are not known";
        String picture = model.picture() == null
                ? ""
                : " for a picture of " + model.picture()
                        + (model.assumed() ? ", which is assumed: the file leaves it open (--size)" : "");
        return what + picture + unknown;
    }

    private void metadata(Map<String, String> metadata) {
        boolean first = true;
        for (Map.Entry<String, String> pair : metadata.entrySet()) {
            String value = pair.getValue();
            line(
                    first ? "metadata" : "",
                    pair.getKey() + ": " + (value.length() <= VALUE_MAX ? value : value.substring(0, VALUE_MAX) + "…"));
            first = false;
        }
    }

    private void operators(Inspection model) {
        int width = model.operators().stream()
                .limit(OPERATORS_MAX)
                .mapToInt(operator -> printable(operator.name()).length())
                .reduce("OPERATOR".length(), Math::max);
        out.println();
        out.printf("%-" + width + "s %6s %10s %6s%n", "OPERATOR", "NODES", "MULT-ADDS", "SHARE");
        for (Inspection.Operator operator :
                model.operators().stream().limit(OPERATORS_MAX).toList()) {
            double share = model.multiplyAdds() > 0 ? operator.multiplyAdds() / model.multiplyAdds() : 0;
            String line = String.format(
                    Locale.ROOT,
                    "%-" + width + "s %6d %10s %6s %s",
                    printable(operator.name()),
                    operator.count(),
                    operator.multiplyAdds() > 0 ? count(operator.multiplyAdds()) : "-",
                    share > 0 ? String.format(Locale.ROOT, "%.1f %%", 100 * share) : "-",
                    "█".repeat((int) Math.round(BAR * share)));
            out.println(line.stripTrailing());
        }
        int more = model.operators().size() - OPERATORS_MAX;
        if (more > 0) {
            int nodes = model.operators().stream()
                    .skip(OPERATORS_MAX)
                    .mapToInt(Inspection.Operator::count)
                    .sum();
            out.printf("%-" + width + "s %6d%n", more + " more", nodes);
        }
    }

    private void families(Inspection model) {
        int width = model.families().stream()
                .mapToInt(verdict -> verdict.family().length())
                .reduce("FAMILY".length(), Math::max);
        out.println();
        out.printf("%-" + width + "s %-8s %s%n", "FAMILY", "FITS", "BECAUSE");
        for (Inspection.Verdict verdict : model.families()) {
            out.printf(
                    "%-" + width + "s %-8s %s%n",
                    verdict.family(),
                    verdict.degree().name().toLowerCase(Locale.ROOT),
                    printable(verdict.why()));
        }
    }

    private void backends(Inspection model) {
        int width = model.backends().stream()
                .mapToInt(backend -> backend.name().length())
                .reduce(0, Math::max);
        out.println();
        out.printf("%-" + width + "s %s%n", "BACKEND", "DOES NOT RUN");
        for (Inspection.Backend backend : model.backends()) {
            String refused = backend.refused().entrySet().stream()
                    .map(operator -> operator.getValue() + " × " + printable(operator.getKey()))
                    .collect(Collectors.joining(", "));
            out.printf(
                    "%-" + width + "s %s%n",
                    backend.name(),
                    refused.isEmpty() ? "nothing known" : refused + "; " + backend.elsewhere());
        }
        if (!model.foreign().isEmpty()) {
            out.println("Not known anywhere: " + printable(String.join(", ", model.foreign())));
        }
    }

    /** {@code 4.5 M}. */
    private static String count(double value) {
        String[] units = {"", " k", " M", " G", " T"};
        int unit = 0;
        double shown = value;
        while (shown >= 1_000 && unit < units.length - 1) {
            shown /= 1_000;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f" : "%.2f", shown) + units[unit];
    }

    private static String bytes(long bytes) {
        return bytes < 1_000
                ? bytes + " bytes"
                : bytes < 1_000_000
                        ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
                        : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
