package dev.vigil.graph.shape;

import dev.vigil.graph.TensorData;
import java.util.Arrays;
import java.util.stream.Collectors;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TypeProto;

/**
 * What is known of one value of a graph.
 *
 * @param type of {@code TensorProto.DataType}; 0 where not known
 * @param shape -1 for a dimension that is not known; null where not even their number is
 * @param values of a small tensor of numbers that shapes are computed with, NaN for one that is not known; else null
 */
public record Fact(int type, long[] shape, double[] values) {
    public static final Fact UNKNOWN = new Fact(0, null, null);

    /** Larger tensors are no shapes, and computing them here would cost what running them does. */
    public static final int VALUES_MAX = 4_096;

    private static final long EXTENT_MAX = 1L << 40;

    public Fact {
        if (shape != null) {
            shape = shape.clone();
            for (int i = 0; i < shape.length; i++) {
                // What no box could hold is not believed, and no product of a few overflows.
                shape[i] = shape[i] < 0 || shape[i] > EXTENT_MAX ? -1 : shape[i];
            }
        }
        if (values != null && (shape == null || values.length > VALUES_MAX || product(shape) != values.length)) {
            values = null;
        }
    }

    public static Fact of(int type, long... shape) {
        return new Fact(type, shape, null);
    }

    static Fact ofType(int type) {
        return new Fact(type, null, null);
    }

    /** A tensor of one dimension, or of none, with these values. */
    static Fact ofValues(int type, double[] values, boolean scalar) {
        return new Fact(type, scalar ? new long[0] : new long[] {values.length}, values);
    }

    public static Fact of(TensorProto tensor) {
        long[] shape = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
        return new Fact(tensor.getDataType(), shape, TensorData.doubles(tensor, VALUES_MAX));
    }

    public static Fact of(TypeProto type) {
        if (!type.hasTensorType()) {
            return UNKNOWN;
        }
        int element = type.getTensorType().getElemType();
        if (!type.getTensorType().hasShape()) {
            return ofType(element);
        }
        long[] shape = type.getTensorType().getShape().getDimList().stream()
                .mapToLong(dim -> dim.hasDimValue() && dim.getDimValue() >= 0 ? dim.getDimValue() : -1)
                .toArray();
        return of(element, shape);
    }

    public boolean hasRank() {
        return shape != null;
    }

    /** -1 where not known. */
    public int rank() {
        return shape == null ? -1 : shape.length;
    }

    /** A dimension; counts from the end where negative; -1 where not known. */
    public long extent(int axis) {
        int at = axis < 0 && shape != null ? axis + shape.length : axis;
        return shape == null || at < 0 || at >= shape.length ? -1 : shape[at];
    }

    /** How many values it has; -1 where not known, or more than can be counted. */
    public long count() {
        return shape == null ? -1 : product(shape);
    }

    /** Whether every value is known. */
    boolean isKnown() {
        return values != null && Arrays.stream(values).noneMatch(Double::isNaN);
    }

    /** Whole numbers where every value is known; else null. */
    public long[] longs() {
        return isKnown() ? Arrays.stream(values).mapToLong(v -> (long) v).toArray() : null;
    }

    /** The only value; NaN where there are more or it is not known. */
    public double only() {
        return values != null && values.length == 1 ? values[0] : Double.NaN;
    }

    /** -1 as soon as one dimension is not known, unless another is 0. */
    static long product(long[] shape) {
        long product = 1;
        boolean open = false;
        for (long extent : shape) {
            if (extent == 0) {
                return 0;
            }
            open |= extent < 0 || product > Long.MAX_VALUE / Math.max(1, extent);
            product = open ? 1 : product * extent;
        }
        return open ? -1 : product;
    }

    /** For people: {@code float32 (1, 3, ?, ?)}. */
    @Override
    public String toString() {
        return TensorData.typeName(type)
                + (shape == null
                        ? " (of unknown rank)"
                        : Arrays.stream(shape)
                                .mapToObj(extent -> extent < 0 ? "?" : Long.toString(extent))
                                .collect(Collectors.joining(", ", " (", ")")));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fact that
                && type == that.type
                && Arrays.equals(shape, that.shape)
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * type + Arrays.hashCode(shape);
    }
}
