package dev.vigil.frame;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One input or output of a model, as its file declares it.
 *
 * @param shape dimensions; -1 where the file leaves one open
 */
public record TensorInfo(String name, ElementType type, long[] shape) {
    /** The element types that Vigil tells apart; anything else is {@link #OTHER}. */
    public enum ElementType {
        FLOAT32,
        FLOAT16,
        FLOAT64,
        UINT8,
        INT8,
        BOOL,
        INT64,
        INT32,
        OTHER
    }

    public int rank() {
        return shape.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorInfo that
                && name.equals(that.name)
                && type == that.type
                && Arrays.equals(shape, that.shape);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(shape);
    }

    /** For people: {@code boxes float32 (?, 1917, 4)}. */
    @Override
    public String toString() {
        String dimensions = Arrays.stream(shape)
                .mapToObj(d -> d < 0 ? "?" : Long.toString(d))
                .collect(Collectors.joining(", "));
        return name + " " + type.name().toLowerCase(Locale.ROOT) + " (" + dimensions + ")";
    }
}
