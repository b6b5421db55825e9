package dev.vigil.mqtt;

import dev.vigil.base.FullHeap;
import java.util.ArrayDeque;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Puts messages of QoS 1 and 2 on disk before they are sent, and lets so many at once go on to the network as fit into memory.
 * It has a thread of its own, because a disk may take its time.
 *
 * <pre>
 *  offer ──► inbox ──► memory ──► disk ────────────► exit (the network)
 *                        │         └─ read back ─►    │
 *                        └─ while the disk fails ─►   │
 *                                  done ◄─────────────┘ acknowledged, or refused for good
 * </pre>
 *
 * While all is well nothing is read back: what was written goes on from memory. {@link #offer}, {@link #done} and what asks are
 * for any thread; the rest belongs to the spool's own.
 */
final class Spool {
    /** Number of a message that is on no disk. */
    static final long NOT_STORED = -1;

    private static final long PARK_BUSY_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long PARK_IDLE_NS = TimeUnit.SECONDS.toNanos(1);
    /** Payloads that may be on their way to the network at once. */
    private static final long WINDOW_BYTES = 32 << 20;
    /** Messages taken from the inbox at once. */
    private static final int TAKE = 256;

    /** Where messages go on to, from the spool's thread. */
    interface Exit extends DiskOutbox.Refuser {
        void enter(OutboundMessage message);

        /** A message lies on disk now. */
        void stored(PublishCallback callback);
    }

    private final OutboxOptions options;
    private final int windowMax;
    private final Exit exit;
    private final Thread thread;

    // For any thread.
    private final ArrayBlockingQueue<OutboundMessage> inbox;
    private final DoneQueue done = new DoneQueue();
    private final AtomicInteger windowMessages = new AtomicInteger();
    private final AtomicLong windowBytes = new AtomicLong();
    /** Messages that were offered and have neither gone on nor been left to the disk. */
    private final AtomicInteger inMemory = new AtomicInteger();

    private volatile boolean closing;
    private volatile boolean ended;
    private volatile boolean parked;
    /** Something waits for room in the window. */
    private volatile boolean wantsRoom;

    private volatile long unread;
    /** When the thread began with what it is at; 0 while it waits for work. */
    private volatile long turnSinceNs;

    // The thread's own.
    private final DiskOutbox disk;
    private final ArrayDeque<OutboundMessage> memory = new ArrayDeque<>();

    /**
     * @param windowMax messages that may be on their way to the network at once, and that may wait in memory while the disk
     *     fails
     */
    Spool(OutboxOptions options, int windowMax, Exit exit) {
        this.options = options;
        this.windowMax = windowMax;
        this.exit = exit;
        this.disk = new DiskOutbox(options, exit);
        this.inbox = new ArrayBlockingQueue<>(windowMax);
        this.thread = new Thread(this::run, "mqtt-outbox");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Takes a message; false when too many wait already for the disk. */
    boolean offer(OutboundMessage message) {
        inMemory.incrementAndGet();
        // Whoever offers while the thread ends takes its message back, unless somebody has refused it already.
        if (!inbox.offer(message) || ended && inbox.remove(message)) {
            inMemory.decrementAndGet();
            return false;
        }
        if (parked) {
            LockSupport.unpark(thread);
        }
        return true;
    }

    /**
     * A message that went on is over.
     *
     * @param number as the message has it
     */
    void done(long number, int payloadBytes) {
        windowBytes.addAndGet(-payloadBytes);
        int left = windowMessages.decrementAndGet();
        boolean many = number != NOT_STORED && done.add(number);
        if (parked && (many || wantsRoom && left <= windowMax / 2)) {
            LockSupport.unpark(thread);
        }
    }

    /** Whether every message has gone on. */
    boolean isEmpty() {
        return inMemory.get() == 0 && unread == 0;
    }

    /** For how long the disk has been waited for; 0 while nothing is to be done. */
    long silentNs(long nowNs) {
        long since = turnSinceNs;
        return since == 0 ? 0 : nowNs - since;
    }

    /** Messages on disk that are not done. */
    long keptMessages() {
        return disk.keptMessages();
    }

    /** What the files take on the disk. */
    long keptBytes() {
        return disk.keptBytes();
    }

    /**
     * Writes what is still in memory, and ends. What is not done stays on disk for the next process.
     *
     * @return false when the disk did not answer in time
     */
    boolean close(long timeoutMs) throws InterruptedException {
        closing = true;
        if (thread.getState() != Thread.State.NEW) {
            LockSupport.unpark(thread);
            thread.join(timeoutMs);
        }
        ended = true;
        for (OutboundMessage late; (late = inbox.poll()) != null; ) {
            refuse(late, Refusal.CLOSED);
        }
        return !thread.isAlive();
    }

    private void run() {
        while (!closing) {
            if (!FullHeap.hasRoom()) {
                LockSupport.parkNanos(this, PARK_BUSY_NS);
                continue;
            }
            turnSinceNs = System.nanoTime();
            boolean worked = settle();
            worked |= takeNew();
            store();
            worked |= load();
            disk.upkeep(System.nanoTime());
            unread = disk.unread();
            if (!worked) {
                park();
            }
        }
        disk.retryNow();
        do {
            store();
        } while (takeNew());
        while (!memory.isEmpty()) {
            refuse(memory.poll(), Refusal.CLOSED);
        }
        settle();
        disk.close();
    }

    private void park() {
        turnSinceNs = 0;
        wantsRoom = unread > 0 || !memory.isEmpty();
        parked = true;
        if (inbox.isEmpty() && !closing) {
            boolean idle = disk.isAllDone() && memory.isEmpty() && done.isEmpty();
            LockSupport.parkNanos(this, idle ? PARK_IDLE_NS : PARK_BUSY_NS);
        }
        parked = false;
        wantsRoom = false;
    }

    private boolean takeNew() {
        int taken = 0;
        for (OutboundMessage message; taken < TAKE && (message = inbox.poll()) != null; taken++) {
            memory.add(message);
        }
        return taken > 0;
    }

    /** Tells the disk what the network is done with. */
    private boolean settle() {
        return done.drain(disk::done);
    }

    /** Writes what is in memory, as far as the disk and its bound let it. */
    private void store() {
        boolean usable = disk.isUsable(System.nanoTime());
        while (!memory.isEmpty() && usable) {
            boolean upToDate = disk.unread() == 0;
            int written = disk.write(memory);
            if (written < 0) {
                usable = false;
                continue;
            }
            if (written == 0) {
                refuse(memory.poll(), Refusal.OUTBOX_FULL);
                continue;
            }
            boolean direct = upToDate && windowMessages.get() + written <= windowMax && hasRoom();
            if (direct) {
                disk.passBy();
            }
            for (int i = 0; i < written; i++) {
                goOn(memory.poll(), direct);
            }
        }
        if (!memory.isEmpty()) {
            passByDisk();
        }
    }

    /** A message is on disk: it goes on to the network, or is read back when there is room. */
    private void goOn(OutboundMessage message, boolean direct) {
        PublishCallback callback = message.callback;
        exit.stored(callback);
        if (direct) {
            enter(message);
        } else {
            disk.leave(callback);
            message.payload.release();
            message.recycle();
            inMemory.decrementAndGet();
        }
    }

    private void enter(OutboundMessage message) {
        message.from(this);
        windowMessages.incrementAndGet();
        windowBytes.addAndGet(message.payload.readableBytes());
        exit.enter(message);
        inMemory.decrementAndGet();
    }

    /** The disk fails: what is on it goes first, then what is in memory, of which only so much is kept. */
    private void passByDisk() {
        while (!memory.isEmpty() && disk.unread() == 0 && hasRoom()) {
            OutboundMessage message = memory.poll();
            message.number = NOT_STORED;
            enter(message);
        }
        while (memory.size() > windowMax) {
            boolean oldest = options.whenFull() == OutboxOptions.WhenFull.DROP_OLDEST;
            refuse(oldest ? memory.poll() : memory.pollLast(), Refusal.QUEUE_FULL);
        }
    }

    private boolean hasRoom() {
        return windowMessages.get() < windowMax && windowBytes.get() < WINDOW_BYTES;
    }

    /** Reads back as much as there is room for. */
    private boolean load() {
        boolean loaded = false;
        while (hasRoom() && !closing) {
            OutboundMessage message = disk.read();
            if (message == null) {
                break;
            }
            inMemory.incrementAndGet();
            enter(message);
            loaded = true;
        }
        return loaded;
    }

    private void refuse(OutboundMessage message, Refusal cause) {
        PublishCallback callback = message.callback;
        message.payload.release();
        message.recycle();
        inMemory.decrementAndGet();
        exit.refuse(callback, cause);
    }
}
