package dev.vigil.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.Sabotage;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Alone, since what sabotages a disk does so to all of them. */
@Isolated
class HangingDiskTest {
    @TempDir
    Path folder;

    private final CountDownLatch stored = new CountDownLatch(1);

    private final class Network implements Spool.Exit {
        @Override
        public void enter(OutboundMessage message) {
            message.payload.release();
        }

        @Override
        public void stored(PublishCallback callback) {
            stored.countDown();
        }

        @Override
        public void refuse(PublishCallback callback, Refusal cause) {
            throw new AssertionError("refused: " + cause);
        }
    }

    @AfterEach
    void endSabotage() {
        Sabotage.endAll();
    }

    @Test
    void shouldTellForHowLongTheDiskIsWaitedForWhenItHangs() throws Exception {
        Spool spool = new Spool(OutboxOptions.in(folder.resolve("outbox")), 20, new Network());
        assertThat(spool.silentNs(System.nanoTime())).isZero();
        spool.start();
        Sabotage.hang("disk", Duration.ofMinutes(1), 1);
        spool.offer(OutboundMessage.of(
                MqttTopic.of("a/b"),
                Unpooled.copiedBuffer("one", StandardCharsets.UTF_8),
                1,
                false,
                PublishProperties.NONE,
                PublishCallback.NONE));
        Await.until("the disk to hang", () -> spool.silentNs(System.nanoTime()) > 50_000_000);
        assertThat(stored.getCount()).isEqualTo(1);
        Sabotage.endAll();
        assertThat(stored.await(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        Await.until("the spool to wait for work", () -> spool.silentNs(System.nanoTime()) == 0);
        assertThat(spool.close(5_000)).isTrue();
    }
}
