package dev.vigil.app.media;

import dev.vigil.app.media.MediaSource.Form;
import dev.vigil.base.Masked;
import dev.vigil.config.CameraAddress;
import dev.vigil.source.SourceAddress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** What the words of the command line name: files, all that folders hold, and streams. */
public final class SourceList {
    private final Path workingDir;
    private final Map<String, String> environment;
    private final BiConsumer<String, String> onFailure;
    private final List<MediaSource> sources = new ArrayList<>();

    /**
     * @param environment holds the variables that addresses may name
     * @param onFailure takes a source as people may see it, and why it can not be looked at
     */
    public SourceList(Path workingDir, Map<String, String> environment, BiConsumer<String, String> onFailure) {
        this.workingDir = workingDir;
        this.environment = environment;
        this.onFailure = onFailure;
    }

    public List<MediaSource> sources() {
        return List.copyOf(sources);
    }

    /** Adds what {@code text} names; what is there by that name goes before what it could mean as an address. */
    public void add(String text) {
        if (text.isEmpty()) {
            onFailure.accept("''", "names no file and no stream");
            return;
        }
        Path path = existing(text);
        if (path != null && !isDevice(path)) {
            addPath(text, path);
            return;
        }
        URI uri;
        try {
            uri = CameraAddress.parse(CameraAddress.substituted(text, environment), workingDir);
        } catch (IllegalArgumentException wrong) {
            onFailure.accept(Masked.uri(text), wrong.getMessage());
            return;
        }
        if (SourceAddress.kind(uri) == SourceAddress.Kind.FILE) {
            Path file = Path.of(uri);
            if (Files.exists(file)) {
                addPath(text, file);
            } else {
                onFailure.accept(text, "there is no such file");
            }
        } else {
            sources.add(new MediaSource(SourceAddress.shown(uri), uri, Form.STREAM));
        }
    }

    private Path existing(String text) {
        try {
            Path path = workingDir.resolve(text);
            return Files.exists(path) ? path : null;
        } catch (InvalidPathException noPath) {
            return null;
        }
    }

    private static boolean isDevice(Path path) {
        return path.toAbsolutePath().normalize().startsWith("/dev");
    }

    private void addPath(String shown, Path path) {
        if (Files.isDirectory(path)) {
            addFolder(shown, path);
        } else {
            addFile(shown, path);
        }
    }

    private void addFolder(String shown, Path folder) {
        List<Path> files;
        try (Stream<Path> entries = Files.list(folder)) {
            files = entries.filter(
                            entry -> MediaNames.isMedia(entry.getFileName().toString()))
                    .filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            onFailure.accept(shown, "the folder can not be read");
            return;
        }
        if (files.isEmpty()) {
            onFailure.accept(shown, "the folder holds no picture and no video");
        }
        String prefix = shown.endsWith("/") ? shown : shown + "/";
        files.forEach(file -> addFile(prefix + file.getFileName(), file));
    }

    private void addFile(String shown, Path file) {
        try {
            if (!Files.isReadable(file)) {
                onFailure.accept(shown, "can not be read: permission denied");
            } else if (Files.isRegularFile(file) && Files.size(file) == 0) {
                onFailure.accept(shown, "the file is empty");
            } else {
                Form form = MediaNames.isPicture(file.toString()) ? Form.PICTURE : Form.VIDEO;
                sources.add(
                        new MediaSource(shown, file.toAbsolutePath().normalize().toUri(), form));
            }
        } catch (IOException e) {
            onFailure.accept(shown, "can not be read: " + e.getMessage());
        }
    }
}
