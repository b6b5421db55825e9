package dev.vigil.infer;

import dev.vigil.base.Halves;
import dev.vigil.frame.TensorInfo.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Numbers of a tensor as floats, and back. All indices count values, buffers are in native order. Stateless. */
public final class Values {
    private Values() {}

    /** Bytes of one value. */
    public static int bytes(ElementType type) {
        return switch (type) {
            case FLOAT32, INT32 -> 4;
            case FLOAT16 -> 2;
            case FLOAT64, INT64 -> 8;
            case UINT8, INT8, BOOL -> 1;
            case OTHER -> throw new IllegalArgumentException("no numbers");
        };
    }

    /** How many values a shape holds; an ArithmeticException when that is none, or more than a buffer can hold. */
    public static int count(long[] shape) {
        long elements = 1;
        for (long extent : shape) {
            elements = extent < 0 ? -1 : Math.multiplyExact(elements, extent);
        }
        if (elements <= 0 || elements > Integer.MAX_VALUE) {
            throw new ArithmeticException("elements: " + elements);
        }
        return (int) elements;
    }

    /** The shape of a batch, by that of one image. */
    public static long[] withBatch(long[] shape, int batch) {
        long[] whole = new long[shape.length + 1];
        whole[0] = batch;
        System.arraycopy(shape, 0, whole, 1, shape.length);
        return whole;
    }

    /** New memory of zeros. */
    public static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** Writes {@code count} values that begin at {@code at} to the start of {@code into}. */
    public static void toFloats(ByteBuffer from, ElementType type, int at, int count, FloatBuffer into) {
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
    public static void put(ByteBuffer into, ElementType type, int index, float value) {
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
