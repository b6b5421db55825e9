package dev.vigil.graph.cut;

import dev.vigil.graph.Nodes;
import dev.vigil.graph.cut.NmsNodes.Scope;
import dev.vigil.graph.cut.Point.Role;
import java.util.ArrayList;
import java.util.List;
import onnx.Onnx.NodeProto;

/** The way back of scores: of all classes, of one class after the other, or of each box's best class only. */
final class ScoreTrace extends BackTrace {
    /** The column of the class that was taken; -1 for none. */
    int column = -1;
    /** Comparisons that scores were made 0 by. */
    final List<String> masks = new ArrayList<>();
    /** What the best class of each box was taken of; null where all classes count. */
    String bestOf;

    ScoreTrace(Values values) {
        super(values);
    }

    @Override
    Role taken(int index, Point at) {
        if (at.has(Role.CLASS) || column >= 0 || bestOf != null || index < 0) {
            return null;
        }
        column = index;
        return Role.CLASS;
    }

    @Override
    Point ownStep(NodeProto node, Point at) {
        return switch (Nodes.operator(node)) {
            case "ReduceMax" -> best(node, at, values.longs(node, "axes", 1, at.scope()), keepsDims(node));
            case "TopK" -> topK(node, at);
            case "Mul" -> masked(node, at);
            default -> null;
        };
    }

    private static boolean keepsDims(NodeProto node) {
        return Nodes.integer(node, "keepdims", 1) != 0;
    }

    private Point best(NodeProto node, Point at, long[] axes, boolean keeps) {
        if (axes == null || axes.length != 1 || at.has(Role.CLASS) || column >= 0) {
            return null;
        }
        List<Role> roles = new ArrayList<>(at.roles());
        int rank = roles.size() + (keeps ? 0 : 1);
        int axis = (int) (axes[0] < 0 ? axes[0] + rank : axes[0]);
        if (axis < 0 || axis >= rank || keeps && roles.get(axis) != Role.ONE) {
            return null;
        }
        if (keeps) {
            roles.set(axis, Role.CLASS);
        } else {
            roles.add(axis, Role.CLASS);
        }
        bestOf = node.getInput(0);
        return at.at(node.getInput(0), roles);
    }

    private Point topK(NodeProto node, Point at) {
        if (!node.getOutput(0).equals(at.value()) || node.getOutputCount() < 2) {
            return null;
        }
        int rank = at.roles().size();
        int axis = (int) Nodes.integer(node, "axis", -1);
        int from = axis < 0 ? axis + rank : axis;
        if (from < 0 || from >= rank) {
            return null;
        }
        boolean one = values.number(Nodes.input(node, 1), at.scope()) == 1 || Nodes.integer(node, "k", 0) == 1;
        return switch (at.roles().get(from)) {
            case ANCHOR -> at.chosenBy(node.getInput(0), node.getOutput(1));
            case ONE -> one ? best(node, at, new long[] {from}, true) : null;
            default -> null;
        };
    }

    /** Scores that are not above a threshold made 0, as ultralytics does it where a choice must not be empty. */
    private Point masked(NodeProto node, Point at) {
        for (int i = 0; i < 2 && node.getInputCount() == 2; i++) {
            String mask = values.choice(node.getInput(i), at.scope());
            Scope scope = at.scope().of(mask);
            NodeProto compare = scope.producer(mask);
            if (compare != null
                    && Nodes.is(compare, "Greater")
                    && compare.getInput(0).equals(node.getInput(1 - i))) {
                masks.add(mask);
                return at.at(node.getInput(1 - i));
            }
        }
        return null;
    }
}
