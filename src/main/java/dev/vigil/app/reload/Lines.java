package dev.vigil.app.reload;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Lines of text over a socket, each within a deadline. Owned by one thread. */
final class Lines implements AutoCloseable {
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final int bytesMax;
    private byte[] read = {};

    /**
     * @param channel is closed with this
     * @param bytesMax longest line that is taken
     */
    Lines(SocketChannel channel, int bytesMax) throws IOException {
        this.channel = channel;
        this.bytesMax = bytesMax;
        channel.configureBlocking(false);
        this.selector = Selector.open();
        this.key = channel.register(selector, 0);
    }

    /**
     * The next line, without its end.
     *
     * @throws EOFException when the other end closes before
     * @throws SocketTimeoutException when it does not come in time
     */
    String read(Duration timeout) throws IOException {
        long deadlineNs = System.nanoTime() + timeout.toNanos();
        ByteBuffer buffer = ByteBuffer.allocate(4_096);
        while (true) {
            int end = end();
            if (end >= 0) {
                String line = new String(read, 0, end, StandardCharsets.UTF_8);
                read = Arrays.copyOfRange(read, end + 1, read.length);
                return line;
            }
            if (read.length > bytesMax) {
                throw new IOException("a line is longer than " + bytesMax + " bytes");
            }
            int bytes = channel.read(buffer.clear());
            if (bytes < 0) {
                throw new EOFException("the connection was closed");
            }
            if (bytes == 0) {
                await(SelectionKey.OP_READ, deadlineNs);
            } else {
                int before = read.length;
                read = Arrays.copyOf(read, before + bytes);
                buffer.flip().get(read, before, bytes);
            }
        }
    }

    /**
     * Waits for more to come, without reading it.
     *
     * @return false when nothing has come in time
     */
    boolean hasMore(Duration timeout) throws IOException {
        if (read.length > 0) {
            return true;
        }
        key.interestOps(SelectionKey.OP_READ);
        int ready = selector.select(Math.max(1, timeout.toMillis()));
        selector.selectedKeys().clear();
        return ready > 0;
    }

    private int end() {
        for (int i = 0; i < read.length; i++) {
            if (read[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    /** @param line holds no line break */
    void write(String line, Duration timeout) throws IOException {
        long deadlineNs = System.nanoTime() + timeout.toNanos();
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                await(SelectionKey.OP_WRITE, deadlineNs);
            }
        }
    }

    private void await(int operation, long deadlineNs) throws IOException {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
        if (leftMs <= 0) {
            throw new SocketTimeoutException("no answer in time");
        }
        key.interestOps(operation);
        selector.select(leftMs);
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new IOException("interrupted");
        }
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
