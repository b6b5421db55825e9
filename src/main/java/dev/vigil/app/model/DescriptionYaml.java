package dev.vigil.app.model;

import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelDescription.Input;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A model's description as the {@code .yml} beside it, for models that are made. */
final class DescriptionYaml {
    private DescriptionYaml() {}

    /** Lines; empty where the description says nothing. */
    static String of(ModelDescription description) {
        StringBuilder yaml = new StringBuilder();
        if (description.family() != null) {
            yaml.append("family: ").append(description.family()).append('\n');
        }
        if (description.labels() != null) {
            yaml.append("labels: ")
                    .append(quoted(description.labels().toString()))
                    .append('\n');
        } else if (description.labelNames() != null) {
            yaml.append("labels: [")
                    .append(description.labelNames().stream()
                            .map(DescriptionYaml::quoted)
                            .collect(Collectors.joining(", ")))
                    .append("]\n");
        }
        List<String> input = input(description.input());
        if (!input.isEmpty()) {
            yaml.append("input:\n");
            input.forEach(line -> yaml.append("  ").append(line).append('\n'));
        }
        return yaml.toString();
    }

    private static List<String> input(Input input) {
        List<String> lines = new ArrayList<>();
        if (input.size() != null) {
            lines.add("size: " + input.size());
        }
        word(lines, "layout", input.layout());
        word(lines, "color", input.color());
        numbers(lines, "mean", input.mean());
        numbers(lines, "std", input.std());
        word(lines, "resize", input.resize());
        if (input.padding() != null) {
            lines.add("padding: " + list(Arrays.toString(input.padding())));
        }
        word(lines, "element", input.element());
        return lines;
    }

    private static void word(List<String> lines, String key, Enum<?> value) {
        if (value != null) {
            lines.add(key + ": " + value.name().toLowerCase(Locale.ROOT));
        }
    }

    private static void numbers(List<String> lines, String key, float[] values) {
        if (values != null) {
            lines.add(key + ": " + list(Arrays.toString(values)));
        }
    }

    /** One for all channels is written as a number. */
    private static String list(String array) {
        return array.contains(",") ? array : array.substring(1, array.length() - 1);
    }

    /** As a text that YAML reads as it is, and in which the configuration's reader replaces nothing. */
    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("${", "$${") + '"';
    }
}
