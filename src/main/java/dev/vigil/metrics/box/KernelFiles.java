package dev.vigil.metrics.box;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The small text files of {@code /proc} and {@code /sys}. Stateless; what is not there, or can not be read now, is null or empty. */
final class KernelFiles {
    private final Path root;

    KernelFiles(Path root) {
        this.root = root;
    }

    /** @param path absolute, as on the real box */
    Path at(String path) {
        return root.resolve(path.substring(1));
    }

    List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException notTold) {
            return List.of(); // sensors that are asleep answer with an error, too
        }
    }

    String line(Path file) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? null : lines.get(0).strip();
    }

    /** A file with one whole number in it. */
    Long number(Path file) {
        return number(line(file));
    }

    static Long number(String text) {
        try {
            return text == null ? null : Long.valueOf(text.strip());
        } catch (NumberFormatException notOne) {
            return null; // "max", or what no one has foreseen
        }
    }

    /** The number behind a key, of lines such as {@code VmSwap:  12 kB} and {@code oom_kill 3}. */
    Long number(Path file, String key) {
        for (String line : lines(file)) {
            if (line.startsWith(key) && line.length() > key.length()) {
                String[] words = line.substring(key.length()).strip().split("\\s+", 2);
                Long number = number(words[0]);
                return number != null && words.length == 2 && words[1].equals("kB")
                        ? Long.valueOf(number * 1024)
                        : number;
            }
        }
        return null;
    }

    /** What stands in a folder under names of a form, in their order. */
    List<Path> list(Path folder, String glob) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
            entries.forEach(found::add);
        } catch (IOException notThere) {
            return List.of();
        }
        Collections.sort(found);
        return found;
    }
}
