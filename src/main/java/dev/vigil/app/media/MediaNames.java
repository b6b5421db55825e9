package dev.vigil.app.media;

import java.util.Locale;
import java.util.Set;

/** What a file holds, as far as its name tells. */
public final class MediaNames {
    private static final Set<String> PICTURES = Set.of(
            ".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm", ".jp2",
            ".tga", ".avif", ".heic", ".qoi");
    private static final Set<String> VIDEOS = Set.of(
            ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".m2ts", ".mts", ".mpg", ".mpeg", ".flv", ".wmv",
            ".3gp", ".ogv", ".gif", ".h264", ".264", ".h265", ".265", ".hevc", ".mjpeg", ".mjpg", ".y4m");

    private MediaNames() {}

    public static boolean isPicture(String name) {
        return PICTURES.contains(ending(name));
    }

    /** A picture or a video. */
    public static boolean isMedia(String name) {
        return isPicture(name) || VIDEOS.contains(ending(name));
    }

    /** {@code .jpg} of {@code a/B.JPG}; empty if there is none. */
    public static String ending(String name) {
        int dot = name.lastIndexOf('.');
        return dot <= name.lastIndexOf('/') ? "" : name.substring(dot).toLowerCase(Locale.ROOT);
    }
}
