package dev.vigil.config;

import dev.vigil.base.Durations;
import dev.vigil.base.Masked;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One mapping of a file, asked for its keys one by one. Each question makes the key known, answers with the default where
 * the key is missing or wrong, and adds a problem where it is wrong; {@link #finish()} reports the keys nobody asked for.
 */
final class Section {
    private final Reading reading;
    /** With the user's names; {@code keyPath} has {@code NAME} in their place. */
    private final String path;

    private final String keyPath;
    private final Map<String, Entries.Entry> entries;
    private final Set<String> asked = new LinkedHashSet<>();

    private Section(Reading reading, String path, String keyPath, Map<String, Entries.Entry> entries) {
        this.reading = reading;
        this.path = path;
        this.keyPath = keyPath;
        this.entries = entries;
    }

    static Section root(Reading reading, MappingNode root) {
        return new Section(reading, "", "", Entries.of(root, "", reading.problems));
    }

    boolean has(String key) {
        return entries.containsKey(key);
    }

    /** Adds a problem at a key of this section, or at the section if the file has no such key. */
    void problem(String key, String message) {
        reading.problems.add(Entries.join(path, key), message);
    }

    /** @return the section under a key; an empty one if it is missing or has no keys */
    Section section(String key) {
        asked.add(key);
        return under(
                key,
                Entries.join(keyPath, key),
                Optional.ofNullable(entries.get(key)).map(Entries.Entry::value));
    }

    /** @return the sections under a key by the names of a form that the user gave them, in the file's order */
    Map<String, Section> named(String key, Pattern form, String allowed) {
        asked.add(key);
        Map<String, Section> named = new LinkedHashMap<>();
        if (!has(key)) {
            return named;
        }
        Section names = under(
                key, Entries.join(keyPath, key), Optional.of(entries.get(key).value()));
        names.entries.forEach((name, entry) -> {
            if (form.matcher(name).matches()) {
                named.put(name, names.under(name, Entries.join(names.keyPath, "NAME"), Optional.of(entry.value())));
            } else {
                names.problem(name, Shown.value(name) + " is not allowed as a name: " + allowed);
            }
        });
        return named;
    }

    /** @return the user's names under a key that is read later; empty if there are none, or they are wrong */
    Set<String> namesUnder(String key) {
        Map<String, Entries.Entry> names = has(key) && entries.get(key).value() instanceof MappingNode mapping
                ? Entries.of(mapping, Entries.join(path, key), new Problems(""))
                : Map.of();
        return names.keySet();
    }

    /** @return an empty section as if it stood under a name of the user in this one */
    Section unnamed(String name) {
        return under(name, Entries.join(keyPath, "NAME"), Optional.empty());
    }

    private Section under(String key, String keyPathOfChild, Optional<Node> value) {
        String childPath = Entries.join(path, key);
        Map<String, Entries.Entry> children = Map.of();
        if (value.isPresent() && value.get() instanceof MappingNode mapping) {
            children = Entries.of(mapping, childPath, reading.problems);
        } else if (value.isPresent() && !Entries.isNull(value.get())) {
            problem(key, Entries.kind(value.get()) + " is not allowed: keys with their values are expected under it");
        }
        return new Section(reading, childPath, keyPathOfChild, children);
    }

    /** @return the value of an optional text; null if missing or wrong */
    String text(String key, String type, String fallbackWords, Pattern form, String allowed) {
        known(key, type, fallbackWords, false, allowed);
        return matching(key, form, allowed);
    }

    /** As {@link #text}, with a default that is a value. */
    String textOr(String key, String type, String fallback, Pattern form, String allowed) {
        known(key, type, fallback, true, allowed);
        String value = matching(key, form, allowed);
        return value == null ? fallback : value;
    }

    private String matching(String key, Pattern form, String allowed) {
        Scalar scalar = scalar(key, allowed);
        if (scalar != null && !form.matcher(scalar.value).matches()) {
            problem(key, scalar.shown + " is not allowed: " + allowed);
            return null;
        }
        return scalar == null ? null : scalar.value;
    }

    /** @return a text, as it is, that no message may show; null if missing or wrong */
    String confidential(String key, String type, String fallbackWords, String allowed) {
        known(key, type, fallbackWords, false, allowed);
        String hint = allowed + " is expected; a value that begins with #, & or ! must be in quotes";
        return has(key) ? substituted(key, entries.get(key).value(), hint) : null;
    }

    int integer(String key, Range range, int fallback) {
        known(key, "whole number", String.valueOf(fallback), true, range.toString());
        Scalar scalar = scalar(key, range.toString());
        if (scalar == null) {
            return fallback;
        }
        if (!scalar.value.matches("[+-]?\\d{1,18}")) {
            problem(key, scalar.shown + " is not a whole number: " + range + " is allowed");
            return fallback;
        }
        Double value = checked(key, scalar, Long.parseLong(scalar.value), range);
        return value == null ? fallback : value.intValue();
    }

    double number(String key, Range range, double fallback) {
        return number(key, range, fallback, Range.plain(fallback), true);
    }

    /** @param words what the default is, where it is no fixed value */
    double number(String key, Range range, double fallback, String words, boolean literal) {
        known(key, "number", words, literal, range.toString());
        Scalar scalar = scalar(key, range.toString());
        if (scalar == null) {
            return fallback;
        }
        Double number = number(key, scalar, range);
        return number == null ? fallback : number;
    }

    /** @return what stands under a key; empty if it is missing */
    Optional<Node> node(String key) {
        return Optional.ofNullable(entries.get(key)).map(Entries.Entry::value);
    }

    /** @return null with a problem added if it is no number in the range */
    Double number(String key, Scalar scalar, Range range) {
        if (!scalar.value.matches("[+-]?(\\d{1,12}(\\.\\d{0,12})?|\\.\\d{1,12})([eE][+-]?\\d{1,2})?")) {
            problem(key, scalar.shown + " is not a number: " + range + " is allowed");
            return null;
        }
        return checked(key, scalar, Double.parseDouble(scalar.value), range);
    }

    private Double checked(String key, Scalar scalar, double value, Range range) {
        if (!range.contains(value)) {
            problem(key, scalar.shown + " is not allowed: " + range);
            return null;
        }
        return value;
    }

    boolean flag(String key, boolean fallback) {
        known(key, "true or false", String.valueOf(fallback), true, "true or false");
        Scalar scalar = scalar(key, "true or false");
        if (scalar != null && !scalar.value.equals("true") && !scalar.value.equals("false")) {
            problem(key, scalar.shown + " is not allowed: true or false");
            return fallback;
        }
        return scalar == null ? fallback : scalar.value.equals("true");
    }

    /** @param min and {@code max} bounds, included */
    Duration duration(String key, Duration min, Duration max, Duration fallback) {
        String allowed = Durations.format(min) + " to " + Durations.format(max);
        known(key, "duration", Durations.format(fallback), true, allowed);
        Scalar scalar = scalar(key, allowed);
        if (scalar == null) {
            return fallback;
        }
        Optional<Duration> duration = Durations.parse(scalar.value);
        if (duration.isEmpty() && scalar.value.matches("[+-]?\\d+(\\.\\d+)?")) {
            problem(key, scalar.shown + " has no unit: write ms, s, m, h or d after it; " + allowed + " is allowed");
        } else if (duration.isEmpty()) {
            problem(key, scalar.shown + " is not a duration such as 500ms, 5s or 2m: " + allowed + " is allowed");
        } else if (duration.get().compareTo(min) < 0 || duration.get().compareTo(max) > 0) {
            problem(key, scalar.shown + " is not allowed: " + allowed);
        } else {
            return duration.get();
        }
        return fallback;
    }

    long size(String key, long minBytes, long maxBytes, long fallback) {
        String allowed = Sizes.format(minBytes) + " to " + Sizes.format(maxBytes);
        known(key, "size", Sizes.format(fallback), true, allowed);
        Scalar scalar = scalar(key, allowed);
        if (scalar == null) {
            return fallback;
        }
        OptionalLong bytes = Sizes.parse(scalar.value);
        if (bytes.isEmpty()) {
            problem(key, scalar.shown + " is not a size such as 64MB, 256MiB or 1GB: " + allowed + " is allowed");
        } else if (bytes.getAsLong() < minBytes || bytes.getAsLong() > maxBytes) {
            problem(key, scalar.shown + " is not allowed: " + allowed);
        } else {
            return bytes.getAsLong();
        }
        return fallback;
    }

    <E extends Enum<E>> E choice(String key, Class<E> of, E fallback) {
        return choice(key, Entries.words(of), fallback);
    }

    /** @return null if missing or wrong */
    <E extends Enum<E>> E optionalChoice(String key, Class<E> of, String fallbackWords) {
        Map<String, E> words = Entries.words(of);
        return optionalChoice(key, words, fallbackWords, Entries.or(List.copyOf(words.keySet())));
    }

    <E> E choice(String key, Map<String, E> choices, E fallback) {
        String word = choices.keySet().stream()
                .filter(each -> choices.get(each).equals(fallback))
                .findFirst()
                .orElseThrow();
        known(key, "word", word, true, Entries.or(List.copyOf(choices.keySet())));
        E chosen = chosen(key, choices);
        return chosen == null ? fallback : chosen;
    }

    /**
     * @param allowed what the documentation says is allowed where the words are too many for it
     * @return null if missing or wrong
     */
    <E> E optionalChoice(String key, Map<String, E> choices, String fallbackWords, String allowed) {
        known(key, "word", fallbackWords, false, allowed);
        return chosen(key, choices);
    }

    private <E> E chosen(String key, Map<String, E> choices) {
        List<String> words = List.copyOf(choices.keySet());
        Scalar scalar = scalar(key, Entries.or(words));
        if (scalar != null && !choices.containsKey(scalar.value)) {
            String near = Suggestion.didYouMean(scalar.value, words);
            problem(key, scalar.shown + " is not allowed: " + Entries.or(words) + near);
        }
        return scalar == null ? null : choices.get(scalar.value);
    }

    /**
     * A path, absolute or starting at the file's folder; {@code ~/} is the user's home.
     *
     * @param literal whether {@code words} is what one would write for the default
     * @return null if missing or wrong
     */
    Path path(String key, String type, String words, boolean literal) {
        return path(key, type, words, literal, "a path");
    }

    /** As {@link #path}, for a key that may be something else, too. */
    Path path(String key, String type, String words, boolean literal, String allowed) {
        known(key, type, words, literal, allowed);
        Scalar scalar = scalar(key, allowed);
        if (scalar == null) {
            return null;
        }
        try {
            Path written = scalar.value.startsWith("~/")
                    ? reading.surroundings.userHome().resolve(scalar.value.substring(2))
                    : Path.of(scalar.value);
            return reading.folder.resolve(written).normalize();
        } catch (InvalidPathException wrong) {
            problem(key, scalar.shown + " is not a path");
            return null;
        }
    }

    /** As {@link #path}, but messages do not show it: a password is easily written here instead of its file. */
    Path secretPath(String key, String type, String words) {
        String text = confidential(key, type, words, "a path");
        try {
            return text == null ? null : reading.folder.resolve(Path.of(text)).normalize();
        } catch (InvalidPathException wrong) {
            problem(key, "is not a path");
            return null;
        }
    }

    /** @return a text for the caller to judge; null with a problem added if it is no text with a value, null if missing */
    Scalar address(String key, String fallbackWords, String allowed) {
        known(key, "address", fallbackWords, false, allowed);
        return scalar(key, allowed);
    }

    /** @return how a message may show the value of a key: what is in the file, or {@code fallback} if it is not in it */
    String shown(String key, Object fallback) {
        return has(key) && entries.get(key).value() instanceof ScalarNode scalar
                ? Shown.value(scalar.getValue())
                : fallback.toString();
    }

    /** @return how a message may show a path: where it leads, unless it is a variable of the environment that leads there */
    String shown(String key, Path resolved) {
        boolean plain = has(key)
                && entries.get(key).value() instanceof ScalarNode scalar
                && scalar.getValue().indexOf('$') < 0;
        return plain || !has(key) ? Masked.uri(resolved.toString()) : shown(key, (Object) resolved);
    }

    /** What a scalar holds, and how a message may show it. */
    record Scalar(String value, String shown) {}

    /** @return null with a problem added if it is no text with a value */
    Scalar scalar(String key, String allowed) {
        return has(key) ? scalar(key, entries.get(key).value(), allowed) : null;
    }

    Scalar scalar(String key, Node node, String allowed) {
        String value = substituted(key, node, allowed + " is allowed");
        return value == null ? null : new Scalar(value.strip(), Shown.value(((ScalarNode) node).getValue()));
    }

    private String substituted(String key, Node node, String allowed) {
        if (!(node instanceof ScalarNode scalar)) {
            problem(key, Entries.kind(node) + " is not allowed here: " + allowed);
            return null;
        }
        boolean ordinary = node.getTag().getValue().startsWith("tag:yaml.org,2002:")
                || node.getTag().equals(Tag.ENV_TAG);
        if (!ordinary) {
            problem(key, "a value must not begin with !: put it in quotes");
            return null;
        }
        if (Entries.isNull(node)) {
            problem(key, "has no value: " + allowed);
            return null;
        }
        String value = Substitution.apply(
                scalar.getValue(), reading.surroundings.environment(), message -> problem(key, message));
        if (value != null && value.isBlank()) {
            problem(key, "is empty: " + allowed);
            return null;
        }
        return value;
    }

    /** Reports what is in the file and nobody asked for. */
    void finish() {
        entries.forEach((key, entry) -> {
            if (!asked.contains(key)) {
                reading.unknown(Entries.join(path, key), key, List.copyOf(asked), entry.line(), entry.column());
            }
        });
    }

    String path() {
        return path;
    }

    Reading reading() {
        return reading;
    }

    /** Makes a key known, for the list of all keys and the words about unknown ones. */
    void known(String key, String type, String fallback, boolean literal, String allowed) {
        asked.add(key);
        reading.known(new Key(Entries.join(keyPath, key), type, fallback, literal, allowed));
    }
}
