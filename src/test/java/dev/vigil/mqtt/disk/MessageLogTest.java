package dev.vigil.mqtt.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageLogTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();

    private MessageLog open(long bytesMax) throws IOException {
        return MessageLog.open(folder, bytesMax, notes::add);
    }

    private static long append(MessageLog log, String text) {
        return append(log, text, 1_000);
    }

    private static long append(MessageLog log, String text, long utcMs) {
        ByteBuf body = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
        long number = log.append(body, utcMs);
        assertThat(body.readerIndex()).isZero();
        return number;
    }

    private static List<String> readAll(MessageLog log) throws IOException {
        List<String> all = new ArrayList<>();
        ByteBuffer[] room = {null};
        long number;
        while ((number = log.read(bytes -> room[0] = ByteBuffer.allocate(bytes))) != 0) {
            all.add(number + " " + new String(room[0].array(), StandardCharsets.UTF_8));
        }
        return all;
    }

    @Test
    void shouldGiveBackInOrderWhatWasWrittenAndNotDone() throws IOException {
        try (MessageLog log = open(MIB)) {
            assertThat(append(log, "a")).isEqualTo(1);
            assertThat(append(log, "")).isEqualTo(2);
            assertThat(append(log, "c")).isEqualTo(3);
            log.commit();
            assertThat(log.unread()).isEqualTo(3);
            assertThat(readAll(log)).containsExactly("1 a", "2 ", "3 c");
            log.done(2);
            log.done(1);
            assertThat(log.kept()).isEqualTo(1);
        }
        try (MessageLog log = open(MIB)) {
            assertThat(readAll(log)).containsExactly("3 c");
            assertThat(append(log, "d")).isEqualTo(4);
            log.commit();
            assertThat(readAll(log)).containsExactly("4 d");
        }
        assertThat(notes).isEmpty();
    }

    @Test
    void shouldMakeRoomWhenTheDiskIsTooFullToSayWhatIsDone() throws IOException {
        // Its writes fail as on a full disk.
        Files.createSymbolicLink(folder.resolve("done"), Path.of("/dev/full"));
        MessageLog log = open(MIB);
        String text = "x".repeat(20_000);
        for (int i = 0; i < 10; i++) {
            append(log, text);
            log.commit();
        }
        assertThat(readAll(log)).hasSize(10);
        for (int i = 1; i <= 10; i++) {
            log.done(i);
        }
        assertThatThrownBy(log::saveDone).isInstanceOf(IOException.class);
        assertThat(log.bytes()).isZero();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.filter(Segment::isSegment))
                    .allMatch(file -> file.toFile().length() == 0);
        }
        append(log, "next");
        log.commit();
        assertThat(readAll(log)).containsExactly("11 next");
        assertThatThrownBy(log::close).isInstanceOf(IOException.class);
    }

    @Test
    void shouldKeepWhatWasNotClosedWhenTheProcessWasKilled() throws IOException {
        Path copy = folder.resolve("copy");
        try (MessageLog log = MessageLog.open(folder.resolve("log"), MIB, notes::add)) {
            append(log, "a");
            append(log, "b");
            log.commit();
            append(log, "never written");
            log.done(1);
            log.saveDone();
            copy(folder.resolve("log"), copy);
        }
        try (MessageLog log = MessageLog.open(copy, MIB, notes::add)) {
            assertThat(readAll(log)).containsExactly("2 b");
        }
        assertThat(notes).isEmpty();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.write(to.resolve(file.getFileName()), Files.readAllBytes(file));
            }
        }
    }

    @Test
    void shouldCutOffATornTailAndTellWhenAWriteWasCutAtAnyByte() throws IOException {
        Path whole = folder.resolve("whole");
        try (MessageLog log = MessageLog.open(whole, MIB, notes::add)) {
            append(log, "first");
            log.commit();
            append(log, "second");
            log.commit();
        }
        Path file = whole.resolve("0000000000000001.log");
        byte[] bytes = Files.readAllBytes(file);
        int first = Segment.HEADER_BYTES + "first".length();
        for (int length = 0; length < bytes.length; length++) {
            Path cut = folder.resolve("cut" + length);
            copy(whole, cut);
            Files.write(cut.resolve(file.getFileName()), Arrays.copyOf(bytes, length));
            notes.clear();
            try (MessageLog log = MessageLog.open(cut, MIB, notes::add)) {
                assertThat(readAll(log)).isEqualTo(length >= first ? List.of("1 first") : List.of());
                append(log, "next");
                log.commit();
                assertThat(readAll(log)).containsExactly((length >= first ? 2 : 1) + " next");
            }
            boolean torn = length != 0 && length != first;
            assertThat(notes).hasSize(torn ? 1 : 0);
            if (torn) {
                assertThat(notes.get(0))
                        .startsWith(
                                "an unfinished write: cut off " + (length - (length > first ? first : 0)) + " bytes");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 8, 16, 24, 30})
    void shouldNeverGiveBackADamagedRecordWhenABitFlipped(int at) throws IOException {
        try (MessageLog log = open(MIB)) {
            append(log, "something");
            log.commit();
        }
        Path file = folder.resolve("0000000000000001.log");
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 0x10;
        Files.write(file, bytes);
        try (MessageLog log = open(MIB)) {
            assertThat(readAll(log)).isEmpty();
        }
        assertThat(notes).hasSize(1);
    }

    @Test
    void shouldGoOnInTheNextFileWhenOneIsDamagedWhileItIsRead() throws IOException {
        try (MessageLog log = open(MIB)) {
            for (int i = 0; i < 30; i++) {
                append(log, "x".repeat(10_000));
                log.commit();
            }
            Path first = folder.resolve("0000000000000001.log");
            byte[] bytes = Files.readAllBytes(first);
            bytes[Segment.HEADER_BYTES + 50] ^= 1;
            Files.write(first, bytes);
            assertThatThrownBy(() -> log.read(ByteBuffer::allocate))
                    .isInstanceOf(DamagedException.class)
                    .hasMessageContaining("message 1 in ");
            long skipped = log.skipFile();
            assertThat(skipped).isEqualTo(6);
            assertThat(readAll(log)).hasSize(24).first().asString().startsWith("7 ");
        }
    }

    @Test
    void shouldDeleteFilesOfWhichAllIsDone() throws IOException {
        try (MessageLog log = open(MIB)) {
            for (int i = 0; i < 100; i++) {
                append(log, "x".repeat(5_000));
                log.commit();
            }
            log.readToEnd();
            assertThat(files()).hasSizeGreaterThan(5);
            for (long number = 1; number <= 99; number++) {
                log.done(number);
            }
            log.saveDone();
            assertThat(files()).hasSize(1);
            assertThat(log.kept()).isEqualTo(1);
            assertThat(log.bytes()).isLessThan(1 << 16);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(Segment::isSegment).sorted().toList();
        }
    }

    @Test
    void shouldMakeRoomFromTheOldestUnread() throws IOException {
        try (MessageLog log = open(MIB)) {
            int written = 0;
            while (log.fits(5_000)) {
                append(log, "x".repeat(5_000));
                log.commit();
                written++;
            }
            ByteBuffer[] room = {null};
            assertThat(log.read(bytes -> room[0] = ByteBuffer.allocate(bytes))).isEqualTo(1);
            long evicted = log.evictOldest();
            assertThat(evicted).isPositive();
            assertThat(log.fits(5_000)).isTrue();
            assertThat(log.unread()).isEqualTo(written - 1 - evicted);
            assertThat(log.read(bytes -> room[0] = ByteBuffer.allocate(bytes))).isEqualTo(2 + evicted);
            assertThat(log.kept()).isEqualTo(written - evicted);
        }
        try (MessageLog log = open(MIB)) {
            assertThat(readAll(log)).first().asString().startsWith("1 ");
        }
    }

    @Test
    void shouldGiveUpFilesOfOldMessages() throws IOException {
        try (MessageLog log = open(MIB)) {
            for (int i = 0; i < 20; i++) {
                append(log, "x".repeat(10_000), i);
                log.commit();
            }
            assertThat(log.expire(0)).isZero();
            assertThat(log.expire(10)).isEqualTo(6);
            assertThat(readAll(log)).first().asString().startsWith("7 ");
            append(log, "y", 30);
            log.commit();
            assertThat(log.expire(31)).isEqualTo(1);
            assertThat(log.unread()).isZero();
        }
    }

    @Test
    void shouldRefuseAFolderThatIsInUse() throws IOException {
        try (MessageLog log = open(MIB)) {
            append(log, "a");
            log.commit();
            assertThatThrownBy(() -> open(MIB))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is used by another process");
        }
        open(MIB).close();
    }

    /** Random work against a model that keeps all in memory, with the process killed now and then. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldDoWhatAModelDoesWhenUsedAtRandom(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        TreeMap<Long, String> kept = new TreeMap<>();
        TreeMap<Long, String> unread = new TreeMap<>();
        Path current = folder.resolve("0");
        MessageLog log = MessageLog.open(current, MIB, notes::add);
        try {
            for (int step = 0; step < 3_000; step++) {
                switch (random.nextInt(10)) {
                    case 0, 1, 2, 3 -> {
                        TreeMap<Long, String> batch = new TreeMap<>();
                        for (int i = random.nextInt(5); i >= 0; i--) {
                            String text = ("m" + step + "." + i + " ").repeat(random.nextInt(1, 400));
                            if (log.fits(text.length())) {
                                batch.put(append(log, text, step), text);
                            }
                        }
                        log.commit();
                        kept.putAll(batch);
                        unread.putAll(batch);
                    }
                    case 4, 5, 6 -> {
                        ByteBuffer[] room = {null};
                        long number = log.read(bytes -> room[0] = ByteBuffer.allocate(bytes));
                        assertThat(number).isEqualTo(unread.isEmpty() ? 0 : unread.firstKey());
                        if (number != 0) {
                            assertThat(new String(room[0].array(), StandardCharsets.UTF_8))
                                    .isEqualTo(unread.remove(number));
                        }
                    }
                    case 7 -> {
                        for (Long number : List.copyOf(kept.keySet())) {
                            if (!unread.containsKey(number) && random.nextInt(3) > 0) {
                                log.done(number);
                                kept.remove(number);
                            }
                        }
                    }
                    case 8 -> log.saveDone();
                    default -> {
                        if (random.nextInt(30) == 0) {
                            for (long left = log.evictOldest(); left > 0; left--) {
                                kept.remove(unread.pollFirstEntry().getKey());
                            }
                        } else if (random.nextInt(30) == 0) {
                            log.saveDone();
                            Path next = folder.resolve("" + step);
                            copy(current, next);
                            log.close();
                            current = next;
                            log = MessageLog.open(current, MIB, notes::add);
                            // What is not done up to the oldest that is not comes again.
                            long oldest = kept.isEmpty() ? Long.MAX_VALUE : kept.firstKey();
                            TreeMap<Long, String> again = new TreeMap<>();
                            ByteBuffer[] room = {null};
                            long number;
                            while ((number = log.read(bytes -> room[0] = ByteBuffer.allocate(bytes))) != 0) {
                                again.put(number, new String(room[0].array(), StandardCharsets.UTF_8));
                            }
                            assertThat(again).containsAllEntriesOf(kept);
                            assertThat(again.isEmpty() || again.firstKey() >= oldest)
                                    .isTrue();
                            for (Long repeated : again.keySet()) {
                                if (!kept.containsKey(repeated)) {
                                    log.done(repeated);
                                }
                            }
                            unread.clear();
                        }
                    }
                }
                assertThat(log.unread()).isEqualTo(unread.size());
                assertThat(log.kept()).isEqualTo(kept.size());
            }
        } finally {
            log.close();
        }
        assertThat(notes).isEmpty();
    }
}
