package dev.vigil.config;

import dev.vigil.base.KnownSecrets;
import java.util.Comparator;

/**
 * One thing that is wrong in a file, in a line a person can act on.
 *
 * @param file as the user named it
 * @param line from 1; 0 if it concerns the whole file
 * @param column from 1; 0 if it concerns the whole file
 * @param path the key's place, such as {@code cameras.gate.fps}; empty if it concerns no key
 * @param message what is wrong and what is allowed; holds no secret
 */
public record Problem(String file, int line, int column, String path, String message) {
    /** What others say goes into messages, such as a camera's answer: none shows a secret that is known. */
    public Problem {
        message = KnownSecrets.masked(message);
    }

    static final Comparator<Problem> BY_PLACE =
            Comparator.comparing(Problem::file).thenComparingInt(Problem::line).thenComparingInt(Problem::column);

    /** {@code config/vigil.yml:12:5  cameras.gate.fps: -3 is not allowed: 0 (all) to 1000}. */
    @Override
    public String toString() {
        String place = line == 0 ? file + ": " : file + ":" + line + ":" + column + "  ";
        return place + (path.isEmpty() ? message : path + ": " + message);
    }
}
