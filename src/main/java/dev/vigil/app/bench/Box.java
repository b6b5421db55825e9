package dev.vigil.app.bench;

import dev.vigil.app.VersionCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What figures depend on besides the model.
 *
 * @param cpu as the kernel names it
 * @param cores that this process may use
 */
record Box(String cpu, int cores, String java, String onnxRuntime) {
    static final String UNKNOWN = "unknown";

    private static final Path CPUS = Path.of("/proc/cpuinfo");
    /** What a board is called where the kernel does not name its processor, as on ARM. */
    private static final Path BOARD = Path.of("/proc/device-tree/model");

    static Box ofThis() {
        return new Box(
                cpu(CPUS, BOARD),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version().toString(),
                VersionCommand.libraryVersion("onnxruntime"));
    }

    static String cpu(Path cpus, Path board) {
        try {
            if (Files.exists(cpus)) {
                try (Stream<String> lines = Files.lines(cpus, StandardCharsets.ISO_8859_1)) {
                    String name = lines.filter(line -> line.startsWith("model name"))
                            .map(line -> line.substring(line.indexOf(':') + 1).strip())
                            .findFirst()
                            .orElse("");
                    if (!name.isEmpty()) {
                        return name;
                    }
                }
            }
            // Ends with a 0, as C's strings do.
            return Files.exists(board)
                    ? Files.readString(board, StandardCharsets.ISO_8859_1)
                            .replace("\0", "")
                            .strip()
                    : UNKNOWN;
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    /** For people. */
    String text() {
        return cpu + ", " + cores + " cores, Java " + java + ", ONNX Runtime " + onnxRuntime;
    }
}
