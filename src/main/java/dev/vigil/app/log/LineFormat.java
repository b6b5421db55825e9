package dev.vigil.app.log;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.base.KnownSecrets;
import dev.vigil.base.Masked;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** How an event becomes a line, without its end. No secret that is known, and no login in an address, comes through. Stateless. */
enum LineFormat {
    /** For people. What was thrown stands behind the message. */
    TEXT {
        @Override
        String format(Line line, boolean journal) {
            StringBuilder text = new StringBuilder(160);
            if (!journal) {
                TIME.formatTo(Instant.ofEpochMilli(line.atMs()).atZone(ZoneId.systemDefault()), text);
                text.append(String.format(" %-5s ", line.level()));
            }
            text.append(line.shortLogger()).append(": ").append(line.message());
            text.append(line.causes().isEmpty() ? "" : " <- ").append(line.causes());
            text.append(line.at().isEmpty() ? "" : " at ").append(line.at());
            return bare(text.toString());
        }
    },
    /** For programs; {@code config/schema/log.schema.json} says what the keys mean. */
    JSON {
        @Override
        String format(Line line, boolean journal) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put(
                    "time",
                    Instant.ofEpochMilli(line.atMs())
                            .truncatedTo(ChronoUnit.MILLIS)
                            .toString());
            json.put("level", line.level().toString().toLowerCase(Locale.ROOT));
            json.put("part", line.part()).put("logger", line.shortLogger()).put("thread", bare(line.thread()));
            json.put("message", bare(line.message()));
            line.context().forEach((key, value) -> json.put(key, bare(value)));
            if (!line.causes().isEmpty()) {
                json.put("cause", bare(line.causes()));
            }
            if (!line.at().isEmpty()) {
                json.put("at", line.at());
            }
            return json.toString();
        }
    };

    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("yyyy-MM-dd'T'HH:mm:ss.SSS")
            .appendOffsetId()
            .toFormatter();

    /** What a hostile camera may put into a line at most. */
    private static final int CHARS_MAX = 4096;

    /** @param journal whether the reader has times and levels of its own */
    abstract String format(Line line, boolean journal);

    /** Priorities of syslog (RFC 5424), as sd-daemon(3) reads them at the beginning of a line. */
    static String priority(Level level) {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> "<3>";
            case Level.WARN_INT -> "<4>";
            case Level.INFO_INT -> "<6>";
            default -> "<7>";
        };
    }

    /** A line break in a camera's answer must not look like a line of the log, nor may it move the terminal's cursor. */
    private static String bare(String text) {
        String masked = Masked.text(KnownSecrets.masked(text));
        boolean isLong = masked.length() > CHARS_MAX;
        StringBuilder line = new StringBuilder(isLong ? masked.substring(0, CHARS_MAX) + " …" : masked);
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
                line.replace(i, i + 1, c == '\n' ? "\\n" : c == '\t' ? " " : String.format("\\u%04x", (int) c));
            }
        }
        return line.toString();
    }
}
