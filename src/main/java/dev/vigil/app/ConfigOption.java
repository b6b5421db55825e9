package dev.vigil.app;

import dev.vigil.config.Surroundings;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code -c}, for every command that needs the daemon's configuration. */
public final class ConfigOption {
    static final Path SYSTEM_FILE = Path.of("/etc/vigil/vigil.yml");

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description =
                    "The configuration. Default: /etc/vigil/vigil.yml if it is there, else config/vigil.yml of the program.")
    private Path file;

    /** @return the file to read; it need not exist */
    public Path file(Surroundings surroundings) {
        return file != null ? file : defaultFile(SYSTEM_FILE, surroundings.home());
    }

    /** The one that the user names; null for none. */
    public Path given() {
        return file;
    }

    static Path defaultFile(Path systemFile, Path home) {
        return Files.exists(systemFile) ? systemFile : home.resolve("config/vigil.yml");
    }
}
