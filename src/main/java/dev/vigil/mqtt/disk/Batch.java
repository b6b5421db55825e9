package dev.vigil.mqtt.disk;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Records that are gathered for one write.
 *
 * <p>This class is not threadsafe.
 */
final class Batch {
    /** What is gathered before it should be written; a single larger record is taken all the same. */
    private static final int BYTES = 1 << 17;

    private final CRC32C crc = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(2 * BYTES);
    private int records;
    private long newestUtcMs;

    /** @param body from its reader index on, which stays */
    void add(long number, long utcMs, ByteBuf body) {
        int length = body.readableBytes();
        int needed = Segment.HEADER_BYTES + length;
        if (buffer.remaining() < needed) {
            ByteBuffer larger = ByteBuffer.allocateDirect(Math.max(2 * buffer.capacity(), buffer.position() + needed));
            buffer = larger.put(buffer.flip());
        }
        int at = buffer.position();
        buffer.putInt(length).putInt(0).putLong(number).putLong(utcMs);
        body.getBytes(body.readerIndex(), buffer.duplicate().limit(at + needed));
        buffer.position(at + needed);
        crc.reset();
        crc.update(buffer.duplicate().position(at + 8).limit(at + needed));
        buffer.putInt(at + 4, (int) crc.getValue());
        records++;
        newestUtcMs = utcMs;
    }

    boolean isFull() {
        return buffer.position() >= BYTES;
    }

    int records() {
        return records;
    }

    int bytes() {
        return buffer.position();
    }

    long newestUtcMs() {
        return newestUtcMs;
    }

    /** What was gathered, ready to be written. */
    ByteBuffer whole() {
        return buffer.duplicate().flip();
    }

    void clear() {
        records = 0;
        // One huge message must not keep its memory for ever.
        buffer = buffer.capacity() > 8 * BYTES ? ByteBuffer.allocateDirect(2 * BYTES) : buffer.clear();
    }
}
