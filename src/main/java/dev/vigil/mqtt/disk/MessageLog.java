package dev.vigil.mqtt.disk;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Messages in the order of their numbers, of which the oldest are read and later said to be done. Written are whole batches; a
 * record that a crash cut short is cut off at the next start, and told.
 *
 * <p>This class is not threadsafe.
 */
public final class MessageLog implements AutoCloseable {
    private static final int SEGMENT_MIN_BYTES = 1 << 16;
    private static final int SEGMENT_MAX_BYTES = 8 << 20;
    /**
     * A file of which all is done is left behind from this size on. The system writes files to the disk after half a minute;
     * one that is gone by then costs the disk nothing.
     */
    private static final int FORGET_BYTES = 1 << 18;

    private final Path folder;
    private final long bytesMax;
    private final long segmentBytesMax;
    private final FolderLock lock;
    private final AckMark mark;
    /** The oldest first; the last one is written to. */
    private final ArrayDeque<Segment> segments = new ArrayDeque<>();

    private final ByteBuffer readHeader = ByteBuffer.allocate(Segment.HEADER_BYTES);
    private final DoneNumbers done;
    private final Batch batch = new Batch();
    private long nextNumber;
    private long totalBytes;
    /** Next to be read; the numbers between segments are skipped. */
    private long nextRead;

    private Segment readSegment;
    private long readAt;
    private long unread;

    private MessageLog(Path folder, long bytesMax, FolderLock lock) throws IOException {
        this.folder = folder;
        this.bytesMax = bytesMax;
        this.segmentBytesMax = Math.max(SEGMENT_MIN_BYTES, Math.min(SEGMENT_MAX_BYTES, bytesMax / 16));
        this.lock = lock;
        this.mark = new AckMark(folder.resolve("done"));
        this.done = new DoneNumbers(mark.sequence());
    }

    /**
     * Opens the log in a folder, which is made if it is not there, and reads all that earlier processes left in it.
     *
     * @param bytesMax what all files together may take, roughly
     * @param notes gets a line for each thing that was not whole
     * @throws IOException also when another process uses the folder
     */
    public static MessageLog open(Path folder, long bytesMax, Consumer<String> notes) throws IOException {
        Files.createDirectories(folder);
        FolderLock lock = FolderLock.take(folder);
        MessageLog log = null;
        try {
            log = new MessageLog(folder, bytesMax, lock);
            log.recover(notes);
            return log;
        } catch (IOException | RuntimeException e) {
            if (log != null) {
                log.closeFiles();
            }
            lock.close();
            throw e;
        }
    }

    private void recover(Consumer<String> notes) throws IOException {
        long doneUpTo = done.upTo();
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(Segment::isSegment).sorted().toList();
        }
        long newest = doneUpTo;
        for (int i = 0; i < files.size(); i++) {
            Segment.Opened opened = Segment.open(files.get(i), doneUpTo + 1);
            Segment segment = opened.segment();
            if (opened.damagedBytes() > 0) {
                segment.cut();
                notes.accept((i == files.size() - 1 ? "an unfinished write: " : "damage: ") + "cut off "
                        + opened.damagedBytes() + " bytes of " + segment.file + " after message " + segment.last);
            }
            newest = Math.max(newest, segment.last);
            if (segment.last <= doneUpTo || segment.isEmpty()) {
                segment.delete();
                continue;
            }
            segments.add(segment);
            totalBytes += segment.bytes;
            unread += segment.last - Math.max(segment.first - 1, doneUpTo);
            if (readSegment == null) {
                readSegment = segment;
                nextRead = Math.max(segment.first, doneUpTo + 1);
                readAt = Math.max(0, opened.wantedAt());
            }
        }
        nextNumber = newest + 1;
        closeGaps();
        roll();
    }

    /** Numbers that are in no file were given up, or lost to damage: nobody will say that they are done. */
    private void closeGaps() {
        long expected = done.upTo() + 1;
        for (Segment segment : segments) {
            done.add(expected, segment.first - 1);
            expected = segment.last + 1;
        }
    }

    /** Begins a new file. */
    private void roll() throws IOException {
        Segment fresh = Segment.create(folder, nextNumber);
        segments.add(fresh);
        if (readSegment == null || unread == 0) {
            readToEnd();
        }
    }

    /** Whether a message of {@code bodyBytes} may be appended without exceeding the bound. */
    public boolean fits(long bodyBytes) {
        return totalBytes + batch.bytes() + Segment.HEADER_BYTES + bodyBytes <= bytesMax;
    }

    /**
     * Adds a message to the batch that {@link #commit} writes.
     *
     * @param body what is to be kept, from its reader index on, which stays
     * @return the message's number
     */
    public long append(ByteBuf body, long utcMs) {
        long number = nextNumber();
        batch.add(number, utcMs, body);
        return number;
    }

    /** Whether enough is gathered for one write. */
    public boolean isBatchFull() {
        return batch.isFull();
    }

    /** Forgets the batch. */
    public void rollback() {
        batch.clear();
    }

    /**
     * Writes the batch: from here on it survives the process.
     *
     * @throws IOException nothing of the batch is in the log then
     */
    public void commit() throws IOException {
        if (batch.records() == 0) {
            return;
        }
        try {
            Segment tail = segments.peekLast();
            if (!tail.isEmpty() && tail.bytes + batch.bytes() > segmentBytesMax) {
                roll();
                tail = segments.peekLast();
            }
            long at = tail.bytes;
            tail.append(batch.whole(), batch.records(), batch.newestUtcMs());
            totalBytes += batch.bytes();
            if (unread == 0) {
                readSegment = tail;
                readAt = at;
                nextRead = nextNumber;
            }
            nextNumber += batch.records();
            unread += batch.records();
        } finally {
            batch.clear();
        }
    }

    /** Messages that were neither read nor passed by. */
    public long unread() {
        return unread;
    }

    /** Passes by all that is unread, because it is known already. */
    public void readToEnd() {
        readSegment = segments.peekLast();
        readAt = readSegment.bytes;
        nextRead = nextNumber;
        unread = 0;
    }

    /** Takes what {@link #read} finds. */
    public interface Reader {
        /** @return a buffer with room for a body of {@code bytes}, in which it will be put */
        ByteBuffer room(int bytes);
    }

    /**
     * Reads the oldest unread message.
     *
     * @return its number, or 0 when there is none
     * @throws DamagedException it and the rest of its file can not be read; {@link #skipFile} goes on after it
     */
    public long read(Reader reader) throws IOException {
        if (unread == 0) {
            return 0;
        }
        long number = nextRead;
        int length = readSegment.bodyBytes(readHeader, number, readAt);
        readSegment.readBody(readHeader, readAt, reader.room(length));
        readAt += Segment.HEADER_BYTES + length;
        unread--;
        skipGap(number + 1);
        return number;
    }

    /** When the message that was read last was written, in milliseconds UTC. */
    public long readUtcMs() {
        return readHeader.getLong(16);
    }

    /** Moves the reading on to {@code number}, or to the first that is there after it. */
    private void skipGap(long number) {
        nextRead = number;
        if (number <= readSegment.last || unread == 0) {
            return;
        }
        for (Segment segment : segments) {
            if (segment.last >= number) {
                readSegment = segment;
                readAt = 0;
                nextRead = segment.first;
                return;
            }
        }
    }

    /**
     * Gives up what is unread of the file that is being read, and all of the next one, if it is not the one that is written to:
     * the oldest make room.
     *
     * @return how many messages were given up, the oldest unread ones
     */
    public long evictOldest() throws IOException {
        if (unread == 0 || readSegment == segments.peekLast()) {
            return 0;
        }
        long evicted = skipFile();
        if (unread > 0 && nextRead == readSegment.first && readSegment != segments.peekLast()) {
            evicted += skipFile();
        }
        saveDone();
        return evicted;
    }

    /**
     * Gives up what is unread of files in which everything is older than that.
     *
     * @return how many messages were given up, the oldest unread ones
     */
    public long expire(long beforeUtcMs) throws IOException {
        long expired = 0;
        while (unread > 0 && readSegment.newestUtcMs < beforeUtcMs) {
            expired += skipFile();
        }
        if (expired > 0) {
            saveDone();
        }
        return expired;
    }

    /** Gives up what is unread of the file that is being read. */
    public long skipFile() {
        long from = nextRead;
        long to = readSegment.last;
        unread -= to - from + 1;
        done.add(from, to);
        skipGap(to + 1);
        return to - from + 1;
    }

    /** A message needs to be kept no longer. The files learn of it with {@link #saveDone}. */
    public void done(long number) {
        done.add(number, number);
    }

    /** Writes down what is done, and deletes the files of which all is. */
    public void saveDone() throws IOException {
        Segment tail = segments.peekLast();
        boolean tailDone = done.upTo() >= tail.last;
        if (tailDone && tail.bytes >= FORGET_BYTES) {
            roll();
        }
        try {
            // The mark first: a file that is back after a crash must not be taken for unsent.
            saveMark();
        } catch (IOException e) {
            // On a full disk nothing else makes room, and then what is back after a crash is sent twice.
            if (tailDone && !segments.peekLast().isEmpty()) {
                roll();
            }
            deleteDone();
            saveMark();
        }
        deleteDone();
    }

    private void saveMark() throws IOException {
        if (done.upTo() != mark.sequence()) {
            mark.set(done.upTo());
        }
    }

    private void deleteDone() throws IOException {
        for (Iterator<Segment> all = segments.iterator(); all.hasNext(); ) {
            Segment segment = all.next();
            if (segment != segments.peekLast() && done.open(segment.first, segment.last) == 0) {
                all.remove();
                totalBytes -= segment.bytes;
                segment.delete();
            }
        }
    }

    /** Brings what was written to the disk itself: it survives the loss of power. */
    public void force() throws IOException {
        boolean anyNew = false;
        for (Segment segment : segments) {
            anyNew |= segment.unforced;
            segment.force();
        }
        if (anyNew) {
            mark.force();
            try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
                directory.force(true); // else a new file could be without its name
            }
        }
    }

    /** Messages that are not done, as far as they were not given up. */
    public long kept() {
        long kept = 0;
        for (Segment segment : segments) {
            kept += done.open(segment.first, segment.last);
        }
        return kept;
    }

    /** Whether nothing is kept that was not said to be done. */
    public boolean isAllDone() {
        return done.upTo() == nextNumber - 1;
    }

    /** Of all files together. */
    public long bytes() {
        return totalBytes;
    }

    /** The number that the next appended message gets. */
    public long nextNumber() {
        return nextNumber + batch.records();
    }

    @Override
    public void close() throws IOException {
        try {
            saveDone();
            force();
        } finally {
            closeFiles();
            lock.close();
        }
    }

    private void closeFiles() throws IOException {
        for (Segment segment : segments) {
            segment.close();
        }
        mark.close();
    }
}
