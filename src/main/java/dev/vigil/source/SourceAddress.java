package dev.vigil.source;

import dev.vigil.base.Masked;
import java.net.URI;
import java.util.Locale;

/** What a source's address means: which kind of stream, how FFmpeg spells it, and how people may see it. */
public final class SourceAddress {
    public enum Kind {
        RTSP,
        HTTP,
        FILE,
        V4L2
    }

    private SourceAddress() {}

    /**
     * @throws IllegalArgumentException when the scheme is none that can be read
     */
    public static Kind kind(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "rtsp", "rtsps" -> Kind.RTSP;
            case "http", "https" -> Kind.HTTP;
            case "file" -> Kind.FILE;
            case "v4l2" -> Kind.V4L2;
            default ->
                throw new IllegalArgumentException("'" + scheme
                        + "' is not a kind of source; allowed are rtsp, rtsps, http, https, file and v4l2");
        };
    }

    /** {@code rtsps:} and {@code https:}. */
    static boolean isTls(URI uri) {
        return "rtsps".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
    }

    /** The address as FFmpeg wants it. */
    static String forFfmpeg(URI uri) {
        return switch (kind(uri)) {
            case FILE -> "file:" + uri.getPath();
            case V4L2 -> uri.getSchemeSpecificPart();
            default -> uri.toString();
        };
    }

    /** The address without user and password. */
    public static String shown(URI uri) {
        return switch (kind(uri)) {
            case FILE -> uri.getPath();
            case V4L2 -> uri.getSchemeSpecificPart();
            default -> Masked.uri(uri);
        };
    }
}
