package dev.vigil.metrics.box;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of {@code /proc} and {@code /sys} as a box would have them. */
public final class FakeBox {
    private final Path root;

    public FakeBox(Path root) {
        this.root = root;
    }

    public FakeBox with(String path, String content) {
        try {
            Path file = root.resolve(path.substring(1));
            Files.createDirectories(file.getParent());
            Files.writeString(file, content + "\n");
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public BoxFigures figures() {
        return new BoxFigures(root);
    }
}
