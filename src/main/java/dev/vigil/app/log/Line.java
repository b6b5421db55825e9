package dev.vigil.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    private static final Pattern THREAD_OF_MODEL =
            Pattern.compile("(.+)-(?:ingress|convert|infer-\\d+|post-\\d+|cascade|publish|housekeeping|build)");

    static Line of(ILoggingEvent event, String and) {
        Thrown thrown = Thrown.of(event.getThrowableProxy(), event.getLevel() == Level.ERROR ? FRAMES_OF_ERROR : 1);
        return new Line(
                event.getTimeStamp(),
                event.getLevel(),
                event.getLoggerName(),
                event.getThreadName(),
                event.getFormattedMessage() + and,
                context(event),
                thrown.causes(),
                thrown.at());
    }

    /** What its thread works for: said by itself, or by the name that threads of a model have (docs/architecture.md). */
    private static Map<String, String> context(ILoggingEvent event) {
        Map<String, String> said = event.getMDCPropertyMap();
        Matcher thread = THREAD_OF_MODEL.matcher(event.getThreadName());
        return said.isEmpty() && thread.matches() ? Map.of("model", thread.group(1)) : said;
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
