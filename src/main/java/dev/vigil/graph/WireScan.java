package dev.vigil.graph;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.nio.ByteBuffer;

/**
 * Walks over the encoding of a message before it is parsed, and reckons how much of the Java heap the parsed one will take.
 * A few bytes of a file can become a hundred of a heap (an empty node takes two), so the file's size says nothing. What is
 * raw data is skipped, since parsing only points at it.
 */
final class WireScan {
    /** As deep as the parsers of ONNX Runtime and of Java go: some thirty bodies inside each other. */
    static final int DEPTH_MAX = 100;

    /** Of a parsed message with its place in its parent's list; the generated classes take 80 to 150. */
    private static final long MESSAGE_BYTES = 176;
    /** Of a string or a slice of raw data. */
    private static final long SLICE_BYTES = 96;
    /** Lists of numbers grow by halves, and both are there while one is copied into the other. */
    private static final double GROWTH = 2.5;

    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED_32 = 5;

    private final ByteBuffer in;
    private double heapBytes;

    private WireScan(ByteBuffer in) {
        this.in = in;
    }

    /**
     * How many bytes of heap the parsed message takes, about.
     *
     * @throws GraphException when it is no such message or is cut short
     */
    static long heapBytes(ByteBuffer in, Descriptor type) throws GraphException {
        WireScan scan = new WireScan(in.duplicate());
        scan.message(type, in.limit(), 1);
        return (long) scan.heapBytes;
    }

    private void message(Descriptor type, int end, int depth) throws GraphException {
        if (depth > DEPTH_MAX) {
            throw new GraphException("is nested more than " + DEPTH_MAX + " deep");
        }
        heapBytes += MESSAGE_BYTES;
        while (in.position() < end) {
            long tag = varint(end);
            FieldDescriptor field = tag >>> 3 > Integer.MAX_VALUE ? null : type.findFieldByNumber((int) (tag >>> 3));
            if (tag >>> 3 == 0) {
                throw damaged();
            }
            switch ((int) (tag & 7)) {
                case VARINT -> {
                    varint(end);
                    number(field);
                }
                case FIXED_64 -> {
                    skip(8, end);
                    number(field);
                }
                case FIXED_32 -> {
                    skip(4, end);
                    number(field);
                }
                case LENGTH -> {
                    long length = varint(end);
                    if (length < 0 || length > end - in.position()) {
                        throw new GraphException("is cut short or damaged: " + type.getName() + " is to have "
                                + Long.toUnsignedString(length) + " bytes where " + (end - in.position())
                                + " are left");
                    }
                    block(field, (int) length, depth);
                }
                default -> throw damaged();
            }
        }
    }

    private static GraphException damaged() {
        return new GraphException("is damaged: its encoding breaks off");
    }

    private void number(FieldDescriptor field) {
        heapBytes += field == null ? SLICE_BYTES : field.isRepeated() ? GROWTH * Long.BYTES : 0;
    }

    private void block(FieldDescriptor field, int length, int depth) throws GraphException {
        int end = in.position() + length;
        if (field == null) {
            heapBytes += SLICE_BYTES;
        } else {
            switch (field.getType()) {
                case MESSAGE -> {
                    message(field.getMessageType(), end, depth + 1);
                    return;
                }
                case STRING -> heapBytes += SLICE_BYTES + 3.0 * length;
                case BYTES -> heapBytes += SLICE_BYTES;
                case FLOAT, DOUBLE -> heapBytes += GROWTH * length;
                default -> heapBytes += GROWTH * Long.BYTES * varints(end);
            }
        }
        in.position(end);
    }

    private int varints(int end) {
        int count = 0;
        for (int at = in.position(); at < end; at++) {
            count += in.get(at) >= 0 ? 1 : 0;
        }
        return count;
    }

    private void skip(int bytes, int end) throws GraphException {
        if (bytes > end - in.position()) {
            throw damaged();
        }
        in.position(in.position() + bytes);
    }

    private long varint(int end) throws GraphException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (in.position() >= end) {
                throw damaged();
            }
            byte next = in.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw damaged();
    }
}
