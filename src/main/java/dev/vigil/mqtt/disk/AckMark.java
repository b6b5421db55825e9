package dev.vigil.mqtt.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Up to which message all are done, in a small file. It is written to two places in turn, so that a write that is cut short
 * leaves the one before; an old mark costs messages that are sent twice, never one that is not sent.
 *
 * <p>This class is not threadsafe.
 */
final class AckMark implements AutoCloseable {
    private static final int SLOT_BYTES = 8 + 8 + 4;
    /** Apart by a sector, so that no single torn sector takes both. */
    private static final int SLOT_DISTANCE = 512;

    private final FileChannel channel;
    private final ByteBuffer slot = ByteBuffer.allocateDirect(SLOT_BYTES);
    private final CRC32C crc = new CRC32C();
    private long generation;
    private long sequence;

    AckMark(Path file) throws IOException {
        this.channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        for (int i = 0; i < 2; i++) {
            slot.clear();
            if (channel.read(slot, (long) i * SLOT_DISTANCE) == SLOT_BYTES && checksum() == slot.getInt(16)) {
                if (slot.getLong(0) > generation) {
                    generation = slot.getLong(0);
                    sequence = slot.getLong(8);
                }
            }
        }
    }

    /** The last message up to which all are done; 0 for none. */
    long sequence() {
        return sequence;
    }

    /** Writes a new mark; it survives the process, and after {@link #force} the machine. */
    void set(long newSequence) throws IOException {
        slot.clear();
        slot.putLong(0, generation + 1).putLong(8, newSequence);
        slot.putInt(16, checksum());
        long at = (generation + 1) % 2 * SLOT_DISTANCE;
        while (slot.hasRemaining()) {
            channel.write(slot, at + slot.position());
        }
        generation++;
        sequence = newSequence;
    }

    void force() throws IOException {
        channel.force(false);
    }

    private int checksum() {
        crc.reset();
        crc.update(slot.duplicate().position(0).limit(16));
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
