package dev.vigil.detect.family;

import dev.vigil.detect.ModelException;
import dev.vigil.frame.TensorInfo;
import java.util.List;
import java.util.Locale;

/**
 * Which output of a {@link CenterNet} is what.
 *
 * @param heat place of the heat map
 * @param size place of the size
 * @param offset place of the offset; -1 for none
 * @param sizeOfEachClass whether there is a size for each class
 * @param namesTell whether the names tell size from offset
 */
record CenterMaps(
        int heat,
        int size,
        int offset,
        boolean sizeOfEachClass,
        int classes,
        int columns,
        int rows,
        boolean namesTell) {
    /** The order of the heads in xingyizhou/CenterNet (src/lib/opts.py), which unnamed outputs are taken to be in. */
    private static final int HEAT = 0;

    private static final int SIZE = 1;
    private static final int OFFSET = 2;

    /** By kind, what outputs are named by: as the heads, or as mmdetection has them. */
    private static final List<List<String>> NAMES =
            List.of(List.of("hm", "heat"), List.of("wh", "size"), List.of("reg", "off"));

    /**
     * Tells them by their names, else by their order.
     *
     * @throws ModelException one line that says what does not fit
     */
    static CenterMaps of(List<TensorInfo> outputs, int columns, int rows) throws ModelException {
        int count = outputs.size();
        if (count < 2 || count > 3) {
            throw new ModelException("wants a heat map, a size and perhaps an offset");
        }
        for (TensorInfo output : outputs) {
            long[] shape = output.shape();
            if (shape.length != 4 || shape[1] < 1 || shape[2] != rows || shape[3] != columns) {
                throw new ModelException("wants maps of " + columns + "x" + rows + ", a quarter of the input");
            }
        }
        int[] named = {-1, -1, -1};
        for (int i = 0; i < count; i++) {
            int kind = kind(outputs.get(i).name());
            if (kind >= 0) {
                named[kind] = i;
            }
        }
        boolean tell = named[HEAT] >= 0 && named[SIZE] >= 0 && (count == 2 || named[OFFSET] >= 0);
        int[] places = tell ? named : new int[] {HEAT, SIZE, count == 2 ? -1 : OFFSET};
        long classes = outputs.get(places[HEAT]).shape()[1];
        long sizes = outputs.get(places[SIZE]).shape()[1];
        if (sizes != 2 && sizes != 2 * classes
                || places[OFFSET] >= 0 && outputs.get(places[OFFSET]).shape()[1] != 2) {
            throw new ModelException("wants a size of 2 maps, or 2 for each class, and an offset of 2");
        }
        return new CenterMaps(
                places[HEAT], places[SIZE], places[OFFSET], sizes != 2, Math.toIntExact(classes), columns, rows, tell);
    }

    private static int kind(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        for (int kind = 0; kind < NAMES.size(); kind++) {
            if (NAMES.get(kind).stream().anyMatch(lower::contains)) {
                return kind;
            }
        }
        return -1;
    }

    String text() {
        return "heat map of " + classes + " classes, size and " + (offset < 0 ? "no" : "an") + " offset in " + columns
                + "x" + rows + " cells"
                + (namesTell ? "" : "; no name tells which is which: taken in the order hm, wh, reg");
    }
}
