package dev.vigil.app.chaos;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a log says from now on, line by line. Not threadsafe. */
final class LogTail {
    private final Path file;
    private long readTo;
    private String begun = "";

    LogTail(Path file) {
        this.file = file;
    }

    /** The whole lines that have come since it was last asked. */
    List<String> next() throws IOException {
        List<String> lines = new ArrayList<>();
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            byte[] fresh = new byte[(int) (log.length() - readTo)];
            log.seek(readTo);
            log.readFully(fresh);
            readTo += fresh.length;
            begun += new String(fresh, StandardCharsets.UTF_8);
        }
        int end = begun.indexOf('\n');
        while (end >= 0) {
            lines.add(begun.substring(0, end));
            begun = begun.substring(end + 1);
            end = begun.indexOf('\n');
        }
        return lines;
    }
}
