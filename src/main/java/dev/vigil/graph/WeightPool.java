package dev.vigil.graph;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import onnx.Onnx.ModelProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/**
 * The large weights of several models that are made of one another and only tried, in one file of a folder: what many of them have
 * is written once, nothing of it lies in memory, and a runtime maps it from there. Not threadsafe.
 */
public final class WeightPool implements AutoCloseable {
    private static final String NAME = "weights.data";

    private final Path folder;
    private final DataFile data;

    private WeightPool(Path folder, DataFile data) {
        this.folder = folder;
        this.data = data;
    }

    /**
     * Makes an empty one in a folder that has none yet. {@linkplain OnnxModel#in Models in it} that are written into that folder
     * find their weights here.
     */
    public static WeightPool in(Path folder) throws IOException {
        Path absolute = folder.toAbsolutePath();
        return new WeightPool(absolute, DataFile.create(absolute.resolve(NAME)));
    }

    Path folder() {
        return folder;
    }

    ModelProto fill(ModelProto model, Path sources) throws IOException {
        return data.fill(model, sources);
    }

    /**
     * Puts a tensor in.
     *
     * @param content little-endian, as many bytes as the shape wants
     */
    public TensorProto put(String name, DataType type, long[] dims, Weights.Content content)
            throws GraphException, IOException {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
        for (long extent : dims) {
            tensor.addDims(extent);
        }
        if (Weights.bytes(tensor.build()) >= DataFile.BYTES_MIN) {
            return data.place(tensor, content);
        }
        ByteArrayOutputStream few = new ByteArrayOutputStream();
        content.to(part -> {
            byte[] bytes = new byte[part.remaining()];
            part.get(bytes);
            few.write(bytes);
        });
        return tensor.setRawData(ByteString.copyFrom(few.toByteArray())).build();
    }

    /** Leaves the file where it is. */
    @Override
    public void close() throws IOException {
        data.close();
    }
}
