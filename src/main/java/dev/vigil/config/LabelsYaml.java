package dev.vigil.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads labels from the {@code data.yaml} that a model was trained with: {@code names:} is a list, or a mapping of numbers, and
 * {@code nc:}, where it is there, how many they are (ultralytics/ultralytics, ultralytics/data/utils.py, check_det_dataset). Its
 * other keys are not looked at.
 */
final class LabelsYaml {
    private static final String WANTED = "names: as a list, or with a number before each";

    private LabelsYaml() {}

    /**
     * @param section whose {@code labels} name the file; gets the problems of a file that can not be used
     * @return the names; null with a problem added
     */
    static List<String> read(Section section, Path file) {
        Problems problems = new Problems(file.toString());
        List<String> names = read(file, problems);
        section.reading().problems.addAll(problems);
        return names;
    }

    /** @return null with a problem added */
    static List<String> read(Path file, Problems problems) {
        Optional<MappingNode> root = YamlFile.read(file, problems);
        Map<String, Entries.Entry> entries =
                root.map(node -> Entries.of(node, "", problems)).orElse(Map.of());
        List<String> names = null;
        if (problems.isEmpty()) {
            Entries.Entry entry = entries.get("names");
            if (entry == null) {
                problems.add("", "has no labels: " + WANTED + " are expected");
            } else {
                names = names(entry, problems);
                checkCount(entries.get("nc"), names, problems);
            }
        }
        return problems.isEmpty() ? names : null;
    }

    private static List<String> names(Entries.Entry entry, Problems problems) {
        Map<Integer, String> names = new TreeMap<>();
        if (entry.value() instanceof SequenceNode list) {
            for (Node name : list.getValue()) {
                names.put(names.size(), text(name));
            }
        } else if (entry.value() instanceof MappingNode mapping) {
            Entries.of(mapping, "names", problems).forEach((key, value) -> {
                if (key.matches("\\d{1,6}")) {
                    names.put(Integer.parseInt(key), text(value.value()));
                } else {
                    problems.addAt(
                            value.line(), value.column(), "names", Shown.value(key) + " is no number of a class");
                }
            });
        } else {
            problems.addAt(entry.line(), entry.column(), "names", "is " + Entries.kind(entry.value()) + ": " + WANTED);
        }
        int expected = 0;
        for (Map.Entry<Integer, String> name : names.entrySet()) {
            if (name.getKey() != expected) {
                problems.addAt(entry.line(), entry.column(), "names", "has no class " + expected);
                break;
            }
            if (name.getValue().isBlank()) {
                problems.addAt(entry.line(), entry.column(), "names", "has no text for class " + expected);
            }
            expected++;
        }
        if (names.isEmpty() && problems.isEmpty()) {
            problems.addAt(entry.line(), entry.column(), "names", "is empty: " + WANTED);
        }
        return new ArrayList<>(names.values());
    }

    /** @return empty for what is no text */
    private static String text(Node node) {
        return node instanceof ScalarNode scalar && !Entries.isNull(node) ? scalar.getValue() : "";
    }

    private static void checkCount(Entries.Entry entry, List<String> names, Problems problems) {
        if (entry != null && problems.isEmpty() && !text(entry.value()).equals(Integer.toString(names.size()))) {
            problems.addAt(
                    entry.line(),
                    entry.column(),
                    "nc",
                    "says " + Shown.value(text(entry.value())) + ", but there are " + names.size() + " names");
        }
    }
}
