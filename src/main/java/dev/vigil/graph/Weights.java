package dev.vigil.graph;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
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
    private static final int PART_BYTES = 1 << 20;

    /** What a tensor has, written part by part. */
    public interface Content {
        void to(Sink sink) throws GraphException, IOException;
    }

    /** Takes bytes, all that remain in a buffer. */
    public interface Sink {
        void write(ByteBuffer bytes) throws GraphException, IOException;
    }

    /** Takes values, all that remain in a buffer. */
    public interface FloatSink {
        void write(FloatBuffer values) throws GraphException, IOException;
    }

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
        FloatBuffer values = FloatBuffer.allocate((int) count);
        try {
            floats(tensor, folder, values::put);
        } catch (IOException e) {
            throw new GraphException("initialiser " + tensor.getName() + " can not be read: " + e.getMessage(), e);
        }
        return values.array();
    }

    /** The same part by part, so that it takes no memory to speak of. */
    public static void floats(TensorProto tensor, Path folder, FloatSink sink) throws GraphException, IOException {
        DataType type = DataType.forNumber(tensor.getDataType());
        switch (type == null ? DataType.UNDEFINED : type) {
            case FLOAT -> {
                if (tensor.getFloatDataCount() > 0) {
                    sink.write(typed(tensor.getFloatDataCount(), tensor::getFloatData));
                } else {
                    parts(tensor, folder, part -> sink.write(part.asFloatBuffer()));
                }
            }
            case DOUBLE -> {
                if (tensor.getDoubleDataCount() > 0) {
                    sink.write(typed(tensor.getDoubleDataCount(), i -> (float) tensor.getDoubleData(i)));
                } else {
                    parts(tensor, folder, part -> {
                        DoubleBuffer raw = part.asDoubleBuffer();
                        sink.write(typed(raw.remaining(), i -> (float) raw.get(i)));
                    });
                }
            }
            case FLOAT16 -> {
                if (tensor.getInt32DataCount() > 0) {
                    sink.write(typed(
                            tensor.getInt32DataCount(), i -> (float) TensorData.half((short) tensor.getInt32Data(i))));
                } else {
                    parts(tensor, folder, part -> {
                        ShortBuffer raw = part.asShortBuffer();
                        sink.write(typed(raw.remaining(), i -> (float) TensorData.half(raw.get(i))));
                    });
                }
            }
            default ->
                throw new GraphException("initialiser " + tensor.getName() + " is of "
                        + TensorData.typeName(tensor.getDataType()) + ", which is no float");
        }
    }

    /** Gives a value by its place. */
    private interface Value {
        float at(int index);
    }

    private static FloatBuffer typed(int count, Value value) {
        FloatBuffer values = FloatBuffer.allocate(count);
        for (int i = 0; i < count; i++) {
            values.put(i, value.at(i));
        }
        return values;
    }

    /** Hands over floats as bytes, part by part. */
    static void bytes(float[] values, Sink sink) throws GraphException, IOException {
        ByteBuffer part = ByteBuffer.allocate(PART_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < values.length; at += PART_BYTES / Float.BYTES) {
            int count = Math.min(PART_BYTES / Float.BYTES, values.length - at);
            part.asFloatBuffer().put(values, at, count);
            sink.write(part.position(0).limit(Float.BYTES * count));
            part.clear();
        }
    }

    /** How many bytes a tensor's data have, raw or external. */
    static long bytes(TensorProto tensor) throws GraphException {
        return TensorData.bytes(tensor.getDataType(), TensorData.count(tensor));
    }

    /**
     * The bytes of a tensor with raw or external data, little-endian, part by part, each of whole values. Nothing of an external
     * one stays in memory.
     *
     * @throws GraphException when they can not be read
     */
    public static void parts(TensorProto tensor, Path folder, Sink sink) throws GraphException, IOException {
        if (!ExternalData.isExternal(tensor)) {
            ByteBuffer all = raw(tensor, folder);
            for (int at = 0; at < all.capacity(); at += PART_BYTES) {
                sink.write(
                        all.slice(at, Math.min(PART_BYTES, all.capacity() - at)).order(ByteOrder.LITTLE_ENDIAN));
            }
            return;
        }
        ExternalData.Place place = ExternalData.place(tensor, bytes(tensor), folder);
        ByteBuffer part = ByteBuffer.allocateDirect((int) Math.min(place.length(), PART_BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel file = FileChannel.open(place.file(), StandardOpenOption.READ)) {
            long at = 0;
            while (at < place.length()) {
                part.clear().limit((int) Math.min(PART_BYTES, place.length() - at));
                while (part.hasRemaining()) {
                    if (file.read(part, place.offset() + at + part.position()) < 0) {
                        throw new IOException(place.file() + " was cut short");
                    }
                }
                at += part.limit();
                sink.write(part.flip());
            }
        }
    }

    /**
     * The bytes of a tensor with raw or external data, little-endian, from position 0 on; external ones are mapped.
     *
     * @throws GraphException when they can not be read
     */
    public static ByteBuffer raw(TensorProto tensor, Path folder) throws GraphException {
        if (!ExternalData.isExternal(tensor)) {
            return tensor.getRawData().asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
        }
        ExternalData.Place place = ExternalData.place(tensor, bytes(tensor), folder);
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
