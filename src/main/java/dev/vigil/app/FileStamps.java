package dev.vigil.app;

import dev.vigil.config.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What tells the files of models from others that were put in their place. Stateless. */
final class FileStamps {
    private FileStamps() {}

    static List<String> of(List<ModelConfig> chain) {
        List<String> stamps = new ArrayList<>();
        chain.stream()
                .flatMap(config -> Stream.of(
                        config.file(),
                        config.infer().backend().graph(),
                        config.description().labels()))
                .filter(file -> file != null)
                .forEach(file -> stamps.add(of(file)));
        return stamps;
    }

    private static String of(Path file) {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return now.fileKey() + " " + now.size() + " " + now.lastModifiedTime();
        } catch (IOException e) {
            return "unreadable: " + e; // whoever loads it tells
        }
    }
}
