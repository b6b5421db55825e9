package dev.vigil.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.nio.charset.StandardCharsets;
import org.bytedeco.ffmpeg.avutil.LogCallback;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;

/**
 * FFmpeg's own lines, as the part {@code ffmpeg} of the log. What matters of them comes back as an error code too, so that they are
 * for whoever looks closer. Called on threads of FFmpeg, which never wait here.
 */
public final class FfmpegLines extends LogCallback {
    /** FFmpeg calls it for as long as the process lives: never freed. */
    private static FfmpegLines installed;

    /** Where its lines go now. */
    private static volatile Logger log;

    private FfmpegLines() {}

    /** Has FFmpeg tell what the log's level lets through; below that, it does not even format it. */
    static synchronized void install(Logger to) {
        log = to;
        int level = levelOf(to.getEffectiveLevel());
        avutil.av_log_set_level(level);
        if (installed == null && level > avutil.AV_LOG_PANIC) {
            installed = new FfmpegLines();
            avutil.setLogCallback(installed);
        }
    }

    private static int levelOf(Level level) {
        return switch (level.toInt()) {
            case Level.TRACE_INT -> avutil.AV_LOG_VERBOSE;
            case Level.DEBUG_INT -> avutil.AV_LOG_INFO;
            case Level.INFO_INT -> avutil.AV_LOG_WARNING;
            case Level.WARN_INT -> avutil.AV_LOG_ERROR;
            default -> avutil.AV_LOG_PANIC;
        };
    }

    /** FFmpeg's word for an error is our warning: streams are damaged every day. */
    private static Level levelOf(int ffmpeg) {
        return ffmpeg <= avutil.AV_LOG_PANIC
                ? Level.ERROR
                : ffmpeg <= avutil.AV_LOG_ERROR
                        ? Level.WARN
                        : ffmpeg <= avutil.AV_LOG_WARNING
                                ? Level.INFO
                                : ffmpeg <= avutil.AV_LOG_INFO ? Level.DEBUG : Level.TRACE;
    }

    @Override
    public void call(int level, BytePointer message) {
        if (level > avutil.av_log_get_level()) {
            return;
        }
        try {
            byte[] bytes = message.getStringBytes();
            String text = new String(bytes, StandardCharsets.UTF_8).strip();
            if (!text.isEmpty()) {
                log.atLevel(org.slf4j.event.Level.valueOf(levelOf(level).toString()))
                        .log("{}", text);
            }
        } catch (RuntimeException lost) {
            // Nobody could catch it above: FFmpeg's own frames lie there, and it is a line of the log that is lost.
            log.trace("a line of FFmpeg could not be told", lost);
        }
    }
}
