package dev.vigil.mqtt.proof;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Numbers that a publishing process keeps in a file, so that they are there after it was killed: a mapped page belongs to the
 * system, not to the process. Each number has one process that
 * writes it.
 */
final class PublisherFile {
    enum Field {
        /** The number to go on with: all below are in good hands. */
        NEXT,
        /** The number to stop before for now; set by who controls the process. */
        LIMIT,
        RESENT,
        CONNECTS,
        /** Messages that the client refused for another reason than a full queue, or the broker rejected. */
        LOST,
        /** Nanoseconds without a connection, after the first one. */
        AWAY_NS,
        /** 1 when all was acknowledged and the client closed. */
        DONE
    }

    private final MappedByteBuffer page;

    PublisherFile(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            page = channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) Field.values().length * Long.BYTES);
        }
    }

    long get(Field field) {
        return page.getLong(field.ordinal() * Long.BYTES);
    }

    void set(Field field, long value) {
        page.putLong(field.ordinal() * Long.BYTES, value);
    }
}
