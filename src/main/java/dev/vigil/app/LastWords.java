package dev.vigil.app;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a thread that ends by what it has thrown: it is logged, in a line. When that was for want of memory the process
 * ends with it, since others will have failed too, unseen, and half a daemon is worse than one that is started again.
 */
final class LastWords implements Thread.UncaughtExceptionHandler {
    /** As Java itself does with {@code -XX:+ExitOnOutOfMemoryError}. */
    static final int EXIT_OUT_OF_MEMORY = 3;

    private static final Logger LOG = LoggerFactory.getLogger(LastWords.class);

    @Override
    public void uncaughtException(Thread thread, Throwable thrown) {
        if (!(thrown instanceof OutOfMemoryError)) {
            LOG.error("the thread {} has ended", thread.getName(), thrown);
            return;
        }
        try {
            LOG.error("no memory is left for the thread {}: the process ends", thread.getName(), thrown);
            Logging.flush();
        } finally {
            Runtime.getRuntime().halt(EXIT_OUT_OF_MEMORY);
        }
    }
}
