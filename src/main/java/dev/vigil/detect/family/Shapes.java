package dev.vigil.detect.family;

import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** What several families ask of a model's inputs and outputs. Stateless. */
final class Shapes {
    private Shapes() {}

    static boolean isFloat(TensorInfo tensor) {
        return switch (tensor.type()) {
            case FLOAT32, FLOAT16, FLOAT64 -> true;
            default -> false;
        };
    }

    static boolean isWhole(TensorInfo tensor) {
        return switch (tensor.type()) {
            case INT64, INT32, UINT8, INT8 -> true;
            default -> false;
        };
    }

    /** Whether a dimension is this one, or left open. */
    static boolean mayBe(long dimension, long wanted) {
        return dimension < 0 || dimension == wanted;
    }

    /** The last dimension; 0 for a number alone. */
    static long last(TensorInfo tensor) {
        return tensor.rank() == 0 ? 0 : tensor.shape()[tensor.rank() - 1];
    }

    /** Cells of a grid's side: as many as strided convolutions with padding leave. */
    static int cells(int sidePx, int stride) {
        return (sidePx + stride - 1) / stride;
    }

    /** Cells of the grids of all strides; -1 when the model does not tell the size of its picture. */
    static long cells(ModelInfo model, int... strides) {
        try {
            long cells = 0;
            for (int stride : strides) {
                cells += (long) cells(model.widthPx(), stride) * cells(model.heightPx(), stride);
            }
            return cells;
        } catch (ModelException e) {
            return -1;
        }
    }

    /** The longer side of the model's picture in pixels; -1 when it is not told. */
    static int side(ModelInfo model) {
        try {
            return Math.max(model.widthPx(), model.heightPx());
        } catch (ModelException e) {
            return -1;
        }
    }

    /** The output whose name, in lower case and without what TensorFlow puts behind a colon, is one of these. */
    static OptionalInt named(ModelInfo model, String... names) {
        List<String> wanted = List.of(names);
        return IntStream.range(0, model.outputs().size())
                .filter(i -> wanted.contains(plain(model.outputs().get(i).name())))
                .findFirst();
    }

    /** A name in lower case, without what TensorFlow puts behind a colon. */
    static String plain(String name) {
        int colon = name.indexOf(':');
        return (colon < 0 ? name : name.substring(0, colon)).toLowerCase(Locale.ROOT);
    }
}
