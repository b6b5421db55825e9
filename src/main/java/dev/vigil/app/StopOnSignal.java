package dev.vigil.app;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ends what the main thread does when a signal comes, and lets it close in order before the process ends; made before all else. */
public final class StopOnSignal implements AutoCloseable {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::signal, "signal");
    private final long closeS;
    /** Guarded by this. */
    private boolean signalled;
    /** Guarded by this; null while there is nothing to stop. */
    private Runnable stop;

    public StopOnSignal() {
        this(10);
    }

    /** @param closeS how long the process waits for the close after a signal, in seconds */
    public StopOnSignal(long closeS) {
        this.closeS = closeS;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** @param newStop called when the signal comes, or at once when it already has; returns at once */
    public synchronized void onSignal(Runnable newStop) {
        stop = newStop;
        if (signalled) {
            stop.run();
        }
    }

    private synchronized boolean isSignalled() {
        return signalled;
    }

    private void signal() {
        synchronized (this) {
            signalled = true;
            if (stop != null) {
                stop.run();
            }
        }
        try {
            closed.await(closeS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
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
