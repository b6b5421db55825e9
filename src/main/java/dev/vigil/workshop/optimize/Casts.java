package dev.vigil.workshop.optimize;

import dev.vigil.graph.Nodes;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto.DataType;

/** Of two {@code Cast}s one after the other the first goes, where its type holds every value of the one before. */
final class Casts implements Pass {
    @Override
    public String name() {
        return "casts";
    }

    @Override
    public int apply(Draft draft) {
        int changes = 0;
        for (int slot = 0; slot < draft.size(); slot++) {
            NodeProto node = draft.node(slot);
            NodeProto before = node != null && Nodes.is(node, "Cast") ? draft.maker(node.getInput(0)) : null;
            if (before == null || !Nodes.is(before, "Cast")) {
                continue;
            }
            String source = before.getInput(0);
            int from = draft.fact(source).type();
            int between = (int) Nodes.integer(before, "to", 0);
            // What is too large for a whole number becomes another one out of a float than out of a whole number.
            boolean alike = isFloat(from) == isFloat(between) || holds((int) Nodes.integer(node, "to", 0), from);
            if (holds(between, from) && alike) {
                draft.set(slot, node.toBuilder().setInput(0, source).build());
                changes++;
            }
        }
        return changes;
    }

    /** Whether all values of a type stay what they are in another one. */
    static boolean holds(int wide, int narrow) {
        int from = bits(narrow);
        int room = bits(wide);
        return wide == narrow && from > 0 || from > 0 && room > 0 && holds(wide, room, narrow, from);
    }

    private static boolean holds(int wide, int room, int narrow, int from) {
        if (isFloat(narrow)) {
            return isFloat(wide) && room >= from;
        }
        // Any number but 0 is true: going through a bool is not the same.
        if (wide == DataType.BOOL_VALUE) {
            return false;
        }
        boolean signed = wide != DataType.UINT8_VALUE;
        boolean needsSign = narrow != DataType.UINT8_VALUE && narrow != DataType.BOOL_VALUE;
        return signed ? room >= from : !needsSign && room >= from;
    }

    private static boolean isFloat(int type) {
        return type == DataType.FLOAT_VALUE || type == DataType.FLOAT16_VALUE || type == DataType.DOUBLE_VALUE;
    }

    /** Of the whole numbers that it holds; 0 for types that are not told apart here. */
    private static int bits(int type) {
        DataType known = DataType.forNumber(type);
        return switch (known == null ? DataType.UNDEFINED : known) {
            case BOOL -> 1;
            case INT8 -> 7;
            case UINT8 -> 8;
            case FLOAT16 -> 11;
            case FLOAT -> 24;
            case INT32 -> 31;
            case DOUBLE -> 53;
            case INT64 -> 63;
            default -> 0;
        };
    }
}
