package dev.vigil.mqtt;

import dev.vigil.base.Clock;
import dev.vigil.mqtt.disk.DamagedException;
import dev.vigil.mqtt.disk.MessageLog;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages of QoS 1 and 2 on disk: what a client puts there and reads back, by size and age. A disk that fails is told once,
 * tried again after a while, and never throws.
 *
 * <p>This class is not threadsafe; the gauges are for any thread.
 */
final class DiskOutbox {
    private static final Logger log = LoggerFactory.getLogger(MqttClient.class);
    private static final long SAVE_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long EXPIRE_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long UPKEEP_FAILING_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(10);

    /** Takes the callbacks of messages that are given up. */
    interface Refuser {
        void refuse(PublishCallback callback, Refusal cause);
    }

    private final OutboxOptions options;
    private final Refuser refuser;
    private final StoredMessage codec = new StoredMessage();
    private final StoredMessage.Room room = new StoredMessage.Room();
    /** Of the messages that this process wrote and that are unread, in their order. */
    private final ArrayDeque<PublishCallback> callbacks = new ArrayDeque<>();

    /** Null until the folder could be opened. */
    private MessageLog disk;
    /** The first message of this process; earlier ones have no callback. */
    private long ownFirst;

    private boolean failing;
    private long failedNs;
    private long savedNs;
    private long expiredNs;
    /** When the oldest write that was not forced was made; 0 for none. */
    private long unforcedNs;

    private volatile long keptMessages;
    private volatile long keptBytes;

    DiskOutbox(OutboxOptions options, Refuser refuser) {
        this.options = options;
        this.refuser = refuser;
    }

    /** Messages that are not done. */
    long keptMessages() {
        return keptMessages;
    }

    /** What the files take on the disk. */
    long keptBytes() {
        return keptBytes;
    }

    /** Messages that are to be read back before newer ones may go on. */
    long unread() {
        return disk == null ? 0 : disk.unread();
    }

    boolean isAllDone() {
        return disk != null && disk.isAllDone();
    }

    /** Whether it is worth trying to write; opens the folder when that was not possible yet. */
    boolean isUsable(long nowNs) {
        if (failing && nowNs - failedNs < RETRY_NS) {
            return false;
        }
        if (disk == null) {
            open();
        }
        return disk != null;
    }

    private void open() {
        try {
            disk = MessageLog.open(
                    options.folder(), options.bytesMax(), note -> log.warn("the outbox on disk: {}", note));
            ownFirst = disk.nextNumber();
            if (disk.unread() > 0) {
                log.info("the outbox on disk has {} messages of before, which are sent first", disk.unread());
            }
            recovered();
        } catch (IOException e) {
            failed("opened", e);
        }
    }

    private void failed(String what, IOException e) {
        failedNs = System.nanoTime();
        if (!failing) {
            failing = true;
            log.error(
                    "the outbox on disk can not be {}: {}; what can not be sent waits in memory meanwhile, and would be lost"
                            + " with the process",
                    what,
                    Causes.words(e));
        }
    }

    private void recovered() {
        if (failing) {
            failing = false;
            log.info("the outbox on disk works again");
        }
    }

    /** The next {@link #isUsable} tries the disk, however short ago it failed. */
    void retryNow() {
        failedNs = System.nanoTime() - RETRY_NS;
    }

    /**
     * Writes a batch, and gives the messages in it their numbers.
     *
     * @param messages the oldest first
     * @return how many of them were written: 0 when not even the first has room; -1 when the disk fails
     */
    int write(Iterable<OutboundMessage> messages) {
        int count = 0;
        try {
            long nowUtcMs = utcMs();
            for (OutboundMessage message : messages) {
                if (disk.isBatchFull()) {
                    break;
                }
                ByteBuf body = codec.encode(message);
                try {
                    if (!makeRoom(body.readableBytes())) {
                        break;
                    }
                    message.number = disk.append(body, nowUtcMs);
                } finally {
                    body.release();
                }
                count++;
            }
            disk.commit();
            if (unforcedNs == 0) {
                unforcedNs = System.nanoTime();
            }
            if (options.sync().isZero()) {
                force();
            }
            if (count > 0) {
                recovered();
            }
            return count;
        } catch (IOException e) {
            disk.rollback();
            failed("written", e);
            return -1;
        }
    }

    private boolean makeRoom(int bytes) throws IOException {
        while (!disk.fits(bytes)) {
            long evicted = options.whenFull() == OutboxOptions.WhenFull.DROP_OLDEST ? disk.evictOldest() : 0;
            if (evicted == 0) {
                return false;
            }
            refuseUnread(evicted, Refusal.EVICTED);
        }
        return true;
    }

    private static long utcMs() {
        return Clock.SYSTEM.utcUs() / 1_000;
    }

    /** What was written last goes on from memory, as all before it did: it is not read back. */
    void passBy() {
        disk.readToEnd();
    }

    /** A message of the last batch is left to the disk. */
    void leave(PublishCallback callback) {
        callbacks.add(callback);
    }

    /**
     * Reads the oldest unread message back; those that have grown too old or are damaged are given up.
     *
     * @return null when there is none, or the disk fails
     */
    OutboundMessage read() {
        while (disk != null && disk.unread() > 0) {
            try {
                long number = disk.read(room);
                OutboundMessage message = decoded(number, number < ownFirst ? PublishCallback.NONE : callbacks.poll());
                if (message != null) {
                    return message;
                }
            } catch (DamagedException e) {
                long lost = disk.skipFile();
                log.error(
                        "the outbox on disk: {}; it and {} after it in the same file are lost",
                        e.getMessage(),
                        lost - 1);
                refuseUnread(lost, Refusal.DAMAGED);
            } catch (IOException e) {
                failed("read", e);
                return null;
            } finally {
                room.release();
            }
        }
        return null;
    }

    private OutboundMessage decoded(long number, PublishCallback callback) {
        long ageMs = utcMs() - disk.readUtcMs();
        Refusal refusal = Refusal.EXPIRED;
        if (ageMs <= options.ageMax().toMillis()) {
            try {
                OutboundMessage message = codec.decode(room.body(), callback);
                message.number = number;
                message.waited(ageMs);
                return message;
            } catch (RuntimeException e) {
                log.error("the outbox on disk: message {} can not be read: {}", number, e.toString());
                refusal = Refusal.DAMAGED;
            }
        }
        disk.done(number);
        refuser.refuse(callback, refusal);
        return null;
    }

    /** The oldest {@code count} unread messages were given up. */
    private void refuseUnread(long count, Refusal cause) {
        // Those of earlier processes, which have no callback, are the oldest.
        long earlier = Math.min(count, disk.unread() + count - callbacks.size());
        for (long i = 0; i < count; i++) {
            refuser.refuse(i < earlier ? PublishCallback.NONE : callbacks.poll(), cause);
        }
    }

    /** A message that was written needs to be kept no longer. */
    void done(long number) {
        if (disk != null) {
            disk.done(number);
        }
    }

    /** What is due now and then: writing down what is done, giving up what is old, forcing what was written. */
    void upkeep(long nowNs) {
        // Also while the disk fails: deleting what is done may be what it needs.
        if (disk == null || failing && nowNs - savedNs < UPKEEP_FAILING_NS) {
            return;
        }
        try {
            if (nowNs - savedNs >= SAVE_NS) {
                savedNs = nowNs;
                disk.saveDone();
                keptMessages = disk.kept();
                keptBytes = disk.bytes();
            }
            if (nowNs - expiredNs >= EXPIRE_NS) {
                expiredNs = nowNs;
                long oldestUtcMs = utcMs() - options.ageMax().toMillis();
                refuseUnread(disk.expire(oldestUtcMs), Refusal.EXPIRED);
            }
            if (unforcedNs != 0 && nowNs - unforcedNs >= options.sync().toNanos()) {
                force();
            }
        } catch (IOException e) {
            if (!failing) {
                failed("written", e);
            }
        }
    }

    private void force() throws IOException {
        if (!disk.isAllDone()) { // of what is done nothing needs to reach the disk
            disk.force();
        }
        unforcedNs = 0;
    }

    /** What is not done stays for the next process. */
    void close() {
        if (disk == null) {
            return;
        }
        try {
            long kept = disk.kept();
            disk.close();
            if (kept > 0) {
                log.info("{} messages stay in the outbox on disk, for the next start", kept);
            }
        } catch (IOException e) {
            log.error("the outbox on disk could not be closed: {}", Causes.words(e));
        }
    }
}
