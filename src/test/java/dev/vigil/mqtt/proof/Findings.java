package dev.vigil.mqtt.proof;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.LoggerFactory;

/**
 * What must not happen while bytes are fed: whatever any thread or any library complains of anywhere. The first is kept, with
 * what was being fed. Threadsafe.
 */
final class Findings {
    private final AtomicReference<String> first = new AtomicReference<>();
    /** By thread. */
    private final Map<String, Object> feeding = new ConcurrentHashMap<>();

    /** From now on complaints of the whole process are findings: uncaught exceptions, Netty's warnings, leaks among them, and errors. */
    void listen() {
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, error) -> found("uncaught in thread " + thread.getName(), error));
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                boolean netty = event.getLoggerName().startsWith("io.netty");
                if (event.getLevel().isGreaterOrEqual(netty ? Level.WARN : Level.ERROR)) {
                    Throwable error =
                            event.getThrowableProxy() instanceof ThrowableProxy proxy ? proxy.getThrowable() : null;
                    found("logged by " + event.getLoggerName() + ": " + event.getFormattedMessage(), error);
                }
            }
        };
        appender.start();
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).addAppender(appender);
    }

    void feeding(Object what) {
        feeding.put(Thread.currentThread().getName(), what);
    }

    /** What this thread feeds. */
    Object fed() {
        return feeding.getOrDefault(Thread.currentThread().getName(), "nothing yet");
    }

    /** @param error null when there is none */
    void found(String what, Throwable error) {
        var text = new StringWriter();
        text.append(what)
                .append("\nwhile fed with ")
                .append(String.valueOf(feeding))
                .append('\n');
        if (error != null) {
            error.printStackTrace(new PrintWriter(text, true));
        }
        first.compareAndSet(null, text.toString());
    }

    boolean any() {
        return first.get() != null;
    }

    /** The first one, for people; null when there is none. */
    String first() {
        return first.get();
    }
}
