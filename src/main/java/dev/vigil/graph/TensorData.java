package dev.vigil.graph;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/** Sizes and values of tensors that a file holds. Stateless. */
public final class TensorData {
    private TensorData() {}

    /** Bits of a value; 0 for strings and what is not known. */
    public static int bits(int type) {
        DataType known = DataType.forNumber(type);
        return known == null
                ? 0
                : switch (known) {
                    case FLOAT, INT32, UINT32 -> 32;
                    case DOUBLE, INT64, UINT64, COMPLEX64 -> 64;
                    case COMPLEX128 -> 128;
                    case FLOAT16, BFLOAT16, INT16, UINT16 -> 16;
                    case INT8, UINT8, BOOL, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ -> 8;
                    case INT4, UINT4 -> 4;
                    default -> 0;
                };
    }

    /** What a type is called: {@code float32}, {@code int64}; a number where it is not known. */
    public static String typeName(int type) {
        DataType known = DataType.forNumber(type);
        return known == null
                ? "type " + type
                : switch (known) {
                    case FLOAT -> "float32";
                    case DOUBLE -> "float64";
                    default -> known.name().toLowerCase(java.util.Locale.ROOT);
                };
    }

    /**
     * How many values a shape has.
     *
     * @throws GraphException when that is more than anything could hold, or negative
     */
    public static long count(TensorProto tensor) throws GraphException {
        long count = 1;
        for (long extent : tensor.getDimsList()) {
            if (extent < 0 || extent > 0 && count > Long.MAX_VALUE / 128 / extent) {
                throw new GraphException(
                        "initialiser " + tensor.getName() + " has an impossible shape " + tensor.getDimsList());
            }
            count *= extent;
        }
        return count;
    }

    /** Bytes of so many values, as raw data has them. */
    static long bytes(int type, long count) {
        return (count * bits(type) + 7) / 8;
    }

    /** Checks that there are as many values as the shape wants; of external data, that the file may have them. */
    static void check(TensorProto tensor, java.nio.file.Path folder) throws GraphException {
        long count = count(tensor);
        int type = tensor.getDataType();
        long bytes = bits(type) == 0 ? -1 : bytes(type, count);
        if (ExternalData.isExternal(tensor)) {
            ExternalData.check(tensor, bytes, folder);
            return;
        }
        if (tensor.hasSegment()) {
            throw new GraphException(
                    "initialiser " + tensor.getName() + " is only a segment of one, which is not supported");
        }
        if (tensor.hasRawData()) {
            if (bytes >= 0 && tensor.getRawData().size() != bytes) {
                throw wrong(tensor, tensor.getRawData().size() + " bytes", bytes + " bytes");
            }
            return;
        }
        long values = values(tensor);
        long wanted = type == DataType.COMPLEX64_VALUE || type == DataType.COMPLEX128_VALUE
                ? 2 * count
                : bits(type) == 4 ? (count + 1) / 2 : count;
        if (values != wanted) {
            throw wrong(tensor, values + " values", wanted + " values");
        }
    }

    private static GraphException wrong(TensorProto tensor, String has, String wanted) {
        return new GraphException("initialiser " + tensor.getName() + " has " + has + ", and its shape "
                + tensor.getDimsList() + " of " + typeName(tensor.getDataType()) + " wants " + wanted);
    }

    private static long values(TensorProto tensor) {
        return (long) tensor.getFloatDataCount()
                + tensor.getInt32DataCount()
                + tensor.getInt64DataCount()
                + tensor.getDoubleDataCount()
                + tensor.getUint64DataCount()
                + tensor.getStringDataCount();
    }

    /** Values of a small tensor of numbers; null for one that is bigger, external, or of types that nobody computes shapes with. */
    public static double[] doubles(TensorProto tensor, int most) {
        long count = 1;
        for (long extent : tensor.getDimsList()) {
            if (extent < 0 || extent > most) {
                return null;
            }
            count *= extent;
            if (count > most) {
                return null;
            }
        }
        if (ExternalData.isExternal(tensor)) {
            return null;
        }
        double[] values = new double[(int) count];
        return tensor.hasRawData() ? raw(tensor, values) : typed(tensor, values);
    }

    private static double[] raw(TensorProto tensor, double[] values) {
        ByteString data = tensor.getRawData();
        if (data.size() != bytes(tensor.getDataType(), values.length)) {
            return null;
        }
        ByteBuffer in = data.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        DataType type = DataType.forNumber(tensor.getDataType());
        for (int i = 0; i < values.length; i++) {
            switch (type == null ? DataType.UNDEFINED : type) {
                case FLOAT -> values[i] = in.getFloat();
                case DOUBLE -> values[i] = in.getDouble();
                case INT64 -> values[i] = in.getLong();
                case INT32 -> values[i] = in.getInt();
                case INT16 -> values[i] = in.getShort();
                case INT8 -> values[i] = in.get();
                case UINT8, BOOL -> values[i] = in.get() & 0xff;
                case FLOAT16 -> values[i] = half(in.getShort());
                default -> {
                    return null;
                }
            }
        }
        return values;
    }

    private static double[] typed(TensorProto tensor, double[] values) {
        DataType type = DataType.forNumber(tensor.getDataType());
        List<? extends Number> from =
                switch (type == null ? DataType.UNDEFINED : type) {
                    case FLOAT -> tensor.getFloatDataList();
                    case DOUBLE -> tensor.getDoubleDataList();
                    case INT64 -> tensor.getInt64DataList();
                    case INT32, INT16, INT8, UINT8, BOOL -> tensor.getInt32DataList();
                    default -> List.of();
                };
        if (from.size() != values.length) {
            return null;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = from.get(i).doubleValue();
        }
        return values;
    }

    /** IEEE 754 binary16. */
    static double half(short bits) {
        int exponent = bits >> 10 & 0x1f;
        double fraction = (bits & 0x3ff) / 1024.0;
        double size = exponent == 0
                ? Math.scalb(fraction, -14)
                : exponent == 31
                        ? fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN
                        : Math.scalb(1 + fraction, exponent - 15);
        return bits < 0 ? -size : size;
    }
}
