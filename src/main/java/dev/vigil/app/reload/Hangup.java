package dev.vigil.app.reload;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP: the daemon reads its file again, on a thread of its own. However many signals come, at most one reading waits behind the
 * one that is on: it sees all that was written before.
 */
public final class Hangup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Hangup.class);

    private final Semaphore asked = new Semaphore(0);
    private final Object handlerBefore;
    private final Thread thread;

    /** Takes the signal over. */
    public Hangup(Reloader reloader) {
        this.thread = new Thread(() -> run(reloader), "reload");
        thread.setDaemon(true);
        thread.start();
        this.handlerBefore = handle(asked::release);
    }

    private void run(Reloader reloader) {
        try {
            while (true) {
                asked.acquire();
                asked.drainPermits();
                reloader.reload();
            }
        } catch (InterruptedException e) {
            LOG.debug("closed", e);
        }
    }

    /** Gives the signal back; a reading that is on comes to its end by itself. */
    @Override
    public void close() {
        if (handlerBefore != null) {
            handle(handlerBefore);
        }
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
