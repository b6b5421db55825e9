package dev.vigil.config;

import dev.vigil.config.LogConfig.Format;
import dev.vigil.config.LogConfig.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads the section {@code log}. */
final class LogReader {
    private static final String LEVELS = "levels";
    private static final String LEVELS_ALLOWED = "PART=LEVEL, or a list such as [mqtt=debug, source=warn]";
    private static final Pattern LOGGER = Pattern.compile("[\\w$]{1,64}(\\.[\\w$]{1,64}){1,16}");
    private static final Map<String, Level> WORDS = Entries.words(Level.class);

    private LogReader() {}

    static LogConfig log(Section root) {
        Section log = root.section("log");
        Format format = log.optionalChoice("format", Format.class, "what VIGIL_LOG_FORMAT says, else text");
        Level level = log.optionalChoice("level", Level.class, "what VIGIL_LOG says, else info");
        Map<String, Level> levels = new LinkedHashMap<>();
        for (Section.Scalar said : Lists.oneOrMore(log, LEVELS, "word or list", "none", false, LEVELS_ALLOWED)) {
            int at = said.value().indexOf('=');
            String part = at < 0 ? "" : said.value().substring(0, at).strip();
            Level of = at < 0 ? null : WORDS.get(said.value().substring(at + 1).strip());
            if (of == null) {
                log.problem(LEVELS, said.shown() + " is not allowed: " + LEVELS_ALLOWED);
            } else if (!LogConfig.PARTS.contains(part) && !LOGGER.matcher(part).matches()) {
                log.problem(
                        LEVELS,
                        said.shown() + " is of no part: " + String.join(", ", LogConfig.PARTS)
                                + ", or a logger's whole name such as io.netty");
            } else {
                levels.put(part, of);
            }
        }
        log.finish();
        return new LogConfig(format, level, levels);
    }
}
