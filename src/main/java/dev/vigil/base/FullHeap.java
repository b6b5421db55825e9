package dev.vigil.base;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a want of memory that Java could not meet. Whoever wanted it gives up what it was at, closes the account of that, and
 * goes on; where an account can not be closed any more, the process ends. Little of it takes memory, which the next one would want in
 * vain too. Threadsafe.
 */
public final class FullHeap {
    /** Of a thread that somebody watches over, and has another in its place when it has ended. */
    public static final UncaughtExceptionHandler WATCHED = FullHeap::ended;

    private static final Logger LOG = LoggerFactory.getLogger(FullHeap.class);
    private static final AtomicLong UNMET = new AtomicLong();
    /** What one message takes on its way, many times over. */
    private static final int ROOM_BYTES = 64 << 10;

    /** What was not collected yet counts as taken. */
    private static final long LITTLE_BYTES = 2 << 20;

    private static final long SHORTAGE_NS = TimeUnit.SECONDS.toNanos(10);

    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(20);

    /** When a want was not met last; 0 before the first. */
    private static volatile long unmetNs;
    /** Where what is tried goes, or it would not be tried. */
    private static volatile Object tried;

    private FullHeap() {}

    /** Counts a want that was not met, of a thread that goes on: it is told when there is memory for that. */
    public static void unmet() {
        UNMET.incrementAndGet();
        unmetNs = System.nanoTime();
    }

    /**
     * Whether there is room to begin with something that must not be left off half-way. It is tried where little is left, and for ten
     * seconds after a want that was not met; else this costs next to nothing.
     */
    public static boolean hasRoom() {
        if (!isShort()) {
            return true;
        }
        try {
            tried = new byte[ROOM_BYTES];
            tried = null;
            return true;
        } catch (OutOfMemoryError full) {
            unmet();
            return false;
        }
    }

    /** How many wants were not met since the process began. */
    public static long count() {
        return UNMET.get();
    }

    private static boolean isShort() {
        long since = unmetNs;
        if (since != 0 && System.nanoTime() - since < SHORTAGE_NS) {
            return true;
        }
        Runtime heap = Runtime.getRuntime();
        return heap.maxMemory() - heap.totalMemory() + heap.freeMemory() < LITTLE_BYTES;
    }

    /** Does something again and again until it is to end, and goes on when there is no memory for it, wherever that was missing. */
    public static void repeat(Runnable turn, BooleanSupplier isOver) {
        while (!isOver.getAsBoolean()) {
            try {
                turn.run();
            } catch (OutOfMemoryError full) {
                unmetInTurn();
            }
        }
    }

    /** As {@link #unmet}, of a thread that would try again at once: it waits for a moment, since each try costs a whole collection. */
    public static void unmetInTurn() {
        unmet();
        LockSupport.parkNanos(PAUSE_NS);
    }

    /** A task after which nobody would know what is in hand if it were left off: see {@link #end}. */
    public static Runnable orEnd(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (OutOfMemoryError unmet) {
                end(unmet);
            }
        };
    }

    /** For a thread that does not know any more what it has in hand: the process's last handler, where there is one, ends that. */
    public static void end(OutOfMemoryError unmet) {
        UncaughtExceptionHandler last = Thread.getDefaultUncaughtExceptionHandler();
        if (last == null) {
            throw unmet;
        }
        last.uncaughtException(Thread.currentThread(), unmet);
    }

    private static void ended(Thread thread, Throwable thrown) {
        try {
            LOG.error("the thread {} has ended", thread.getName(), thrown);
        } catch (OutOfMemoryError full) {
            unmet();
        }
        if (thrown instanceof OutOfMemoryError) {
            unmet();
        }
    }
}
