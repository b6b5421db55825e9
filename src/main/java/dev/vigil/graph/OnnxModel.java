package dev.vigil.graph;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import onnx.Onnx.ModelProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;

/**
 * A model out of an ONNX file, to look at and to edit.
 *
 * <p>The file is mapped, and weights are slices of the mapping: a model of a gigabyte takes little heap. So its file must not
 * be written into while this is in use; replacing it by another of the same name, as everything in here does, is no harm.
 * Weights in files of their own (external data) stay there. Not threadsafe.
 */
public final class OnnxModel {
    /** Two threads of one process may write the same file. */
    private static final AtomicLong UNIQUE = new AtomicLong();

    private final Path file;
    private final long fileBytes;
    private final ModelProto header;
    private final Graph graph;
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private OnnxModel(Path file, long fileBytes, ModelProto model) {
        this.file = file;
        this.fileBytes = fileBytes;
        this.header = model.toBuilder().clearGraph().clearMetadataProps().build();
        this.graph = new Graph(model.getGraph());
        model.getMetadataPropsList().forEach(pair -> metadata.put(pair.getKey(), pair.getValue()));
    }

    /**
     * Reads a file and checks what {@link GraphCheck} does.
     *
     * @throws GraphException when it can not be read, is no model, or is one that should not be run; the message is to be read
     *     after the file's name
     */
    public static OnnxModel read(Path file) throws GraphException {
        MappedByteBuffer mapped = map(file);
        long heap = WireScan.heapBytes(mapped, ModelProto.getDescriptor());
        long most = Runtime.getRuntime().maxMemory() / 2;
        if (heap > most) {
            throw new GraphException("would take " + (heap >> 20) + " MiB of memory to read, and at most "
                    + (most >> 20) + " may be had (half of Java's -Xmx)");
        }
        try {
            CodedInputStream in = UnsafeByteOperations.unsafeWrap(mapped).newCodedInput();
            in.enableAliasing(true);
            in.setRecursionLimit(WireScan.DEPTH_MAX);
            ModelProto model = ModelProto.parseFrom(in);
            GraphCheck.check(model, folderOf(file));
            return new OnnxModel(file, mapped.limit(), model);
        } catch (InvalidProtocolBufferException e) {
            throw new GraphException("is no ONNX file: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new GraphException("can not be read: " + e.getMessage(), e);
        }
    }

    private static MappedByteBuffer map(Path file) throws GraphException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size > Integer.MAX_VALUE) {
                throw new GraphException("has " + size + " bytes, more than the 2 GiB that an ONNX file can have");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
        } catch (AccessDeniedException e) {
            throw new GraphException("can not be read: permission denied", e);
        } catch (IOException e) {
            throw new GraphException("can not be read: " + e.getMessage(), e);
        }
    }

    public Path file() {
        return file;
    }

    /** Without external data. */
    public long fileBytes() {
        return fileBytes;
    }

    public Graph graph() {
        return graph;
    }

    /** All but graph and metadata: producer, versions, functions. */
    public ModelProto header() {
        return header;
    }

    /** The file's own pairs, to be changed. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** The version of an operator set; 0 when the model does not use it. The usual one has the domain {@code ""}. */
    public int opset(String domain) {
        return header.getOpsetImportList().stream()
                .filter(set -> plain(set.getDomain()).equals(plain(domain)))
                .map(OperatorSetIdProto::getVersion)
                .findFirst()
                .map(version -> (int) Math.max(0, Math.min(version, Integer.MAX_VALUE)))
                .orElse(0);
    }

    /** {@code ai.onnx} is another name of the usual domain. */
    static String plain(String domain) {
        return domain.equals("ai.onnx") ? "" : domain;
    }

    /** The folder that external data is relative to. */
    public Path folder() {
        return folderOf(file);
    }

    private static Path folderOf(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder == null ? file.toAbsolutePath() : folder;
    }

    /**
     * Writes what there is now: beside the file first, then moved into its place, so that nobody sees half of it. External data
     * that is still used is copied when it goes to another folder.
     *
     * @throws IOException when that can not be written, or another file has the place of external data
     */
    public void write(Path to) throws IOException {
        for (TensorProto tensor : graph.initializers().values()) {
            for (String location : ExternalData.locations(tensor)) {
                ExternalData.bring(folder(), location, folderOf(to));
            }
        }
        Path name = to.toAbsolutePath().getFileName();
        Path beside = folderOf(to)
                .resolve("." + name + "." + ProcessHandle.current().pid() + "." + UNIQUE.incrementAndGet() + ".new");
        try {
            try (OutputStream out =
                    Files.newOutputStream(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                CodedOutputStream coded = CodedOutputStream.newInstance(out, 1 << 16);
                proto().writeTo(coded);
                coded.flush();
            }
            Files.move(beside, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /** The whole message. */
    public ModelProto proto() {
        ModelProto.Builder model = header.toBuilder().setGraph(graph.toProto());
        metadata.forEach((key, value) -> model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        return model.build();
    }
}
