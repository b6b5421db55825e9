package dev.vigil.workshop;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A folder for models that are only tried. Threadsafe. */
public final class Scratch implements AutoCloseable {
    private static final String PREFIX = "trial-";
    /** The process that made it, and anything. */
    private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d{1,10})-\\d+");

    private final Path folder;

    private Scratch(Path folder) {
        this.folder = folder;
    }

    /**
     * Deletes what was left there by processes that were killed, too.
     *
     * @param cacheDir made where it is not there yet
     */
    public static Scratch in(Path cacheDir) throws IOException {
        Files.createDirectories(cacheDir);
        try (DirectoryStream<Path> before = Files.newDirectoryStream(cacheDir, PREFIX + "*")) {
            for (Path folder : before) {
                if (!ownerLives(folder)) {
                    delete(folder);
                }
            }
        }
        long pid = ProcessHandle.current().pid();
        return new Scratch(Files.createTempDirectory(cacheDir, PREFIX + pid + "-"));
    }

    private static boolean ownerLives(Path folder) {
        Matcher name = NAME.matcher(folder.getFileName().toString());
        return !name.matches()
                || ProcessHandle.of(Long.parseLong(name.group(1)))
                        .map(ProcessHandle::isAlive)
                        .orElse(false);
    }

    public Path folder() {
        return folder;
    }

    public Path file(String name) {
        return folder.resolve(name);
    }

    /** Deletes it with all that lies in it. */
    @Override
    public void close() throws IOException {
        delete(folder);
    }

    /** Deletes a folder with all that lies in it. */
    static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }
}
