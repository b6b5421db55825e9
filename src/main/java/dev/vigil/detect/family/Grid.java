package dev.vigil.detect.family;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The cells that a detector without anchors of its own has over its input: a grid for each stride, whose sides are those of the
 * input divided by it. That their number is right is what tells a dimension of cells from one of classes.
 */
record Grid(int... strides) {
    static final Grid THREE_LEVELS = new Grid(8, 16, 32);

    /** What published models have: three levels, the two of tiny models, and one more for very large or very small objects. */
    private static final Grid[] USUAL = {THREE_LEVELS, new Grid(16, 32), new Grid(8, 16, 32, 64), new Grid(4, 8, 16, 32)
    };

    /**
     * The grid that has so many rows.
     *
     * @param perCell rows of one cell: anchors
     */
    static Optional<Grid> of(long rows, int perCell, int widthPx, int heightPx) {
        return Arrays.stream(USUAL)
                .filter(grid -> rows > 0 && rows == (long) perCell * grid.cells(widthPx, heightPx))
                .findFirst();
    }

    /** For people: what would have been right. */
    static String wanted(int perCell, int widthPx, int heightPx) {
        int usual = THREE_LEVELS.cells(widthPx, heightPx);
        String input = "an input of " + widthPx + "x" + heightPx;
        return usual < 0
                ? input + " is no multiple of 32"
                : THREE_LEVELS + " over " + input + " make " + (long) perCell * usual + " rows"
                        + (perCell > 1 ? ", " + perCell + " to a cell" : "");
    }

    /** Of all levels; -1 where the sides of the input are no multiples of the largest stride. */
    int cells(int widthPx, int heightPx) {
        int largest = strides[strides.length - 1];
        if (widthPx % largest != 0 || heightPx % largest != 0) {
            return -1;
        }
        int cells = 0;
        for (int stride : strides) {
            cells += (widthPx / stride) * (heightPx / stride);
        }
        return cells;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Grid that && Arrays.equals(strides, that.strides);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(strides);
    }

    /** {@code strides 8, 16, 32}. */
    @Override
    public String toString() {
        return "strides " + Arrays.stream(strides).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    }
}
