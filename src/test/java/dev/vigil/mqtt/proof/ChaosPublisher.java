package dev.vigil.mqtt.proof;

import dev.vigil.app.Logging;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.mqtt.MqttStatus;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.mqtt.OutboxOptions;
import dev.vigil.mqtt.ProofClient;
import dev.vigil.mqtt.PublishCallback;
import dev.vigil.mqtt.Refusal;
import dev.vigil.mqtt.proof.PublisherFile.Field;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The process that the chaos kills: publishes numbered messages of QoS 1 at a steady pace, as a daemon would, and keeps in a
 * {@link PublisherFile} how far all are in good hands. With an outbox on disk those are the messages that are stored; without,
 * the acknowledged ones. Both come in the order of publishing, so that it is the number it began with plus their count.
 */
final class ChaosPublisher implements MqttListener {
    static final String PREFIX = "proof/stream/";
    /** Low, so that a broker that is away is felt by the publishing thread. */
    private static final int QUEUE_MESSAGES = 200;

    private static final int PAYLOAD_MAX = 1_000;
    /** Nothing may be open for so long before it is the end: an outbox has to be read before it counts. */
    private static final long SETTLED_NS = 300_000_000;

    private final PublisherFile file;
    private final int from;
    private final int to;
    private final int topics;
    private final long paceNs;
    private final MqttClient client;
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong stored = new AtomicLong();
    private final boolean onDisk;

    // The event loop's.
    private long awayNs;
    private long awaySinceNs;
    private boolean met;
    private boolean away;

    private ChaosPublisher(String[] args) throws Exception {
        MqttOptions.Protocol protocol = MqttOptions.Protocol.valueOf(args[1]);
        from = Integer.parseInt(args[2]);
        to = Integer.parseInt(args[3]);
        topics = Integer.parseInt(args[4]);
        paceNs = 1_000_000_000L / Integer.parseInt(args[5]);
        file = new PublisherFile(Path.of(args[6]));
        MqttOptions options = ProofClient.impatient(Integer.parseInt(args[0]), protocol, "publisher", QUEUE_MESSAGES);
        onDisk = args.length > 7;
        client = new MqttClient(onDisk ? options.withOutbox(OutboxOptions.in(Path.of(args[7]))) : options, this);
    }

    /** @param args port, protocol, first number, number to stop before, topics, messages a second, file, and the outbox's folder if any */
    public static void main(String[] args) throws Exception {
        Logging.setUp(false, false);
        new ChaosPublisher(args).run();
    }

    @Override
    public void onConnected(boolean sessionPresent) {
        met = true;
        if (away) {
            away = false;
            awayNs += System.nanoTime() - awaySinceNs;
            file.set(Field.AWAY_NS, awayNs);
        }
    }

    @Override
    public void onAway(String reason) {
        if (met && !away) {
            away = true;
            awaySinceNs = System.nanoTime();
        }
    }

    private void run() throws InterruptedException {
        file.set(Field.NEXT, from);
        Thread progress = new Thread(this::follow, "progress");
        progress.start();
        client.start();
        MqttTopic[] streams = new MqttTopic[topics];
        for (int i = 0; i < topics; i++) {
            streams[i] = MqttTopic.of(PREFIX + i);
        }
        PublishCallback callback = new PublishCallback() {
            @Override
            public void sent(long sentNs) {}

            @Override
            public void stored() {
                stored.incrementAndGet();
            }

            @Override
            public void refused(Refusal cause) {
                if (cause != Refusal.QUEUE_FULL) {
                    lost.incrementAndGet();
                }
            }
        };
        long dueNs = System.nanoTime();
        for (int number = from; number < to; number++) {
            while (number >= file.get(Field.LIMIT)) {
                LockSupport.parkNanos(1_000_000);
                dueNs = System.nanoTime();
            }
            // A full queue is the application's matter: this one offers the same message again.
            while (!client.publish(streams[number % topics], payload(number), 1, false, callback)) {
                LockSupport.parkNanos(1_000_000);
                dueNs = System.nanoTime();
            }
            dueNs += paceNs;
            for (long nowNs = System.nanoTime(); nowNs - dueNs < 0; nowNs = System.nanoTime()) {
                LockSupport.parkNanos(dueNs - nowNs);
            }
        }
        progress.join();
        client.close(Duration.ofSeconds(5));
        file.set(Field.DONE, 1);
    }

    private void follow() {
        long openNs = System.nanoTime();
        do {
            LockSupport.parkNanos(1_000_000);
            long safe = stored.get();
            MqttStatus status = client.status();
            safe = onDisk ? safe : status.acknowledged();
            file.set(Field.NEXT, from + safe);
            file.set(Field.RESENT, status.resent());
            file.set(Field.CONNECTS, status.connects());
            file.set(Field.LOST, lost.get() + status.rejected());
            if (from + safe < to || status.connects() == 0 || status.waiting() > 0 || status.stored() > 0) {
                openNs = System.nanoTime();
            }
        } while (System.nanoTime() - openNs < SETTLED_NS);
    }

    /** The number, a blank, and up to a kilobyte of filling, always the same for a number. */
    private static ByteBuf payload(int number) {
        ByteBuf payload = PooledByteBufAllocator.DEFAULT.directBuffer(PAYLOAD_MAX + 16);
        ByteBufUtil.writeAscii(payload, number + " ");
        int filling = new SplittableRandom(number).nextInt(PAYLOAD_MAX);
        payload.writeCharSequence("x".repeat(filling), StandardCharsets.US_ASCII);
        return payload;
    }
}
