package dev.vigil.workshop.accuracy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds what a file says of a picture by the end of the picture's path, as far as both tell it. Not threadsafe. */
final class SourceIndex<T> {
    private record Entry<T>(String[] path, T value) {}

    private final Path file;
    private final Map<String, List<Entry<T>>> byName = new HashMap<>();

    /** @param file for messages */
    SourceIndex(Path file) {
        this.file = file;
    }

    void add(String path, T value) {
        String[] parts = parts(path);
        byName.computeIfAbsent(parts[parts.length - 1], name -> new ArrayList<>())
                .add(new Entry<>(parts, value));
    }

    /**
     * @return that of the path with most folders in common, of those with the same name; null for none
     * @throws TruthException when the source does not tell which of several it is
     */
    T find(String source) throws TruthException {
        String[] parts = parts(source);
        List<Entry<T>> named = byName.getOrDefault(parts[parts.length - 1], List.of());
        List<Entry<T>> best = new ArrayList<>();
        int most = 0;
        for (Entry<T> entry : named) {
            int common = common(entry.path, parts);
            if (common > most) {
                best.clear();
                most = common;
            }
            if (common == most) {
                best.add(entry);
            }
        }
        if (best.size() > 1) {
            throw new TruthException(
                    file,
                    "does not tell which picture " + source + " is: " + String.join("/", best.get(0).path) + " or "
                            + String.join("/", best.get(1).path));
        }
        return best.isEmpty() ? null : best.get(0).value;
    }

    private static int common(String[] some, String[] others) {
        int common = 0;
        while (common < Math.min(some.length, others.length)
                && some[some.length - 1 - common].equals(others[others.length - 1 - common])) {
            common++;
        }
        return common;
    }

    private static String[] parts(String path) {
        return path.replace('\\', '/').split("/+", -1);
    }
}
