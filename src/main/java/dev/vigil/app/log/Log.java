package dev.vigil.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.vigil.base.Clock;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The log of a logger context: where it goes, what it shows, and how. Threadsafe. */
public final class Log {
    private static final String OURS = "dev.vigil";
    private static final String FFMPEG = "ffmpeg";

    /** Libraries whose news are not the user's. */
    private static final List<String> QUIET =
            List.of("io.netty", "com.hivemq", "com.codahale", "org.eclipse.jetty", "jetbrains");

    private final LoggerContext context;
    private final LogQueue queue;
    /** Loggers that a level was given to. */
    private Map<String, Level> given = Map.of();

    private Log(LoggerContext context, LogQueue queue) {
        this.context = context;
        this.queue = queue;
    }

    /**
     * Opens it in place of what was there before, which is written out.
     *
     * @param journal whether lines begin with their priority and have no time, because systemd's journal reads them
     */
    public static Log open(LoggerContext context, OutputStream to, boolean journal) {
        context.reset();
        LogQueue queue = new LogQueue(to, LineFormat.TEXT, journal, Clock.SYSTEM);
        queue.setContext(context);
        queue.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(queue);
        return new Log(context, queue);
    }

    /**
     * Says what is shown from here on.
     *
     * @param levels of parts, by the names of the configuration: a package of ours, {@code ffmpeg}, or a logger's whole name
     */
    public synchronized void show(Level level, Map<String, Level> levels, boolean json) {
        Map<String, Level> next = new HashMap<>();
        QUIET.forEach(library -> next.put(library, level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN));
        next.put(FFMPEG, ffmpeg(level));
        levels.forEach((part, of) -> next.put(logger(part), of));
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(level);
        given.keySet().stream().filter(before -> !next.containsKey(before)).forEach(before -> context.getLogger(before)
                .setLevel(null));
        next.forEach((name, of) -> context.getLogger(name).setLevel(of));
        given = next;
        FfmpegLines.install(context.getLogger(FFMPEG));
        queue.format(json ? LineFormat.JSON : LineFormat.TEXT);
    }

    private static String logger(String part) {
        return part.equals(FFMPEG) || part.indexOf('.') >= 0 ? part : OURS + "." + part;
    }

    /** What matters of FFmpeg's lines we tell ourselves; they are for whoever looks closer. */
    private static Level ffmpeg(Level level) {
        return level == Level.TRACE ? Level.TRACE : level == Level.DEBUG ? Level.WARN : Level.ERROR;
    }

    /** Waits until what was logged before is written; false when that takes longer. */
    public boolean flush(Duration timeout) {
        return queue.flush(timeout);
    }
}
