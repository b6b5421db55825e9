package dev.vigil.mqtt.disk;

import dev.vigil.base.Sabotage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * One file of the log: records one after the other, their numbers without a gap.
 *
 * <pre>
 *  record:  u32 bytes of the body | u32 CRC-32C of what follows | u64 number | u64 time (ms, UTC) | body
 * </pre>
 *
 * This class is not threadsafe.
 */
final class Segment implements AutoCloseable {
    static final int HEADER_BYTES = 4 + 4 + 8 + 8;
    /** Larger than any MQTT packet: what claims more is damaged. */
    private static final int BODY_MAX_BYTES = 300 << 20;

    private static final String ENDING = ".log";
    private static final int SCAN_BYTES = 1 << 16;

    final Path file;
    final long first;
    private final FileChannel channel;
    private final CRC32C crc = new CRC32C();
    /** Number of the last whole record; {@code first - 1} for none. */
    long last;
    /** Where the next record goes. */
    long bytes;

    long newestUtcMs;
    /** Written and not forced to the disk. */
    boolean unforced;

    private Segment(Path file, long first) throws IOException {
        this.file = file;
        this.first = first;
        this.last = first - 1;
        this.channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** A new, empty file for records from {@code first} on. */
    static Segment create(Path folder, long first) throws IOException {
        return new Segment(folder.resolve(String.format("%016x", first) + ENDING), first);
    }

    static boolean isSegment(Path file) {
        return file.getFileName().toString().matches("[0-9a-f]{16}\\" + ENDING);
    }

    /**
     * Opens a file of an earlier process and reads all of it, as far as it is whole.
     *
     * @param wanted a record of which the position is wanted
     * @return its position is -1 when the record is not in it
     */
    static Opened open(Path file, long wanted) throws IOException {
        String name = file.getFileName().toString();
        Segment segment = new Segment(file, Long.parseUnsignedLong(name.substring(0, 16), 16));
        return new Opened(segment, segment.scan(wanted), segment.channel.size() - segment.bytes);
    }

    /** @param damagedBytes after the last whole record */
    record Opened(Segment segment, long wantedAt, long damagedBytes) {}

    private long scan(long wanted) throws IOException {
        long wantedAt = -1;
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        ByteBuffer part = ByteBuffer.allocateDirect(SCAN_BYTES);
        while (readHeader(header, bytes) && isWhole(header, part)) {
            if (last + 1 == wanted) {
                wantedAt = bytes;
            }
            last++;
            newestUtcMs = header.getLong(16);
            bytes += HEADER_BYTES + header.getInt(0);
        }
        return wantedAt;
    }

    private boolean readHeader(ByteBuffer header, long at) throws IOException {
        header.clear();
        while (header.hasRemaining()) {
            if (channel.read(header, at + header.position()) < 0) {
                return false;
            }
        }
        return true;
    }

    private boolean isWhole(ByteBuffer header, ByteBuffer part) throws IOException {
        int body = header.getInt(0);
        if (body < 0 || body > BODY_MAX_BYTES || header.getLong(8) != last + 1) {
            return false;
        }
        crc.reset();
        crc.update(header.duplicate().position(8).limit(HEADER_BYTES));
        long at = bytes + HEADER_BYTES;
        for (int left = body; left > 0; ) {
            part.clear().limit(Math.min(left, part.capacity()));
            int got = channel.read(part, at);
            if (got < 0) {
                return false;
            }
            crc.update(part.flip());
            at += got;
            left -= got;
        }
        return (int) crc.getValue() == header.getInt(4);
    }

    /** Cuts off what stands after the last whole record. */
    void cut() throws IOException {
        channel.truncate(bytes);
    }

    /** Body bytes of the record {@code number} that stands at {@code at}. */
    int bodyBytes(ByteBuffer header, long number, long at) throws IOException {
        if (!readHeader(header, at)
                || header.getLong(8) != number
                || header.getInt(0) < 0
                || at + HEADER_BYTES + header.getInt(0) > bytes) {
            throw new DamagedException(file, number);
        }
        return header.getInt(0);
    }

    /** Reads the body of the record whose header was just read into {@code body}, which has room for just that. */
    void readBody(ByteBuffer header, long at, ByteBuffer body) throws IOException {
        int start = body.position();
        while (body.hasRemaining()) {
            if (channel.read(body, at + HEADER_BYTES + body.position() - start) < 0) {
                throw new DamagedException(file, header.getLong(8));
            }
        }
        crc.reset();
        crc.update(header.duplicate().position(8).limit(HEADER_BYTES));
        crc.update(body.duplicate().position(start));
        if ((int) crc.getValue() != header.getInt(4)) {
            throw new DamagedException(file, header.getLong(8));
        }
    }

    /**
     * Appends whole records.
     *
     * @param records how many
     * @throws IOException nothing of them is in the file then
     */
    void append(ByteBuffer whole, int records, long utcMs) throws IOException {
        long at = bytes;
        try {
            Sabotage.atDisk();
            while (whole.hasRemaining()) {
                at += channel.write(whole, at);
            }
        } catch (IOException e) {
            try {
                cut();
            } catch (IOException alsoBroken) {
                e.addSuppressed(alsoBroken);
            }
            throw e;
        }
        bytes = at;
        last += records;
        newestUtcMs = utcMs;
        unforced = true;
    }

    void force() throws IOException {
        if (unforced) {
            channel.force(false);
            unforced = false;
        }
    }

    boolean isEmpty() {
        return last < first;
    }

    void delete() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
