package dev.vigil.metrics.trace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A trace in a file, which is whole at any moment: its end is written with each piece, and the next piece goes over it. So what
 * ends the process leaves a file that can be opened. Not threadsafe.
 */
public final class TraceFile implements AutoCloseable {
    private static final String START = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n";
    private static final String END = "\n]";
    private static final int PIECE_CHARS = 64 << 10;

    private final FileChannel file;
    private final StringBuilder piece = new StringBuilder(START);
    /** Where the next piece goes. */
    private long end;

    private boolean empty = true;
    /** The JSON of what is told of the whole trace. */
    private String about = "{}";

    /** Replaces what is there. */
    public TraceFile(Path path) throws IOException {
        this.file = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        write();
    }

    /** @param event a JSON object */
    public void add(String event) throws IOException {
        piece.append(empty ? "" : ",\n").append(event);
        empty = false;
        if (piece.length() > PIECE_CHARS) {
            write();
        }
    }

    /** @param json an object, of what is told of the whole trace; written with the next piece */
    public void about(String json) {
        about = json;
    }

    private void write() throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(piece.toString());
        int length = bytes.remaining();
        ByteBuffer whole = StandardCharsets.UTF_8.encode(piece + END + ",\"otherData\":" + about + "}\n");
        long at = end;
        while (whole.hasRemaining()) {
            at += file.write(whole, at);
        }
        file.truncate(at);
        end += length;
        piece.setLength(0);
    }

    @Override
    public void close() throws IOException {
        try (file) {
            write();
        }
    }
}
