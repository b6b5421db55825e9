package dev.vigil.workshop.optimize;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder for models that are only tried, which goes with all that is in it. */
final class TrialFolder implements AutoCloseable {
    private final Path folder;

    private TrialFolder(Path folder) {
        this.folder = folder;
    }

    static TrialFolder in(Path cacheDir) throws IOException {
        return new TrialFolder(Files.createTempDirectory(Files.createDirectories(cacheDir), "optimize-"));
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    @Override
    public void close() throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
