package dev.vigil.infer.ort;

import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where TensorRT keeps the engines of one model: a folder whose name is made of all that an engine depends on, the model's content
 * among it, so that another file of the same name never gets them.
 */
record TensorRtCache(Path folder) {
    private static final int NAME_BYTES = 16;
    /** TensorRT's builder can take the whole process with it: a box that starts it again and again would never serve. */
    private static final int BUILDS_MAX = 3;

    /**
     * @param version of ONNX Runtime
     * @throws InferException when the model can not be read
     */
    static TensorRtCache of(Path model, InferOptions options, String version, Path cacheDir) throws InferException {
        MessageDigest digest = sha256();
        String rest = version + " precision " + options.backend().precision() + " batch " + options.batchMax();
        digest.update(rest.getBytes(StandardCharsets.UTF_8));
        try {
            for (Path file : files(model)) {
                try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                    in.transferTo(java.io.OutputStream.nullOutputStream());
                }
            }
        } catch (IOException e) {
            throw new InferException("the model " + model + " can not be read: " + e.getMessage(), e);
        }
        String name = HexFormat.of().formatHex(digest.digest(), 0, NAME_BYTES);
        return new TensorRtCache(cacheDir.resolve("tensorrt").resolve(name));
    }

    /** With those of its weights, which may be others although the graph is the same. */
    private static List<Path> files(Path model) {
        List<Path> files = new ArrayList<>(List.of(model));
        try {
            files.addAll(OnnxModel.read(model).dataFiles());
        } catch (GraphException e) {
            return files; // ONNX Runtime's own form is no graph that is read here, and has all in one file
        }
        return files;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Whether there is an engine: then loading takes seconds and not minutes. */
    boolean isBuilt() {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".engine"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A build begins that is not known to have ended until {@link #end}. */
    void begin() throws InferException {
        try {
            Files.createDirectories(folder);
            Files.writeString(mark(), String.valueOf(begun() + 1));
        } catch (IOException e) {
            throw new InferException("the cache folder " + folder + " can not be written: " + e.getMessage(), e);
        }
    }

    /** It has ended, well or not, and the process lives. */
    void end() {
        try {
            Files.deleteIfExists(mark());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Why no further build is to be begun; null when it may. */
    String refusal() {
        return begun() < BUILDS_MAX
                ? null
                : "building its engine has ended the process " + begun() + " times; it is tried again when " + mark()
                        + " is deleted";
    }

    private Path mark() {
        return folder.resolve("building");
    }

    /** How many builds have begun since one was known to have ended. */
    private int begun() {
        try {
            return Files.exists(mark())
                    ? Integer.parseInt(Files.readString(mark()).strip())
                    : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NumberFormatException e) {
            return 1; // the process ended in writing it
        }
    }
}
