package dev.vigil.graph;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/**
 * Weights to compute with, and new ones in their place. New ones lie off the heap, so that a model of hundreds of megabytes can
 * be changed in little of it. Stateless.
 */
public final class Weights {
    private Weights() {}

    /**
     * The values of a tensor of float32, float16, or float64.
     *
     * @param folder that external data are relative to: {@link OnnxModel#folder()}
     * @throws GraphException when it is of another type, or its data can not be read
     */
    public static float[] floats(TensorProto tensor, Path folder) throws GraphException {
        long count = TensorData.count(tensor);
        if (count > Integer.MAX_VALUE - 8) {
            throw new GraphException(
                    "initialiser " + tensor.getName() + " has " + count + " values, too many to compute");
        }
        DataType type = DataType.forNumber(tensor.getDataType());
        if (type == DataType.FLOAT && tensor.getFloatDataCount() > 0) {
            float[] values = new float[(int) count];
            for (int i = 0; i < values.length; i++) {
                values[i] = tensor.getFloatData(i);
            }
            return values;
        }
        if (type == DataType.DOUBLE && tensor.getDoubleDataCount() > 0) {
            float[] values = new float[(int) count];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) tensor.getDoubleData(i);
            }
            return values;
        }
        if (type == DataType.FLOAT16 && tensor.getInt32DataCount() > 0) {
            float[] values = new float[(int) count];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) TensorData.half((short) tensor.getInt32Data(i));
            }
            return values;
        }
        return floats(tensor, (int) count, raw(tensor, folder));
    }

    private static float[] floats(TensorProto tensor, int count, ByteBuffer raw) throws GraphException {
        float[] values = new float[count];
        DataType type = DataType.forNumber(tensor.getDataType());
        switch (type == null ? DataType.UNDEFINED : type) {
            case FLOAT -> raw.asFloatBuffer().get(values);
            case DOUBLE -> {
                for (int i = 0; i < count; i++) {
                    values[i] = (float) raw.getDouble();
                }
            }
            case FLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    values[i] = (float) TensorData.half(raw.getShort());
                }
            }
            default ->
                throw new GraphException("initialiser " + tensor.getName() + " is of "
                        + TensorData.typeName(tensor.getDataType()) + ", which is no float");
        }
        return values;
    }

    /**
     * The bytes of a tensor with raw or external data, little-endian, from position 0 on; external ones are mapped.
     *
     * @throws GraphException when they can not be read
     */
    public static ByteBuffer raw(TensorProto tensor, Path folder) throws GraphException {
        if (!ExternalData.isExternal(tensor)) {
            return tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        }
        ExternalData.Place place =
                ExternalData.place(tensor, TensorData.bytes(tensor.getDataType(), TensorData.count(tensor)), folder);
        try (FileChannel file = FileChannel.open(place.file(), StandardOpenOption.READ)) {
            return file.map(FileChannel.MapMode.READ_ONLY, place.offset(), place.length())
                    .order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new GraphException(
                    "initialiser " + tensor.getName() + " has its data in " + place.file() + ", which can not be read: "
                            + e,
                    e);
        }
    }

    /** A tensor of float32. */
    public static TensorProto of(String name, long[] dims, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.multiplyExact(Float.BYTES, values.length))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return of(name, DataType.FLOAT, dims, bytes);
    }

    /** A tensor of int64 with one dimension. */
    public static TensorProto of(String name, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return of(name, DataType.INT64, new long[] {values.length}, bytes);
    }

    /** A tensor of any type; the bytes are its own from here on. */
    public static TensorProto of(String name, DataType type, long[] dims, ByteBuffer littleEndian) {
        ByteString data = UnsafeByteOperations.unsafeWrap(littleEndian);
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .setRawData(data);
        for (long extent : dims) {
            tensor.addDims(extent);
        }
        return tensor.build();
    }
}
