package dev.vigil.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.CoreConstants;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * The log: a line an event on standard error. Under systemd each line begins with its priority ({@code <3>}) and has no time,
 * because the journal has its own; elsewhere it has. Set up in code, because looking for a configuration file and reading it
 * costs a tenth of a second at each start.
 */
public final class Logging {
    /** Libraries whose news are not the user's. */
    private static final String[] QUIET = {"io.netty", "com.hivemq", "com.codahale", "org.eclipse.jetty", "jetbrains"};

    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("yyyy-MM-dd'T'HH:mm:ss.SSS")
            .appendOffsetId()
            .toFormatter();

    private Logging() {}

    /** @return from {@code VIGIL_LOG}; INFO if it is not set, empty if it is no level */
    public static Optional<Level> levelOf(Map<String, String> environment) {
        return switch (environment.getOrDefault("VIGIL_LOG", "").strip().toLowerCase(Locale.ROOT)) {
            case "error" -> Optional.of(Level.ERROR);
            case "warn" -> Optional.of(Level.WARN);
            case "", "info" -> Optional.of(Level.INFO);
            case "debug" -> Optional.of(Level.DEBUG);
            case "trace" -> Optional.of(Level.TRACE);
            default -> Optional.empty();
        };
    }

    /**
     * Sets up the log of the process; what was set up before is replaced.
     *
     * @param verbose DEBUG, whatever {@code VIGIL_LOG} says
     * @param quiet WARN, whatever {@code VIGIL_LOG} says; loses against {@code verbose}
     */
    public static void setUp(boolean verbose, boolean quiet) {
        Map<String, String> environment = System.getenv();
        Optional<Level> configured = levelOf(environment);
        Level level = verbose ? Level.DEBUG : quiet ? Level.WARN : configured.orElse(Level.INFO);
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        setUp(context, level, environment.containsKey("JOURNAL_STREAM"), System.err);
        if (configured.isEmpty()) {
            LoggerFactory.getLogger(Logging.class)
                    .warn("VIGIL_LOG is no level: error, warn, info, debug or trace is allowed");
        }
    }

    /** Lets nothing of a class through, until the answer is run: for what is told elsewhere. */
    static Runnable hush(Class<?> talker) {
        Logger logger = ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(talker);
        Level before = logger.getLevel();
        logger.setLevel(Level.OFF);
        return () -> logger.setLevel(before);
    }

    static void setUp(LoggerContext context, Level level, boolean journal, OutputStream to) {
        context.reset();
        LineLayout layout = new LineLayout(journal);
        layout.setContext(context);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(layout);
        encoder.start();
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setEncoder(encoder);
        appender.setOutputStream(to);
        appender.start();
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(level);
        root.addAppender(appender);
        for (String library : QUIET) {
            context.getLogger(library).setLevel(level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
        }
    }

    /**
     * One line an event. What an exception and its causes say is put behind the message, with the place where the first of
     * them came from: one frame, or several for an ERROR, which nobody expected.
     */
    private static final class LineLayout extends LayoutBase<ILoggingEvent> {
        private final boolean journal;

        LineLayout(boolean journal) {
            this.journal = journal;
        }

        @Override
        public String doLayout(ILoggingEvent event) {
            StringBuilder line = new StringBuilder(160);
            if (journal) {
                line.append('<').append(priority(event.getLevel())).append('>');
            } else {
                TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()).atZone(ZoneId.systemDefault()), line);
                line.append(' ').append(String.format("%-5s", event.getLevel())).append(' ');
            }
            String logger = event.getLoggerName();
            line.append(logger.substring(logger.lastIndexOf('.') + 1)).append(": ");
            line.append(event.getFormattedMessage());
            if (event.getThrowableProxy() != null) {
                appendCauses(line, event.getThrowableProxy(), event.getLevel() == Level.ERROR ? 8 : 1);
            }
            escapeBreaks(line);
            return line.append(CoreConstants.LINE_SEPARATOR).toString();
        }

        private static void appendCauses(StringBuilder line, IThrowableProxy thrown, int framesMax) {
            IThrowableProxy last = thrown;
            for (IThrowableProxy cause = thrown; cause != null; cause = cause.getCause()) {
                String name = cause.getClassName();
                line.append(" <- ").append(name.substring(name.lastIndexOf('.') + 1));
                if (cause.getMessage() != null) {
                    line.append(": ").append(cause.getMessage());
                }
                last = cause;
            }
            StackTraceElementProxy[] frames = last.getStackTraceElementProxyArray();
            for (int i = 0; i < Math.min(framesMax, frames.length); i++) {
                line.append(i == 0 ? " at " : ", ").append(frames[i].getStackTraceElement());
            }
        }

        /** A line break in a camera's answer must not look like a line of the log, nor may it move the terminal's cursor. */
        private static void escapeBreaks(StringBuilder line) {
            for (int i = 0; i < line.length(); i++) {
                char c = line.charAt(i);
                if (Character.isISOControl(c)) {
                    line.replace(i, i + 1, c == '\n' ? "\\n" : c == '\t' ? " " : String.format("\\u%04x", (int) c));
                }
            }
        }

        /** Priorities of syslog (RFC 5424), as sd-daemon(3) reads them. */
        private static int priority(Level level) {
            return switch (level.toInt()) {
                case Level.ERROR_INT -> 3;
                case Level.WARN_INT -> 4;
                case Level.INFO_INT -> 6;
                default -> 7;
            };
        }
    }
}
