package dev.vigil.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.mqtt.OutboxOptions.WhenFull;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final MqttTopic TOPIC = MqttTopic.of("a/b");
    private static final int WINDOW = 20;

    @TempDir
    Path folder;

    private final Network network = new Network();

    /** What the network would get: it holds every message until it is told to be done with it. */
    private static final class Network implements Spool.Exit {
        final ConcurrentLinkedQueue<OutboundMessage> entered = new ConcurrentLinkedQueue<>();
        final ConcurrentLinkedQueue<String> texts = new ConcurrentLinkedQueue<>();
        final Map<Refusal, AtomicInteger> refused = new ConcurrentHashMap<>();

        @Override
        public void enter(OutboundMessage message) {
            texts.add(message.payload.toString(StandardCharsets.UTF_8));
            entered.add(message);
        }

        @Override
        public void stored(PublishCallback callback) {
            callback.stored();
        }

        @Override
        public void refuse(PublishCallback callback, Refusal cause) {
            refused.computeIfAbsent(cause, c -> new AtomicInteger()).incrementAndGet();
            callback.refused(cause);
        }

        void finish(Spool spool, int count) {
            for (int i = 0; i < count; i++) {
                OutboundMessage message = entered.poll();
                spool.done(message.number, message.payload.readableBytes());
                message.payload.release();
            }
        }

        int refused(Refusal cause) {
            return refused.getOrDefault(cause, new AtomicInteger()).get();
        }
    }

    @AfterEach
    void releaseWhatTheNetworkHolds() {
        network.entered.forEach(message -> message.payload.release());
    }

    private Spool open(OutboxOptions options) {
        Spool spool = new Spool(options, WINDOW, network);
        spool.start();
        return spool;
    }

    private OutboxOptions options() {
        return OutboxOptions.in(folder.resolve("outbox"));
    }

    private static boolean offer(Spool spool, String text, PublishCallback callback) {
        ByteBuf payload = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
        return spool.offer(OutboundMessage.of(TOPIC, payload, 1, false, PublishProperties.NONE, callback));
    }

    private static void offerAll(Spool spool, int from, int to) {
        for (int i = from; i < to; i++) {
            int number = i;
            Await.until("room", () -> offer(spool, "" + number, PublishCallback.NONE));
        }
    }

    private static List<String> texts(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "" + i).toList();
    }

    @Test
    void shouldPassOnInOrderWhatIsOfferedWhenTheNetworkKeepsUp() throws Exception {
        Spool spool = open(options());
        Fate fate = new Fate();
        offer(spool, "0", fate);
        Await.until("the first", () -> network.entered.size() == 1);
        assertThat(network.entered.peek().number).isEqualTo(1);
        offerAll(spool, 1, 15);
        Await.until("all", () -> network.entered.size() == 15);
        assertThat(network.texts).containsExactlyElementsOf(texts(0, 15));
        assertThat(spool.isEmpty()).isTrue();
        network.finish(spool, 15);
        Await.until("nothing kept", () -> spool.keptMessages() == 0);
        assertThat(spool.close(5_000)).isTrue();
    }

    @Test
    void shouldKeepOnDiskWhatTheWindowHasNoRoomForAndReadItBackInOrder() throws Exception {
        Spool spool = open(options());
        offerAll(spool, 0, 500);
        Await.until("all on disk", () -> spool.keptMessages() == 500);
        assertThat(network.entered.size()).isLessThanOrEqualTo(WINDOW);
        assertThat(spool.isEmpty()).isFalse();
        int passed = 0;
        while (passed < 500) {
            Await.until("more", () -> !network.entered.isEmpty());
            int now = network.entered.size();
            network.finish(spool, now);
            passed += now;
        }
        assertThat(network.texts).containsExactlyElementsOf(texts(0, 500));
        Await.until("empty", () -> spool.isEmpty() && spool.keptMessages() == 0);
        offerAll(spool, 500, 510);
        Await.until("straight through again", () -> network.entered.size() == 10);
        assertThat(spool.close(5_000)).isTrue();
    }

    @Test
    void shouldGoOnWithWhatAnEarlierProcessLeftBehind() throws Exception {
        Spool first = open(options());
        offerAll(first, 0, 100);
        Await.until("all on disk", () -> first.keptMessages() == 100);
        network.finish(first, 7);
        assertThat(first.close(5_000)).isTrue();
        network.entered.forEach(message -> message.payload.release());
        network.entered.clear();
        network.texts.clear();

        Spool second = open(options());
        offerAll(second, 100, 110);
        int passed = 0;
        while (passed < 103) {
            Await.until("more", () -> !network.entered.isEmpty());
            int now = network.entered.size();
            network.finish(second, now);
            passed += now;
        }
        assertThat(network.texts).containsExactlyElementsOf(texts(7, 110));
        assertThat(second.close(5_000)).isTrue();
    }

    @Test
    void shouldTellOnceThatAMessageIsStoredAndNothingMoreWhenItIsLeftOnDisk() throws Exception {
        Spool spool = open(options());
        AtomicInteger stored = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        PublishCallback callback = new PublishCallback() {
            @Override
            public void sent(long sentNs) {
                ended.incrementAndGet();
            }

            @Override
            public void stored() {
                stored.incrementAndGet();
            }

            @Override
            public void refused(Refusal cause) {
                ended.incrementAndGet();
            }
        };
        for (int i = 0; i < 50; i++) {
            Await.until("room", () -> offer(spool, "x", callback));
        }
        Await.until("stored", () -> stored.get() == 50);
        assertThat(spool.close(5_000)).isTrue();
        assertThat(stored.get()).isEqualTo(50);
        assertThat(ended.get()).isZero();
    }

    @Test
    void shouldDropTheOldestByCauseWhenTheDiskHasItsFill() throws Exception {
        Spool spool = open(
                new OutboxOptions(folder, 1 << 20, Duration.ofHours(1), WhenFull.DROP_OLDEST, Duration.ofSeconds(1)));
        String text = "x".repeat(10_000);
        List<Fate> fates = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Fate fate = new Fate();
            fates.add(fate);
            Await.until("room", () -> offer(spool, text, fate));
        }
        Await.until("taken in", () -> network.refused(Refusal.EVICTED) + spool.keptMessages() == 300);
        int evicted = network.refused(Refusal.EVICTED);
        assertThat(evicted).isBetween(150, 260);
        assertThat(spool.keptBytes()).isLessThanOrEqualTo(1 << 20);
        int inWindow = network.entered.size();
        // The oldest that were not on their way yet: told by their own callbacks.
        for (int i = 0; i < 300; i++) {
            boolean gone = i >= inWindow && i < inWindow + evicted;
            assertThat(List.copyOf(fates.get(i).told)).isEqualTo(gone ? List.of(Refusal.EVICTED.name()) : List.of());
        }
        assertThat(spool.close(5_000)).isTrue();
    }

    @Test
    void shouldRefuseTheNewestByCauseWhenTheDiskHasItsFill() throws Exception {
        Spool spool = open(
                new OutboxOptions(folder, 1 << 20, Duration.ofHours(1), WhenFull.DROP_NEWEST, Duration.ofSeconds(1)));
        String text = "x".repeat(10_000);
        for (int i = 0; i < 150; i++) {
            Await.until("room", () -> offer(spool, text, PublishCallback.NONE));
        }
        Await.until("taken in", () -> network.refused(Refusal.OUTBOX_FULL) + spool.keptMessages() == 150);
        assertThat(network.refused(Refusal.OUTBOX_FULL)).isBetween(40, 60);
        assertThat(spool.close(5_000)).isTrue();
    }

    @Test
    void shouldGiveUpWhatWaitedTooLong() throws Exception {
        Spool spool = open(new OutboxOptions(
                folder, 1 << 20, Duration.ofMillis(300), WhenFull.DROP_OLDEST, Duration.ofSeconds(1)));
        offerAll(spool, 0, 100);
        Await.until("stored", () -> network.entered.size() > 0);
        int inWindow = network.entered.size();
        Await.until("expired", () -> network.refused(Refusal.EXPIRED) == 100 - inWindow);
        assertThat(spool.close(5_000)).isTrue();
    }

    @Test
    void shouldGoOnInMemoryWhenTheFolderCanNotBeWritten() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        Spool spool = open(OutboxOptions.in(file.resolve("outbox")));
        offerAll(spool, 0, 10);
        Await.until("passed on", () -> network.entered.size() == 10);
        assertThat(network.entered).allMatch(message -> message.number == Spool.NOT_STORED);
        offerAll(spool, 10, 50);
        Await.until("the oldest dropped", () -> network.refused(Refusal.QUEUE_FULL) == 50 - 2 * WINDOW);
        network.finish(spool, WINDOW);
        Await.until("the rest", () -> network.entered.size() == WINDOW);
        assertThat(network.texts.stream().skip(WINDOW)).containsExactlyElementsOf(texts(30, 50));
        assertThat(spool.close(5_000)).isTrue();
    }

    @Test
    void shouldGoOnInMemoryWhenAnotherProcessUsesTheFolder() throws Exception {
        Spool first = open(options());
        offerAll(first, 0, 1);
        Await.until("the first", () -> network.entered.size() == 1);
        Spool second = open(options());
        offerAll(second, 1, 2);
        Await.until("the second", () -> network.entered.size() == 2);
        assertThat(network.entered).map(message -> message.number).containsExactly(1L, Spool.NOT_STORED);
        assertThat(first.close(5_000)).isTrue();
        assertThat(second.close(5_000)).isTrue();
    }

    @Test
    void shouldLoseOnlyTheDamagedFileWhenTheDiskLies() throws Exception {
        Spool spool = open(
                new OutboxOptions(folder, 1 << 20, Duration.ofHours(1), WhenFull.DROP_OLDEST, Duration.ofSeconds(1)));
        String text = "x".repeat(10_000);
        for (int i = 0; i < 60; i++) {
            Await.until("room", () -> offer(spool, text, PublishCallback.NONE));
        }
        Await.until("stored", () -> spool.keptMessages() == 60);
        int inWindow = network.entered.size();
        damageTheNewest();
        int passed = 0;
        while (passed + network.refused(Refusal.DAMAGED) < 60) {
            Await.until(
                    "more",
                    () -> !network.entered.isEmpty() || network.refused(Refusal.DAMAGED) > 0 && spool.isEmpty());
            int now = network.entered.size();
            network.finish(spool, now);
            passed += now;
        }
        assertThat(network.refused(Refusal.DAMAGED)).isBetween(1, 15);
        assertThat(passed).isGreaterThan(inWindow);
        assertThat(spool.close(5_000)).isTrue();
    }

    /** Flips a bit in the first record of the file that is read last. */
    private void damageTheNewest() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            Path file = files.filter(path -> path.toString().endsWith(".log"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(file);
            bytes[5_000] ^= 1;
            Files.write(file, bytes);
        }
    }
}
