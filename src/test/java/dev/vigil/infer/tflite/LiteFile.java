package dev.vigil.infer.tflite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Writes tiny models of TensorFlow Lite: a chain of one operator from a picture to an output. The numbers of fields are those of
 * schema.fbs; a flatbuffer is written from its end, so that what is referred to comes first here.
 */
final class LiteFile {
    /** Numbers of {@code TensorType}. */
    static final int FLOAT32 = 0;

    static final int UINT8 = 3;
    static final int INT8 = 9;

    /** Of {@code BuiltinOperator}. */
    private static final int RELU = 19;

    private static final int VERSION = 3;

    private byte[] bytes = new byte[1 << 12];
    /** Counted from the end. */
    private int used;

    private LiteFile() {}

    /**
     * A picture whose values below 0 become 0.
     *
     * @param scale of the quantisation of input and output; 0 for none
     * @param signature the shape as it is declared, with -1 where it is open
     */
    static Path relu(Path file, int type, float scale, long zero, int[] shape, int[] signature) throws IOException {
        return Files.write(file, new LiteFile().model(type, scale, zero, shape, signature));
    }

    private byte[] model(int type, float scale, long zero, int[] shape, int[] signature) {
        int in = tensor("picture", type, scale, zero, shape, signature);
        int out = tensor("positive", type, scale, zero, shape, signature);
        int operator = table(5, new int[] {1, 2}, new int[] {ints(0), ints(1)});
        int graph = table(5, new int[] {0, 1, 2, 3}, new int[] {offsets(in, out), ints(0), ints(1), offsets(operator)});
        int code = code();
        int buffer = table(1, new int[0], new int[0]);
        int buffers = offsets(buffer);
        int codes = offsets(code);
        int graphs = offsets(graph);
        int root = modelTable(codes, graphs, buffers);
        // Root and identifier make the first 8 bytes.
        align(4, 8);
        put("TFL3".getBytes(StandardCharsets.US_ASCII));
        offset(root);
        return Arrays.copyOfRange(bytes, bytes.length - used, bytes.length);
    }

    private int modelTable(int codes, int graphs, int buffers) {
        // version, operator_codes, subgraphs, (description), buffers
        align(4, 4 * 5);
        int end = used;
        offset(buffers);
        offset(graphs);
        offset(codes);
        number(VERSION, 4);
        return close(end, 5, new int[] {0, 1, 2, 4}, new int[] {4, 8, 12, 16});
    }

    private int code() {
        // deprecated_builtin_code: byte, version: int, builtin_code: int
        align(4, 16);
        int end = used;
        number(RELU, 4);
        number(1, 4);
        number(RELU, 4);
        return close(end, 4, new int[] {0, 2, 3}, new int[] {4, 8, 12});
    }

    private int tensor(String name, int type, float scale, long zero, int[] shape, int[] signature) {
        int quantisation = 0;
        if (scale != 0) {
            int zeros = longs(zero);
            int scales = floats(scale);
            quantisation = table(4, new int[] {2, 3}, new int[] {scales, zeros});
        }
        int signatures = ints(signature);
        int text = text(name);
        int dims = ints(shape);
        align(4, 24);
        int end = used;
        offset(signatures);
        if (quantisation != 0) {
            offset(quantisation);
        } else {
            offset(signatures); // not referred to
        }
        offset(text);
        number(type, 4);
        offset(dims);
        return quantisation != 0
                ? close(end, 8, new int[] {0, 1, 3, 4, 7}, new int[] {4, 8, 12, 16, 20})
                : close(end, 8, new int[] {0, 1, 3, 7}, new int[] {4, 8, 12, 20});
    }

    /** A table of references. */
    private int table(int fields, int[] numbers, int[] targets) {
        align(4, 4 * targets.length + 4);
        int end = used;
        int[] places = new int[numbers.length];
        for (int i = numbers.length - 1; i >= 0; i--) {
            offset(targets[i]);
            places[i] = 4 + 4 * i;
        }
        return close(end, fields, numbers, places);
    }

    /** Ends a table whose fields have been written: its reference to its own list of places comes before them. */
    private int close(int end, int fields, int[] numbers, int[] places) {
        int length = used - end + 4;
        number(4 + 2 * fields + (fields % 2 == 0 ? 0 : 2), 4); // the list lies right before the table
        int table = used;
        short[] list = new short[fields];
        for (int i = 0; i < numbers.length; i++) {
            list[numbers[i]] = (short) places[i];
        }
        if (fields % 2 != 0) {
            number(0, 2);
        }
        for (int field = fields - 1; field >= 0; field--) {
            number(list[field], 2);
        }
        number(length, 2);
        number(4 + 2 * fields, 2);
        return table;
    }

    private int ints(int... values) {
        align(4, 4 * values.length + 4);
        for (int i = values.length - 1; i >= 0; i--) {
            number(values[i], 4);
        }
        return number(values.length, 4);
    }

    private int longs(long value) {
        align(8, 8);
        number(value, 8);
        return number(1, 4);
    }

    private int floats(float value) {
        return ints(Float.floatToRawIntBits(value));
    }

    private int offsets(int... targets) {
        align(4, 4 * targets.length + 4);
        for (int i = targets.length - 1; i >= 0; i--) {
            offset(targets[i]);
        }
        return number(targets.length, 4);
    }

    private int text(String text) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        align(4, ascii.length + 1 + 4);
        put(new byte[1]);
        put(ascii);
        return number(ascii.length, 4);
    }

    /** Pads so that what comes next begins aligned after {@code length} bytes. */
    private void align(int to, int length) {
        while ((used + length) % to != 0) {
            put(new byte[1]);
        }
    }

    /** A reference is how far behind itself its target lies. */
    private void offset(int target) {
        number(used + 4 - target, 4);
    }

    private int number(long value, int size) {
        put(Arrays.copyOf(
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(value)
                        .array(),
                size));
        return used;
    }

    private void put(byte[] more) {
        System.arraycopy(more, 0, bytes, bytes.length - used - more.length, more.length);
        used += more.length;
    }
}
