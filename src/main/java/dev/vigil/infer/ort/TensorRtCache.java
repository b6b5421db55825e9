package dev.vigil.infer.ort;

import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Where TensorRT keeps the engines of one model: a folder whose name is made of all that an engine depends on, the model's content
 * among it, so that another file of the same name never gets them.
 */
record TensorRtCache(Path folder) {
    private static final int NAME_BYTES = 16;

    /**
     * @param version of ONNX Runtime, and of what engines depend on besides
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

    /**
     * Whether all engines are there, and not only the first of several: then loading takes seconds and not minutes.
     *
     * @param shapes of the inputs
     */
    boolean isBuiltFor(String shapes) {
        try {
            return Files.exists(mark()) && Files.readString(mark()).equals(shapes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All of them are there. */
    void built(String shapes) {
        try {
            Files.writeString(mark(), shapes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes what is there, which may be the half of it, or for other shapes; how long which tactic takes is kept. */
    void clear() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "{built,*.engine,*.profile}")) {
            for (Path file : files) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path mark() {
        return folder.resolve("built");
    }
}
