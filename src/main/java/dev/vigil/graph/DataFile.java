package dev.vigil.graph;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import onnx.Onnx.ModelProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataLocation;

/**
 * A new file with large weights of models beside it. Weights are streamed. Places begin where a page does for those that are worth
 * mapping (onnx.proto, {@code TensorProto.external_data}). Not threadsafe.
 */
final class DataFile implements AutoCloseable {
    /** Smaller ones stay in the model. */
    static final int BYTES_MIN = 1 << 10;

    private static final int MAPPED_MIN = 1 << 20;
    private static final int PAGE = 1 << 12;
    private static final int LINE = 1 << 6;
    private static final String ENDING = ".data";

    private final Path file;
    private final FileChannel out;

    private DataFile(Path file, FileChannel out) {
        this.file = file;
        this.out = out;
    }

    /** All files that a model has data in, wherever in it. */
    static Set<String> locations(ModelProto model) {
        Set<String> locations = new TreeSet<>();
        TensorWalk.look(model, tensor -> locations.addAll(ExternalData.locations(tensor)));
        return locations;
    }

    /**
     * Makes an empty one beside a model: {@code NAME.onnx.data}, or with a number where that is taken, so that no model that is
     * there ever finds other data than its own.
     */
    static DataFile beside(Path model) throws IOException {
        for (int number = 1; ; number++) {
            Path file = model.resolveSibling(model.getFileName() + (number == 1 ? "" : "." + number) + ENDING);
            try {
                return create(file);
            } catch (FileAlreadyExistsException e) {
                if (number == Integer.MAX_VALUE) {
                    throw e;
                }
            }
        }
    }

    /** Makes an empty one. */
    static DataFile create(Path file) throws IOException {
        return new DataFile(file, FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }

    /** Whether a file of that name is one that {@link #beside} made for a model of this name. */
    static boolean isOf(Path model, String location) {
        return Pattern.matches(Pattern.quote(model.getFileName().toString()) + "(\\.\\d+)?\\.data", location);
    }

    Path file() {
        return file;
    }

    /**
     * A model with its large weights in here, all of them written when this returns; those that are here already stay.
     *
     * @param sources folder that the weights' present places are relative to
     */
    ModelProto fill(ModelProto model, Path sources) throws IOException {
        return new TensorWalk(tensor -> place(tensor, sources)).of(model);
    }

    private TensorProto place(TensorProto tensor, Path sources) throws GraphException, IOException {
        boolean external = ExternalData.isExternal(tensor);
        if (!external && tensor.getRawData().size() < BYTES_MIN || external && isHere(tensor, sources)) {
            return tensor;
        }
        TensorProto.Builder placed = tensor.toBuilder().clearExternalData().clearRawData();
        if (external && Weights.bytes(tensor) < BYTES_MIN) {
            return placed.clearDataLocation()
                    .setRawData(ByteString.copyFrom(Weights.raw(tensor, sources)))
                    .build();
        }
        return place(placed, sink -> Weights.parts(tensor, sources, sink));
    }

    /** The same model with all that lies in files of its own inside, mapped. */
    static ModelProto inside(ModelProto model, Path sources) throws IOException {
        return new TensorWalk(tensor -> ExternalData.isExternal(tensor)
                        ? tensor.toBuilder()
                                .clearExternalData()
                                .clearDataLocation()
                                .setRawData(UnsafeByteOperations.unsafeWrap(Weights.raw(tensor, sources)))
                                .build()
                        : tensor)
                .of(model);
    }

    /** How many bytes of data a model has, wherever they lie. */
    static long bytes(ModelProto model) {
        long[] bytes = {0};
        TensorWalk.look(
                model,
                tensor -> bytes[0] += ExternalData.isExternal(tensor)
                        ? ExternalData.length(tensor)
                        : tensor.getRawData().size());
        return bytes[0];
    }

    /** Whether a tensor's data are in this file. */
    private boolean isHere(TensorProto tensor, Path sources) {
        return sources.equals(file.getParent())
                && ExternalData.locations(tensor).contains(file.getFileName().toString());
    }

    /**
     * Writes the data of a tensor that has none yet.
     *
     * @return the tensor that has them
     */
    TensorProto place(TensorProto.Builder tensor, Weights.Content content) throws GraphException, IOException {
        int step = Weights.bytes(tensor.build()) >= MAPPED_MIN ? PAGE : LINE;
        long offset = (out.position() + step - 1) / step * step;
        out.position(offset);
        content.to(part -> {
            while (part.hasRemaining()) {
                out.write(part);
            }
        });
        return tensor.setDataLocation(DataLocation.EXTERNAL)
                .addExternalData(pair("location", file.getFileName().toString()))
                .addExternalData(pair("offset", Long.toString(offset)))
                .addExternalData(pair("length", Long.toString(out.position() - offset)))
                .build();
    }

    private static StringStringEntryProto pair(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    /** Whether all weights were so small that they stay in the model. */
    boolean isEmpty() throws IOException {
        return out.position() == 0;
    }

    /** Returns when all of it is on the disk: a model's name must not lead to data that a power cut can still take. */
    void force() throws IOException {
        out.force(true);
    }

    /** Leaves the file where it is. */
    @Override
    public void close() throws IOException {
        out.close();
    }

    /** Takes the file away, when no model will name it. */
    void delete() throws IOException {
        Files.deleteIfExists(file);
    }
}
