package dev.vigil.base.trace;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Events of all threads, four words each, in memory that was taken when it began: a thread claims a place by counting, and
 * fills it. Nothing is allocated and nobody waits; when all places are taken, further events are counted as lost.
 *
 * <p>Threadsafe for writing. It is read when it has ended; an event that is not whole then is passed by.
 */
public final class Recording {
    /** What an event is. */
    public enum Kind {
        /** No event, or one that is not whole yet. */
        NONE,
        /** A step of a frame: {@code name} is the step's ordinal, {@code who} the camera, {@code value} the frame's number. */
        STEP,
        /** Work of a thread, with a number that belongs to it. */
        SLICE,
        /** Something that has happened, with a number that belongs to it. */
        INSTANT,
        /** A frame that was dropped: {@code name} is the cause's ordinal, {@code who} the camera. */
        DROP,
        /** How far the thread's stage of a ring has come: {@code value} is the sequence. */
        SEQUENCE,
        /** A {@code value} from here on. */
        COUNTER;

        private static final Kind[] ALL = values();
    }

    /** Sees events. */
    public interface Reader {
        /**
         * @param thread the id of the thread that told it
         * @param name see {@link Tracing#name(int)}, but for kinds that say otherwise
         * @param who the name of whom it is about; {@link Tracing#NAMELESS} for nobody
         * @param startNs on the monotonic clock
         * @param durationNs 0 for what has none
         */
        void event(Kind kind, long thread, int name, int who, long startNs, long durationNs, long value);
    }

    private static final VarHandle WORD = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final int EVENT_BYTES = 4 * Long.BYTES;
    private static final int THREADS = 1 << 10;
    /** Threads are told apart by that many bits of their ids. */
    private static final int THREAD_BITS = 28;

    private static final long THREAD_MASK = (1L << THREAD_BITS) - 1;

    private final long startNs = System.nanoTime();
    private final int eventsMax;
    private final ByteBuffer words;
    private final AtomicLong claimed = new AtomicLong();
    /** Those that have told something, from the place on that their id says. */
    private final AtomicReferenceArray<Thread> threads = new AtomicReferenceArray<>(THREADS);

    Recording(int eventsMax) {
        this.eventsMax = eventsMax;
        this.words = ByteBuffer.allocateDirect(Math.multiplyExact(eventsMax, EVENT_BYTES));
    }

    /** When it began, on the monotonic clock. */
    public long startNs() {
        return startNs;
    }

    /** A step of a frame, from one moment to another. */
    public void step(int camera, long number, int step, long beganNs, long endedNs) {
        write(Kind.STEP, step, camera, beganNs, endedNs - beganNs, number);
    }

    /** Work of this thread that ends now. */
    public void slice(int name, int who, long beganNs, long value) {
        write(Kind.SLICE, name, who, beganNs, System.nanoTime() - beganNs, value);
    }

    public void instant(int name, int who, long value) {
        write(Kind.INSTANT, name, who, System.nanoTime(), 0, value);
    }

    /** A frame was dropped. */
    public void drop(int cause, int camera) {
        write(Kind.DROP, cause, camera, System.nanoTime(), 0, 0);
    }

    /** This thread's stage of a ring has come so far. */
    public void sequence(long sequence) {
        write(Kind.SEQUENCE, Tracing.NAMELESS, Tracing.NAMELESS, System.nanoTime(), 0, sequence);
    }

    public void counter(int name, long value) {
        write(Kind.COUNTER, name, Tracing.NAMELESS, System.nanoTime(), 0, value);
    }

    private void write(Kind kind, int name, int who, long atNs, long durationNs, long value) {
        long place = claimed.getAndIncrement();
        if (place >= eventsMax) {
            return;
        }
        Thread thread = Thread.currentThread();
        long id = thread.getId() & THREAD_MASK;
        if (threads.get((int) id & (THREADS - 1)) != thread) {
            remember(thread, (int) id & (THREADS - 1));
        }
        int at = (int) place * EVENT_BYTES;
        WORD.set(words, at + 8, atNs);
        WORD.set(words, at + 16, durationNs);
        WORD.set(words, at + 24, value);
        long head = (long) kind.ordinal() << 60 | id << 32 | (long) (name & 0xFFFF) << 16 | who & 0xFFFF;
        WORD.setRelease(words, at, head);
    }

    private void remember(Thread thread, int from) {
        for (int i = 0; i < THREADS; i++) {
            int at = (from + i) & (THREADS - 1);
            Thread there = threads.get(at);
            if (there == thread || there == null && threads.compareAndSet(at, null, thread)) {
                return;
            }
        }
    }

    /** The name of a thread that has told something. */
    public String threadName(long thread) {
        for (int i = 0; i < THREADS; i++) {
            Thread there = threads.get(i);
            if (there != null && (there.getId() & THREAD_MASK) == thread) {
                return there.getName();
            }
        }
        return "thread " + thread;
    }

    /** Events that found a place. */
    public int events() {
        return (int) Math.min(eventsMax, claimed.get());
    }

    /** Events that came when all places were taken. */
    public long lost() {
        return Math.max(0, claimed.get() - eventsMax);
    }

    /** Begin of an event that {@link #read} hands on, in nanoseconds; of one that is not whole something. */
    public long startNs(int event) {
        return (long) WORD.get(words, event * EVENT_BYTES + 8);
    }

    /** How long an event took. */
    public long durationNs(int event) {
        return (long) WORD.get(words, event * EVENT_BYTES + 16);
    }

    /** Hands on one event, if it is whole: 0 is the first that was claimed. */
    public void read(int event, Reader reader) {
        int at = event * EVENT_BYTES;
        long head = (long) WORD.getAcquire(words, at);
        Kind kind = Kind.ALL[(int) (head >>> 60)];
        if (kind != Kind.NONE) {
            reader.event(
                    kind,
                    head >>> 32 & THREAD_MASK,
                    (int) (head >>> 16) & 0xFFFF,
                    (int) head & 0xFFFF,
                    startNs(event),
                    durationNs(event),
                    (long) WORD.get(words, at + 24));
        }
    }
}
