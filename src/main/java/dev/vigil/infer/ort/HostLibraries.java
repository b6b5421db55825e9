package dev.vigil.infer.ort;

import dev.vigil.infer.InferOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks for the host's GPU libraries where the dynamic linker would, so that a device is tried only where it can work. */
final class HostLibraries {
    private static final List<String> CUDA = List.of(
            "libcuda.so.1",
            "libcudart.so.12",
            "libcublas.so.12",
            "libcublasLt.so.12",
            "libcufft.so.11",
            "libcurand.so.10",
            "libcudnn.so.9");
    private static final List<String> TENSORRT = List.of("libnvinfer.so.10", "libnvonnxparser.so.10");

    /** Where NVIDIA's driver tells of the GPUs. */
    private static final Path GPUS = Path.of("/proc/driver/nvidia/gpus");

    /** What the linker says of a library that is older than what was built against it. */
    private static final Pattern TOO_OLD = Pattern.compile("undefined symbol: (\\S+), version (lib(cu|nv)\\S+)");

    private final Set<Path> folders;

    HostLibraries(Set<Path> folders) {
        this.folders = folders;
    }

    static HostLibraries ofThisBox() {
        Set<Path> folders = new LinkedHashSet<>();
        String configured = System.getenv("LD_LIBRARY_PATH");
        if (configured != null) {
            for (String folder : configured.split(":", -1)) {
                if (!folder.isEmpty()) {
                    folders.add(Path.of(folder));
                }
            }
        }
        linkerConfiguration(Path.of("/etc/ld.so.conf.d"), folders);
        String triplet = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
        for (String folder : List.of(
                "/lib/" + triplet + "-linux-gnu",
                "/usr/lib/" + triplet + "-linux-gnu",
                "/lib64",
                "/usr/lib64",
                "/lib",
                "/usr/lib")) {
            folders.add(Path.of(folder));
        }
        return new HostLibraries(folders);
    }

    private static void linkerConfiguration(Path folder, Set<Path> into) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.conf")) {
            for (Path file : files) {
                for (String line : Files.readAllLines(file)) {
                    if (line.startsWith("/")) {
                        into.add(Path.of(line.strip()));
                    }
                }
            }
        } catch (IOException e) {
            // Unreadable linker configuration hides libraries from us as it does from the linker's cache tool.
            org.slf4j.LoggerFactory.getLogger(HostLibraries.class).warn("{}: {}", folder, e.toString());
        }
    }

    /** What {@code device} needs and the box lacks; empty when it can be tried. */
    List<String> missingFor(InferOptions.Device device) {
        List<String> missing = new ArrayList<>();
        if (device == InferOptions.Device.CPU) {
            return missing;
        }
        addMissing(CUDA, missing);
        if (device == InferOptions.Device.TENSORRT) {
            addMissing(TENSORRT, missing);
        }
        return missing;
    }

    /** The packages that hold them, as Debian's contrib and NVIDIA's repository for it call them. */
    static List<String> packages(List<String> libraries) {
        return libraries.stream()
                .map(library -> switch (library) {
                    case "libcuda.so.1" -> "libcuda1";
                    case "libcudnn.so.9" -> "libcudnn9-cuda-12";
                    case "libnvinfer.so.10" -> "libnvinfer10";
                    case "libnvonnxparser.so.10" -> "libnvonnxparsers10";
                    default -> "cuda-libraries-12-9";
                })
                .distinct()
                .toList();
    }

    /** What TensorRT's engines depend on: the GPU, and its own library, as far as the file and its name tell of it. */
    String builder() {
        List<String> facts = new ArrayList<>();
        try {
            for (Path folder : folders) {
                Path library = folder.resolve(TENSORRT.get(0));
                if (facts.isEmpty() && Files.exists(library)) {
                    facts.add(library.toRealPath().getFileName() + " of " + Files.size(library));
                }
            }
            if (Files.isDirectory(GPUS)) {
                try (DirectoryStream<Path> gpus = Files.newDirectoryStream(GPUS)) {
                    for (Path gpu : gpus) {
                        Files.readAllLines(gpu.resolve("information")).stream()
                                .filter(line -> line.startsWith("Model:"))
                                .forEach(facts::add);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return String.join(", ", facts);
    }

    /** Names what is to be done where the dynamic linker's {@code words} are of a library that is too old. */
    static String explained(String words) {
        Matcher tooOld = TOO_OLD.matcher(words);
        return tooOld.find()
                ? "this box's " + tooOld.group(2) + " is too old: it has no " + tooOld.group(1)
                        + ", which CUDA 12.8 has"
                : words;
    }

    private void addMissing(List<String> libraries, List<String> missing) {
        for (String library : libraries) {
            if (folders.stream().noneMatch(folder -> Files.exists(folder.resolve(library)))) {
                missing.add(library);
            }
        }
    }
}
