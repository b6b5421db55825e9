package dev.vigil.workshop.distill;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder that a set is made in. Until it is whole all of it lies in {@link #UNFINISHED}, so that what a crash leaves looks
 * like no set; what {@link #close} finds unfinished is gone.
 */
final class SetFolder implements AutoCloseable {
    static final String UNFINISHED = "unfinished";

    private final Path folder;
    private final Path unfinished;
    /** The topmost folder that was not there before; null where all were. */
    private final Path made;

    private boolean finished;

    private SetFolder(Path folder, Path made) {
        this.folder = folder;
        this.unfinished = folder.resolve(UNFINISHED);
        this.made = made;
    }

    /**
     * Begins a set.
     *
     * @param folder new or empty
     * @throws IOException when it is neither, or can not be written
     */
    static SetFolder begin(Path folder) throws IOException {
        require(folder);
        Path absolute = folder.toAbsolutePath().normalize();
        Path made = null;
        for (Path up = absolute; up != null && Files.notExists(up, LinkOption.NOFOLLOW_LINKS); up = up.getParent()) {
            made = up;
        }
        SetFolder set = new SetFolder(absolute, made);
        boolean begun = false;
        try {
            Files.createDirectories(absolute);
            Files.createDirectory(set.unfinished);
            begun = true;
            return set;
        } finally {
            if (!begun) {
                set.close();
            }
        }
    }

    /** @throws IOException when a set can not be made there, since something is */
    static void require(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            throw new IOException(folder + " is a file; a new or empty folder is wanted");
        }
        try (Stream<Path> entries = Files.list(folder)) {
            List<String> names = entries.map(entry -> entry.getFileName().toString())
                    .limit(2)
                    .toList();
            if (names.equals(List.of(UNFINISHED))) {
                throw new IOException(folder + " holds the unfinished set of a run that is still on, or was killed: "
                        + folder.resolve(UNFINISHED) + "; remove it, or choose another folder");
            }
            if (!names.isEmpty()) {
                throw new IOException(
                        folder + " is not empty; a new or empty folder is wanted, nothing is overwritten");
            }
        }
    }

    /** Where all of it is written to, under the names that it will have. */
    Path unfinished() {
        return unfinished;
    }

    /**
     * Puts all in its place.
     *
     * @param last the file that tells that a set is whole
     */
    void finish(String last) throws IOException {
        List<Path> entries;
        try (Stream<Path> all = Files.list(unfinished)) {
            entries = all.filter(entry -> !entry.getFileName().toString().equals(last))
                    .sorted()
                    .toList();
        }
        for (Path entry : entries) {
            Files.move(entry, folder.resolve(entry.getFileName()));
        }
        Files.move(unfinished.resolve(last), folder.resolve(last));
        Files.delete(unfinished);
        finished = true;
    }

    @Override
    public void close() throws IOException {
        if (!finished) {
            Path gone = made != null ? made : unfinished;
            if (Files.exists(gone, LinkOption.NOFOLLOW_LINKS)) {
                delete(gone);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
