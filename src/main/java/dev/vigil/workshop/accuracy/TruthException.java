package dev.vigil.workshop.accuracy;

import java.io.IOException;
import java.nio.file.Path;

/** A file that should tell what is in pictures can not be used. The message has file, place and what is wrong. */
public final class TruthException extends IOException {
    private static final long serialVersionUID = 1;

    public TruthException(Path file, String message) {
        super(file + ": " + message);
    }

    /** @param place such as {@code annotations[12]} or {@code line 3} */
    TruthException(Path file, String place, String message) {
        this(file, place + ": " + message);
    }
}
