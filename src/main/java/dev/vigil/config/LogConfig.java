package dev.vigil.config;

import java.util.List;
import java.util.Map;

/**
 * What is logged, and how.
 *
 * @param format null where nothing is said
 * @param level null where nothing is said
 * @param levels of single parts, by their names: one of {@link #PARTS}, or a logger's whole name
 */
public record LogConfig(Format format, Level level, Map<String, Level> levels) {
    public static final LogConfig DEFAULT = new LogConfig(null, null, Map.of());

    /** The packages below {@code dev.vigil}, and FFmpeg's own lines. */
    public static final List<String> PARTS = List.of(
            "app",
            "base",
            "config",
            "convert",
            "detect",
            "draw",
            "ffmpeg",
            "frame",
            "graph",
            "homeassistant",
            "http",
            "infer",
            "lens",
            "metrics",
            "mqtt",
            "pipeline",
            "publish",
            "source",
            "workshop");

    public LogConfig {
        levels = Map.copyOf(levels);
    }

    public enum Format {
        TEXT,
        JSON
    }

    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }
}
