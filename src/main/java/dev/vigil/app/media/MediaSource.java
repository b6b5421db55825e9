package dev.vigil.app.media;

import dev.vigil.source.SourceOptions;
import java.net.URI;

/**
 * One thing to look at.
 *
 * @param shown as the user wrote it, without user and password
 * @param uri of a kind that {@code source} reads
 */
public record MediaSource(String shown, URI uri, Form form) {
    public enum Form {
        /** A file that by its name holds one picture. */
        PICTURE,
        /** Any other file: every frame is wanted. */
        VIDEO,
        /** A camera: frames come at their own pace, without end. */
        STREAM
    }

    /** The last part of its path without the ending, for files made from it; never empty. */
    public String stem() {
        String path = form == Form.STREAM ? streamPath() : uri.getPath();
        String name = path.replaceFirst("/+$", "").replaceFirst("^.*/", "");
        int dot = name.lastIndexOf('.');
        String stem = (dot > 0 ? name.substring(0, dot) : name).replaceAll("[\\p{Cntrl}\\\\/:*?\"<>|]", "_");
        return stem.isEmpty() || stem.startsWith(".") ? "source" + stem : stem;
    }

    /** The ending of its name with the dot, in lower case; empty if there is none. */
    public String ending() {
        return MediaNames.ending(uri.getPath() == null ? "" : uri.getPath());
    }

    /** How it is read for its pictures' sake: a file as fast as it goes. */
    public SourceOptions options() {
        SourceOptions usual = SourceOptions.builder(uri).realtime(false).build();
        // A box's video engine knows no picture formats, and would only be asked in vain.
        return form == Form.PICTURE
                ? usual.toBuilder().hardware(SourceOptions.Hardware.NONE).build()
                : usual;
    }

    private String streamPath() {
        if (uri.getHost() == null) {
            return uri.getSchemeSpecificPart();
        }
        String path = uri.getPath() == null ? "" : uri.getPath();
        return path.matches("/*") ? uri.getHost().replace('.', '_') : path;
    }
}
