package dev.vigil.app.reload;

import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP: the daemon reads its file again, on a thread of its own. However many signals come, at most one reading waits behind the
 * one that is on: it sees all that was written before. A daemon whose terminal is closed gets the same signal, and ends.
 */
public final class Hangup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Hangup.class);

    private static final String TERMINAL = "/dev/tty";

    private final FaultLog faults = new FaultLog(LOG, Clock.SYSTEM);
    private final Semaphore asked = new Semaphore(0);
    /** Whether there is a terminal that may be closed; a service has none. */
    private final boolean ofTerminal = hasTerminal();

    private final Object handlerBefore;
    private final Thread thread;

    /** Takes the signal over. */
    public Hangup(Reloader reloader) {
        this.handlerBefore = handle(asked::release);
        this.thread = new Thread(() -> run(reloader), "reload");
        thread.setDaemon(true);
        thread.start();
    }

    private static boolean hasTerminal() {
        try (InputStream terminal = new FileInputStream(TERMINAL)) {
            return true;
        } catch (IOException e) {
            return false; // ENXIO: there is none, or it was closed
        }
    }

    private void run(Reloader reloader) {
        try {
            while (true) {
                asked.acquire();
                asked.drainPermits();
                if (ofTerminal && !hasTerminal()) {
                    LOG.info("the terminal was closed");
                    handle(handlerBefore);
                    raise();
                    return;
                }
                reload(reloader);
            }
        } catch (InterruptedException e) {
            LOG.debug("closed", e);
        }
    }

    private void reload(Reloader reloader) {
        try {
            reloader.reload();
        } catch (RuntimeException | Error e) {
            faults.error("the configuration was not read again", e);
        }
    }

    /**
     * Reads the file no more; a reading that is on comes to its end by itself. The signal is not given back: one that comes now would
     * end the process before it has closed in order.
     */
    @Override
    public void close() {
        thread.interrupt();
    }

    private static Object handle(Runnable onSignal) {
        try {
            Class<?> type = Class.forName("sun.misc.SignalHandler");
            return handle(Proxy.newProxyInstance(
                    Hangup.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            onSignal.run();
                        }
                        return null;
                    }));
        } catch (ClassNotFoundException e) {
            LOG.warn("this Java tells nothing of signals: SIGHUP does not reload", e);
            return null;
        }
    }

    /** As if it came again, now that nobody here takes it: the process ends as by any other signal. */
    private static void raise() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            signal.getMethod("raise", signal)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"));
        } catch (ReflectiveOperationException e) {
            LOG.error("a daemon without its terminal can not end", e);
        }
    }

    /**
     * Sets the handler and returns the one before. Java's only way to signals has no supported name, and the compiler lets none
     * of its warnings about that pass; so it is called by name.
     */
    private static Object handle(Object handler) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> type = Class.forName("sun.misc.SignalHandler");
            Object hup = signal.getConstructor(String.class).newInstance("HUP");
            return signal.getMethod("handle", signal, type).invoke(null, hup, handler);
        } catch (InvocationTargetException e) {
            // Such as -Xrs, with which the user has kept signals for somebody else.
            LOG.warn(
                    "SIGHUP can not be taken, so that it does not reload: {}",
                    e.getCause().getMessage());
            return null;
        } catch (ReflectiveOperationException e) {
            LOG.warn("this Java tells nothing of signals: SIGHUP does not reload", e);
            return null;
        }
    }
}
