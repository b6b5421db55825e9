package dev.vigil.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import dev.vigil.app.log.Journal;
import dev.vigil.app.log.Log;
import dev.vigil.config.LogConfig;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * The log of the process, on standard error. Set up in code, because looking for a configuration file and reading it costs a tenth
 * of a second at each start. The command line and the environment win over the configuration.
 */
public final class Logging {
    private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(1);

    /** Of this process; null before it is set up. */
    private static Log log;

    private static Level said;
    private static boolean isJsonSaid;

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

    /** @return whether {@code VIGIL_LOG_FORMAT} asks for JSON; empty if it is no format */
    static Optional<Boolean> isJson(Map<String, String> environment) {
        return switch (environment.getOrDefault("VIGIL_LOG_FORMAT", "").strip().toLowerCase(Locale.ROOT)) {
            case "", "text" -> Optional.of(false);
            case "json" -> Optional.of(true);
            default -> Optional.empty();
        };
    }

    /**
     * Sets up the log of the process; what was set up before is replaced.
     *
     * @param verbose DEBUG, whatever {@code VIGIL_LOG} says
     * @param quiet WARN, whatever {@code VIGIL_LOG} says; loses against {@code verbose}
     */
    public static synchronized void setUp(boolean verbose, boolean quiet) {
        Map<String, String> environment = System.getenv();
        Optional<Level> level = levelOf(environment);
        Optional<Boolean> json = isJson(environment);
        said = verbose
                ? Level.DEBUG
                : quiet ? Level.WARN : environment.containsKey("VIGIL_LOG") ? level.orElse(null) : null;
        isJsonSaid = !environment.getOrDefault("VIGIL_LOG_FORMAT", "").isBlank() && json.isPresent();
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        log = Log.open(context, new FileOutputStream(FileDescriptor.err), Journal.reads(environment));
        log.show(said == null ? Level.INFO : said, Map.of(), json.orElse(false));
        if (level.isEmpty()) {
            LoggerFactory.getLogger(Logging.class)
                    .warn("VIGIL_LOG is no level: error, warn, info, debug or trace is allowed");
        }
        if (json.isEmpty()) {
            LoggerFactory.getLogger(Logging.class).warn("VIGIL_LOG_FORMAT is no format: text or json is allowed");
        }
    }

    /** Changes the log into what a configuration says, as far as neither the command line nor the environment says otherwise. */
    public static synchronized void configure(LogConfig config) {
        if (log != null) {
            Level level = said != null ? said : config.level() == null ? Level.INFO : levelOf(config.level());
            Map<String, Level> levels = new HashMap<>();
            config.levels().forEach((part, of) -> levels.put(part, levelOf(of)));
            boolean json =
                    isJsonSaid ? isJson(System.getenv()).orElse(false) : config.format() == LogConfig.Format.JSON;
            log.show(level, levels, json);
        }
    }

    private static Level levelOf(LogConfig.Level level) {
        return Level.valueOf(level.name());
    }

    /** Waits until what was logged is written, for a second at most: nobody may take it. */
    public static void flush() {
        Log now;
        synchronized (Logging.class) {
            now = log;
        }
        if (now != null) {
            now.flush(FLUSH_TIMEOUT);
        }
    }

    /** Lets nothing of a class through, until the answer is run: for what is told elsewhere. */
    static Runnable hush(Class<?> talker) {
        Logger logger = ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(talker);
        Level before = logger.getLevel();
        logger.setLevel(Level.OFF);
        return () -> logger.setLevel(before);
    }
}
