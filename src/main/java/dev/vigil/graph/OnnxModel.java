package dev.vigil.graph;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/**
 * A model out of an ONNX file, to look at and to edit.
 *
 * <p>The file is mapped, and weights are slices of the mapping: a model of a gigabyte takes little heap. So its file must not
 * be written into while this is in use; replacing it by another of the same name, as everything in here does, is no harm.
 * Weights in files of their own (external data) stay there, and are mapped where they are asked for. Not threadsafe.
 */
public final class OnnxModel {
    /** Two threads of one process may write the same file. */
    private static final AtomicLong UNIQUE = new AtomicLong();

    /** What a file can hold itself, with room for its nodes: protobuf ends at 2 GiB. */
    private static final long INSIDE_MAX = Integer.MAX_VALUE - (64L << 20);

    private final Path file;
    private final long fileBytes;
    /** That data outside of the model are relative to. */
    private final Path folder;
    /** Whether the file has data outside of it, and so has what is made of it. */
    private final boolean isSplit;
    /** That the large weights are in, and new ones go to; null where they lie where they are. */
    private final WeightPool pool;

    private ModelProto header;
    private final Graph graph;
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private OnnxModel(Path file, long fileBytes, Path folder, boolean isSplit, WeightPool pool, ModelProto model) {
        this.file = file;
        this.fileBytes = fileBytes;
        this.folder = folder;
        this.isSplit = isSplit;
        this.pool = pool;
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
            return new OnnxModel(
                    file,
                    mapped.limit(),
                    folderOf(file),
                    !DataFile.locations(model).isEmpty(),
                    null,
                    model);
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

    /** Raises the IR version to at least this. */
    public void raiseIrVersion(long version) {
        if (header.getIrVersion() < version) {
            header = header.toBuilder().setIrVersion(version).build();
        }
    }

    /** Another graph under the same versions and functions, whose weights may be this one's. It has no metadata. */
    public OnnxModel with(GraphProto other) {
        return new OnnxModel(
                file,
                0,
                folder,
                isSplit,
                pool,
                header.toBuilder().setGraph(other).build());
    }

    /** The same once more, to be changed by itself. */
    public OnnxModel copy() {
        return new OnnxModel(file, fileBytes, folder, isSplit, pool, proto());
    }

    /** The same with all large weights in a pool, of which nothing is in memory. */
    public OnnxModel in(WeightPool pool) throws IOException {
        return new OnnxModel(file, fileBytes, pool.folder(), isSplit, pool, pool.fill(proto(), folder));
    }

    /**
     * New weights for this model: in its pool, or off the heap where it is in none.
     *
     * @throws GraphException when the pool's disk does not take them
     */
    public TensorProto weights(String name, long[] dims, float[] values) throws GraphException {
        return pool == null
                ? Weights.of(name, dims, values)
                : put(name, DataType.FLOAT, dims, sink -> Weights.bytes(values, sink));
    }

    /** The same of any type; the bytes are its own from here on. */
    public TensorProto weights(String name, DataType type, long[] dims, ByteBuffer littleEndian) throws GraphException {
        return pool == null
                ? Weights.of(name, type, dims, littleEndian)
                : put(name, type, dims, sink -> sink.write(littleEndian));
    }

    private TensorProto put(String name, DataType type, long[] dims, Weights.Content content) throws GraphException {
        try {
            return pool.put(name, type, dims, content);
        } catch (IOException e) {
            throw new GraphException("has weights that can not be kept: " + e.getMessage(), e);
        }
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

    /** Has the model say another version of an operator set that it uses; its nodes must be such already. */
    public void raise(String domain, int version) {
        ModelProto.Builder changed = header.toBuilder();
        for (OperatorSetIdProto.Builder set : changed.getOpsetImportBuilderList()) {
            if (plain(set.getDomain()).equals(plain(domain))) {
                set.setVersion(version);
            }
        }
        header = changed.build();
    }

    /** {@code ai.onnx} is another name of the usual domain. */
    static String plain(String domain) {
        return domain.equals("ai.onnx") ? "" : domain;
    }

    /** Files besides its own that it has data in. */
    public List<Path> dataFiles() {
        return DataFile.locations(proto()).stream().map(folder::resolve).toList();
    }

    /** The folder that external data are relative to. */
    public Path folder() {
        return folder;
    }

    private static Path folderOf(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder == null ? file.toAbsolutePath() : folder;
    }

    /**
     * Writes what there is now: beside the file first, then moved into its place, so that nobody sees half of it. Where
     * the file that this was read from has weights in files of their own, or all are too many for one file, all large ones go into
     * one new file beside the new model ({@link DataFile}), which is there before the model is. In the folder of its pool a model
     * shares the weights that lie there.
     *
     * @throws IOException when that can not be written
     */
    public void write(Path to) throws IOException {
        ModelProto model = proto();
        Path target = to.toAbsolutePath();
        if (pool != null && pool.folder().equals(target.getParent())) {
            write(pool.fill(model, folder), target);
            return;
        }
        Set<String> replaced = replacedData(target);
        if (!isSplit && DataFile.bytes(model) <= INSIDE_MAX) {
            write(DataFile.inside(model, folder), target);
        } else {
            writeSplit(model, target);
        }
        for (String location : replaced) {
            Files.deleteIfExists(target.resolveSibling(location));
        }
    }

    private void writeSplit(ModelProto model, Path target) throws IOException {
        DataFile data = DataFile.beside(target);
        boolean isNamed = false;
        try (data) {
            ModelProto filled = data.fill(model, folder);
            data.force();
            write(filled, target);
            isNamed = !data.isEmpty();
        } finally {
            if (!isNamed) {
                data.delete();
            }
        }
    }

    /** Data that only the model has which is about to be replaced; none where this one still reads them. */
    private Set<String> replacedData(Path target) throws IOException {
        if (!Files.isRegularFile(target) || Files.isSameFile(file, target)) {
            return Set.of();
        }
        Set<String> locations = new TreeSet<>();
        try {
            locations.addAll(DataFile.locations(read(target).proto()));
            locations.removeIf(location -> !DataFile.isOf(target, location));
            if (!locations.isEmpty()) {
                // What this one is made of may have the very same data, also where it lies in a pool by now.
                locations.removeAll(DataFile.locations(read(file).proto()));
            }
        } catch (GraphException e) {
            return Set.of(); // what is no model has no data, or none that anybody knows of
        }
        locations.removeAll(DataFile.locations(proto()));
        return locations;
    }

    private static void write(ModelProto model, Path target) throws IOException {
        Path beside = target.resolveSibling("." + target.getFileName() + "."
                + ProcessHandle.current().pid() + "." + UNIQUE.incrementAndGet() + ".new");
        try {
            try (OutputStream out =
                    Files.newOutputStream(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                CodedOutputStream coded = CodedOutputStream.newInstance(out, 1 << 16);
                model.writeTo(coded);
                coded.flush();
            }
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
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
