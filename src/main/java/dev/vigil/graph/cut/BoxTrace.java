package dev.vigil.graph.cut;

import dev.vigil.graph.Nodes;
import dev.vigil.graph.cut.NmsNodes.Scope;
import dev.vigil.graph.cut.Point.Role;
import java.util.Set;
import onnx.Onnx.NodeProto;

/**
 * The way back of boxes. Besides choices they may have been moved apart by class, so that boxes of different classes do not
 * overlap: an offset of the class times something is added, as {@code batched_nms} of torchvision does
 * (torchvision/ops/boxes.py), and before that they may have been scaled, which does not change how much they overlap.
 */
final class BoxTrace extends BackTrace {
    private static final Set<String> PASSED = Set.of(
            "Mul",
            "Div",
            "Cast",
            "Unsqueeze",
            "Squeeze",
            "Expand",
            "Reshape",
            "Gather",
            "GatherND",
            "Transpose",
            "Identity",
            "Tile",
            "Slice",
            "Compress");

    private static final int DEPTH_MAX = 24;

    /** What the classes that boxes were moved apart by are the best of; null where they were not. */
    String classesOf;

    BoxTrace(Values values) {
        super(values);
    }

    @Override
    Role taken(int index, Point at) {
        return null; // boxes of their own for each class, or one corner
    }

    @Override
    Point ownStep(NodeProto node, Point at) {
        if (node.getInputCount() != 2) {
            return null;
        }
        return switch (Nodes.operator(node)) {
            case "Add" -> classesOf == null ? offset(node, at) : null;
            case "Mul", "Div" -> classesOf != null ? scaled(node, at) : null;
            default -> null;
        };
    }

    private Point offset(NodeProto node, Point at) {
        for (int i = 0; i < 2; i++) {
            String classes = bestOf(node.getInput(i), at.scope(), DEPTH_MAX);
            if (classes != null) {
                classesOf = classes;
                return at.at(node.getInput(1 - i));
            }
        }
        return null;
    }

    /** What {@code ArgMax} or {@code TopK} looked at to make this, if nothing else than a factor came to it. */
    private String bestOf(String value, Scope seen, int depth) {
        Scope scope = seen.of(value);
        NodeProto node = scope.producer(value);
        if (node == null || depth == 0 || node.getInputCount() == 0) {
            return null;
        }
        if (Nodes.is(node, "ArgMax")) {
            return node.getInput(0);
        }
        if (Nodes.is(node, "TopK")) {
            boolean index = node.getOutputCount() > 1 && node.getOutput(1).equals(value);
            boolean one = values.number(Nodes.input(node, 1), scope) == 1 || Nodes.integer(node, "k", 0) == 1;
            return index && one ? node.getInput(0) : null;
        }
        if (!PASSED.contains(Nodes.operator(node))) {
            return null;
        }
        String found = bestOf(node.getInput(0), scope, depth - 1);
        return found == null && Nodes.is(node, "Mul") ? bestOf(node.getInput(1), scope, depth - 1) : found;
    }

    /** By one number for all corners. */
    private Point scaled(NodeProto node, Point at) {
        for (int i = 0; i < 2; i++) {
            boolean scalar = values.fact(node.getInput(i), at.scope()).count() == 1
                    || !Double.isNaN(values.number(node.getInput(i), at.scope()));
            if (scalar && !(i == 0 && Nodes.is(node, "Div"))) {
                return at.at(node.getInput(1 - i));
            }
        }
        return null;
    }
}
