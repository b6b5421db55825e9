package dev.vigil.workshop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder for models that are only tried. Threadsafe. */
public final class Scratch implements AutoCloseable {
    private final Path folder;

    private Scratch(Path folder) {
        this.folder = folder;
    }

    /** @param cacheDir made where it is not there yet */
    public static Scratch in(Path cacheDir) throws IOException {
        return new Scratch(Files.createTempDirectory(Files.createDirectories(cacheDir), "trial-"));
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
