package dev.vigil.app.soak;

import dev.vigil.app.Durations;
import dev.vigil.config.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** How long a daemon is tried, with which faults, and what is kept of it. */
public final class TrialOptions {
    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = Durations.class,
            defaultValue = "10m",
            description = "How long, from the moment when all cameras are up (default: ${DEFAULT-VALUE}).")
    private Duration runFor;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of an earlier run, for the same faults in the same order (default: another each time).")
    private Long seed;

    @Option(
            names = "--keep",
            paramLabel = "FOLDER",
            description = "Keep the daemon's logs and configuration there (default: only when a bound is broken).")
    private Path keep;

    public Duration runFor() {
        return runFor;
    }

    /** The one that was given; else another each time it is asked for. */
    public long seed() {
        return seed != null ? seed : ThreadLocalRandom.current().nextLong(1_000_000_000);
    }

    /** A new folder for what the daemon leaves. */
    public Path folder(String name) throws IOException {
        return keep == null
                ? Files.createTempDirectory("vigil-" + name + "-")
                : Files.createTempDirectory(Files.createDirectories(keep).toAbsolutePath(), name + "-");
    }

    /** All is well: deletes the folder unless it is to be kept. */
    public void discard(Path folder) throws IOException {
        if (keep != null) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(folder)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.delete(path);
        }
    }

    /** The environment of a daemon that is tried: what the user gives Java comes last, so that it wins. */
    public static Map<String, String> environment(List<String> javaOptions, Surroundings surroundings) {
        String given = surroundings.environment().getOrDefault("VIGIL_JAVA_OPTS", "");
        return Map.of("VIGIL_JAVA_OPTS", (String.join(" ", javaOptions) + " " + given).strip());
    }
}
