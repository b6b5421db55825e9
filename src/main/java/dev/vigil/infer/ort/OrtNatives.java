package dev.vigil.infer.ort;

import ai.onnxruntime.OrtEnvironment;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ONNX Runtime's native libraries, unpacked once into the cache folder. Left alone it unpacks them at each start into the
 * temporary folder, and a kill leaves them there; the CUDA provider alone is 583 MB, so it is unpacked only for a box that can
 * use it.
 */
final class OrtNatives {
    private static final Logger LOG = LoggerFactory.getLogger(OrtNatives.class);
    private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));
    private static final String PATH_PROPERTY = "onnxruntime.native.path";
    private static final String[] CORE = {"libonnxruntime.so", "libonnxruntime4j_jni.so"};
    /** It looks for this one at every start, of those for GPUs, and unpacks it to the temporary folder where it is not there. */
    private static final String SHARED = "libonnxruntime_providers_shared.so";

    private OrtNatives() {}

    /**
     * Makes sure that the libraries for {@code device} lie in the cache and that ONNX Runtime takes them from there.
     *
     * @throws InferException when the cache can not be written
     */
    static synchronized void provide(InferOptions.Device device, Path cacheDir) throws InferException {
        String jar = jarName();
        Path folder = cacheDir.resolve(jar);
        try {
            Files.createDirectories(folder);
            for (String library : CORE) {
                unpack(library, folder);
            }
            if (haveProvider("shared")) {
                unpack(SHARED, folder);
            }
            if (device != InferOptions.Device.CPU) {
                unpack("libonnxruntime_providers_cuda.so", folder);
            }
            if (device == InferOptions.Device.TENSORRT) {
                unpack("libonnxruntime_providers_tensorrt.so", folder);
            }
        } catch (IOException e) {
            throw new InferException("the cache folder " + folder + " can not be written: " + e.getMessage(), e);
        }
        System.setProperty(PATH_PROPERTY, folder.toString());
    }

    /** The folders that ONNX Runtime has made for what it unpacks by itself, of every process. */
    static Set<Path> ownFolders() {
        Set<Path> found = new HashSet<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(TEMPORARY, "onnxruntime-java*")) {
            folders.forEach(found::add);
        } catch (IOException e) {
            LOG.debug("{} can not be looked at", TEMPORARY, e);
        }
        return found;
    }

    /** Removes the one that it has made since, which stays empty and which a kill would leave behind. */
    static void removeOwnFolder(Set<Path> before) {
        for (Path folder : ownFolders()) {
            if (!before.contains(folder)) {
                try {
                    Files.delete(folder);
                } catch (IOException e) {
                    LOG.debug(
                            "{} stays until the process ends",
                            folder,
                            e); // another process's, that has something in it
                }
            }
        }
    }

    /** True when this build's jar has libraries for GPUs at all. */
    static boolean haveProvider(String provider) {
        return OrtEnvironment.class.getResource(resource("libonnxruntime_providers_" + provider + ".so")) != null;
    }

    /** Which ONNX Runtime this is. */
    static String version() {
        return jarName();
    }

    /** The jar's name without its ending: the natives' version and flavour. */
    private static String jarName() {
        String location = OrtEnvironment.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath();
        return location.substring(location.lastIndexOf('/') + 1).replaceFirst("\\.jar$", "");
    }

    private static String resource(String library) {
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT).equals("aarch64") ? "aarch64" : "x64";
        return "/ai/onnxruntime/native/linux-" + arch + "/" + library;
    }

    private static void unpack(String library, Path folder) throws IOException {
        Path target = folder.resolve(library);
        if (Files.exists(target)) {
            return; // only ever moved there whole
        }
        Path part = Files.createTempFile(folder, library, ".part");
        try (InputStream in = OrtEnvironment.class.getResourceAsStream(resource(library))) {
            if (in == null) {
                throw new IOException("this build has no " + library);
            }
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            flush(part);
            move(part, target);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Without it a power cut leaves an empty library under the final name, and no start after it works. */
    private static void flush(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static void move(Path part, Path target) throws IOException {
        try {
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
