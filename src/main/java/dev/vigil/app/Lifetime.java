package dev.vigil.app;

import dev.vigil.base.FullHeap;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * How long a command runs: until its time is up, until it says that it is done, or until a signal comes. Whatever the reason,
 * what runs is closed once, in order, before the process ends; a signal's exit code (130, 143) stays what it is.
 */
public final class Lifetime implements AutoCloseable {
    private static final long POLL_MS = 200;

    private final long endNs;
    private final AutoCloseable running;
    private final CountDownLatch signal = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook;
    /** Whether the main thread will see a signal at once; before, it may be busy for long. */
    private volatile boolean awaiting;

    private final Object closing = new Object();
    /** Guarded by closing. */
    private boolean closedAlready;

    /**
     * @param runFor null for no end of its own
     * @param running closed when it ends
     */
    public Lifetime(Duration runFor, AutoCloseable running) {
        this.endNs = runFor == null ? Long.MAX_VALUE : System.nanoTime() + runFor.toNanos();
        this.running = running;
        this.hook = new Thread(this::onSignal, "signal");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void onSignal() {
        signal.countDown();
        if (!awaiting) { // such as while models load
            Thread closer = new Thread(this::close, "closing");
            closer.setDaemon(true);
            closer.start();
        }
        try {
            // Another thread closes; the process must not end before it has.
            closed.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the end; true when it was a signal. */
    public boolean await(BooleanSupplier isDone) throws InterruptedException {
        awaiting = true;
        while (true) {
            try {
                return awaitEnd(isDone);
            } catch (OutOfMemoryError full) { // what else goes on does so without this
                FullHeap.unmetInTurn();
            }
        }
    }

    private boolean awaitEnd(BooleanSupplier isDone) throws InterruptedException {
        while (!isDone.getAsBoolean()) {
            long leftNs = endNs == Long.MAX_VALUE ? Long.MAX_VALUE : endNs - System.nanoTime();
            if (leftNs <= 0) {
                return false;
            }
            if (signal.await(Math.min(POLL_MS, TimeUnit.NANOSECONDS.toMillis(leftNs) + 1), TimeUnit.MILLISECONDS)) {
                return true;
            }
        }
        return false;
    }

    boolean isSignalled() {
        return signal.getCount() == 0;
    }

    private void closeRunning() {
        synchronized (closing) {
            if (!closedAlready) {
                closedAlready = true;
                try {
                    running.close();
                } catch (Exception e) {
                    throw new IllegalStateException("stopping failed", e);
                }
            }
        }
    }

    @Override
    public void close() {
        try {
            closeRunning();
        } finally {
            Logging.flush(); // after a signal, the process ends with the next line
            closed.countDown();
            if (!isSignalled()) {
                try {
                    Runtime.getRuntime().removeShutdownHook(hook);
                } catch (IllegalStateException ending) {
                    // The signal came just now: the hook has nothing left to wait for.
                }
            }
        }
    }
}
