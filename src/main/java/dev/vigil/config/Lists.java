package dev.vigil.config;

import java.util.List;
import java.util.Objects;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Keys of a {@link Section} whose values are lists. */
final class Lists {
    private static final int CHANNELS = 3;

    private Lists() {}

    static boolean isList(Section section, String key) {
        return section.node(key).orElse(null) instanceof SequenceNode;
    }

    /** @return the texts of a list, at least one; null if missing or wrong */
    static List<String> words(Section section, String key, String type, String fallbackWords, String allowed) {
        section.known(key, type, fallbackWords, false, allowed);
        if (!(section.node(key).orElse(null) instanceof SequenceNode list)) {
            return null;
        }
        if (list.getValue().isEmpty()) {
            section.problem(key, "an empty list is not allowed: " + allowed);
            return null;
        }
        List<String> words = list.getValue().stream()
                .map(each -> section.scalar(key, each, allowed))
                .map(scalar -> scalar == null ? "" : scalar.value())
                .toList();
        return words.contains("") ? null : words;
    }

    /** @return the texts of a single value or of a list, at least one; empty if missing or wrong */
    static List<Section.Scalar> oneOrMore(
            Section section, String key, String type, String fallback, boolean literal, String allowed) {
        section.known(key, type, fallback, literal, allowed);
        Node value = section.node(key).orElse(null);
        if (!(value instanceof SequenceNode list)) {
            Section.Scalar one = section.scalar(key, allowed);
            return one == null ? List.of() : List.of(one);
        }
        if (list.getValue().isEmpty()) {
            section.problem(key, "an empty list is not allowed: " + allowed);
        }
        List<Section.Scalar> texts = list.getValue().stream()
                .map(each -> section.scalar(key, each, allowed))
                .filter(Objects::nonNull)
                .toList();
        return texts.size() < list.getValue().size() ? List.of() : texts;
    }

    /** @return one number, or a list of three; null if missing or wrong */
    static float[] numbers(Section section, String key, Range range, String fallbackWords) {
        String allowed = "a number or a list of 3, each " + range;
        section.known(key, "numbers", fallbackWords, false, allowed);
        Node value = section.node(key).orElse(null);
        if (value == null) {
            return null;
        }
        List<Node> nodes = value instanceof SequenceNode list ? list.getValue() : List.of(value);
        if (nodes.size() != 1 && nodes.size() != CHANNELS || value instanceof SequenceNode && nodes.size() == 1) {
            section.problem(key, "a list of " + nodes.size() + " is not allowed: " + allowed);
            return null;
        }
        float[] numbers = new float[nodes.size()];
        for (int i = 0; i < numbers.length; i++) {
            Section.Scalar scalar = section.scalar(key, nodes.get(i), allowed);
            Double number = scalar == null ? null : section.number(key, scalar, range);
            if (number == null) {
                return null;
            }
            numbers[i] = number.floatValue();
        }
        return numbers;
    }
}
