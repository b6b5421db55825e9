package dev.vigil.app.media;

import dev.vigil.app.media.MediaSource.Form;
import dev.vigil.source.SourceAddress;
import dev.vigil.source.SourceException;

/** Why a source failed, to be read after its name. */
public final class Reasons {
    private Reasons() {}

    public static String of(MediaSource source, SourceException failure) {
        if (failure.reason() == SourceException.Cause.NO_VIDEO && source.form() == Form.PICTURE) {
            return "is no picture that can be read";
        }
        return withoutName(source, failure);
    }

    /** Messages begin with the source's name, which the user has written otherwise. */
    private static String withoutName(MediaSource source, SourceException failure) {
        String message = failure.getMessage();
        String masked = SourceAddress.shown(source.uri());
        String bare = masked.replaceFirst("//[^/@]*@", "//");
        for (String name : new String[] {masked, bare, source.shown()}) {
            if (message.startsWith(name)) {
                return message.substring(name.length()).replaceFirst("^[: ]+", "");
            }
        }
        return message;
    }
}
