package dev.vigil.app;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a thread that ends by what it has thrown, and has no handler of its own ({@link dev.vigil.base.FullHeap#WATCHED}): it
 * is logged, in a line. When that was for want of memory the process ends with it, since nobody has another in its place, and half a
 * daemon is worse than one that is started again.
 */
final class LastWords implements Thread.UncaughtExceptionHandler {
    /** For when there is no memory for a line of the log; the name of the thread comes behind it. */
    private static final byte[] SHORT = (System.lineSeparator()
                    + "no memory is left, and the process ends, for the thread ")
            .getBytes(StandardCharsets.US_ASCII);

    private static final FileOutputStream ERROR = new FileOutputStream(FileDescriptor.err);

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
        } catch (OutOfMemoryError full) {
            tellWithoutLog(thread.getName());
        } finally {
            Runtime.getRuntime().halt(EXIT_OUT_OF_MEMORY);
        }
    }

    private static void tellWithoutLog(String name) {
        try {
            ERROR.write(SHORT);
            for (int i = 0; i < name.length(); i++) {
                ERROR.write(name.charAt(i));
            }
            ERROR.write('\n');
        } catch (IOException nobodyReads) {
            Thread.onSpinWait(); // the exit code says it too
        }
    }
}
