package dev.vigil.workshop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchTest {
    @TempDir
    private Path cache;

    @Test
    void shouldDeleteWhatAKilledProcessHasLeftAndNothingElse() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        Path left = Files.createDirectories(cache.resolve("trial-" + gone.pid() + "-123"));
        Files.writeString(left.resolve("model.onnx"), "half a model");
        Path others = Files.createDirectories(cache.resolve("trial-runs"));
        try (Scratch first = Scratch.in(cache);
                Scratch second = Scratch.in(cache)) {
            assertThat(left).doesNotExist();
            assertThat(others).exists();
            assertThat(first.folder()).exists().isNotEqualTo(second.folder());
        }
        assertThat(cache).isDirectoryContaining(others::equals);
        try (var all = Files.list(cache)) {
            assertThat(all).containsExactly(others);
        }
    }
}
