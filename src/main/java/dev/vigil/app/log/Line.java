package dev.vigil.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.Map;

/**
 * An event as it is told.
 *
 * @param atMs since 1970, UTC
 * @param logger the class that tells it, with its package
 * @param context what it is about: {@code camera}, {@code model}
 * @param causes what was thrown and its causes; empty for none
 * @param at where the first of them came from; empty for none
 */
record Line(
        long atMs,
        Level level,
        String logger,
        String thread,
        String message,
        Map<String, String> context,
        String causes,
        String at) {
    private static final int FRAMES_OF_ERROR = 8;
    private static final String OURS = "dev.vigil.";

    static Line of(ILoggingEvent event, String and) {
        Thrown thrown = Thrown.of(event.getThrowableProxy(), event.getLevel() == Level.ERROR ? FRAMES_OF_ERROR : 1);
        return new Line(
                event.getTimeStamp(),
                event.getLevel(),
                event.getLoggerName(),
                event.getThreadName(),
                event.getFormattedMessage() + and,
                event.getMDCPropertyMap(),
                thrown.causes(),
                thrown.at());
    }

    /** The class that tells it. */
    String shortLogger() {
        return logger.substring(logger.lastIndexOf('.') + 1);
    }

    /** The part of the program, as the configuration names it: our package below dev.vigil, or the library's own name. */
    String part() {
        if (!logger.startsWith(OURS)) {
            return logger;
        }
        int end = logger.indexOf('.', OURS.length());
        return end < 0 ? logger.substring(OURS.length()) : logger.substring(OURS.length(), end);
    }
}
