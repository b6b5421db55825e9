package dev.vigil.infer;

import ai.onnxruntime.OnnxJavaType;
import dev.vigil.base.Halves;
import dev.vigil.frame.TensorInfo.ElementType;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Numbers of a tensor as floats, and back. All indices count values, buffers are in native order. Stateless. */
final class Values {
    private Values() {}

    /** Bytes of one value. */
    static int bytes(ElementType type) {
        return switch (type) {
            case FLOAT32, INT32 -> 4;
            case FLOAT16 -> 2;
            case FLOAT64, INT64 -> 8;
            case UINT8, INT8, BOOL -> 1;
            case OTHER -> throw new IllegalArgumentException("no numbers");
        };
    }

    /** ONNX Runtime's name of the type. */
    static OnnxJavaType javaType(ElementType type) {
        return switch (type) {
            case FLOAT32 -> OnnxJavaType.FLOAT;
            case FLOAT16 -> OnnxJavaType.FLOAT16;
            case FLOAT64 -> OnnxJavaType.DOUBLE;
            case INT64 -> OnnxJavaType.INT64;
            case INT32 -> OnnxJavaType.INT32;
            case UINT8 -> OnnxJavaType.UINT8;
            case INT8 -> OnnxJavaType.INT8;
            case BOOL -> OnnxJavaType.BOOL;
            case OTHER -> throw new IllegalArgumentException("no numbers");
        };
    }

    /** Writes {@code count} values that begin at {@code at} to the start of {@code into}. */
    static void toFloats(ByteBuffer from, ElementType type, int at, int count, FloatBuffer into) {
        int bytes = bytes(type);
        for (int i = 0; i < count; i++) {
            into.put(i, value(from, type, (at + i) * bytes));
        }
    }

    private static float value(ByteBuffer from, ElementType type, int offset) {
        return switch (type) {
            case FLOAT32 -> from.getFloat(offset);
            case FLOAT16 -> Halves.toFloat(from.getShort(offset));
            case FLOAT64 -> (float) from.getDouble(offset);
            case INT64 -> from.getLong(offset);
            case INT32 -> from.getInt(offset);
            case UINT8, BOOL -> from.get(offset) & 0xff;
            case INT8 -> from.get(offset);
            case OTHER -> throw new IllegalArgumentException("no numbers");
        };
    }

    /** Sets one value; whole numbers are rounded to. */
    static void put(ByteBuffer into, ElementType type, int index, float value) {
        int offset = index * bytes(type);
        switch (type) {
            case FLOAT32 -> into.putFloat(offset, value);
            case FLOAT16 -> into.putShort(offset, Halves.of(value));
            case FLOAT64 -> into.putDouble(offset, value);
            case INT64 -> into.putLong(offset, Math.round((double) value));
            case INT32 -> into.putInt(offset, Math.round(value));
            case UINT8, INT8, BOOL -> into.put(offset, (byte) Math.round(value));
            case OTHER -> throw new IllegalArgumentException("no numbers");
        }
    }
}
