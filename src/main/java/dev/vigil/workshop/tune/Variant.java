package dev.vigil.workshop.tune;

import dev.vigil.detect.ModelDescription;
import java.nio.file.Path;

/**
 * One file of a model.
 *
 * @param name for people; {@link #ORIGINAL} for the file that was given
 * @param description as stands, or would stand, in the .yml beside it
 */
public record Variant(String name, Path file, ModelDescription description) {
    public static final String ORIGINAL = "original";

    public boolean isOriginal() {
        return name.equals(ORIGINAL);
    }
}
