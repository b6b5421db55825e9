package dev.vigil.graph.cut;

import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.cut.NmsNodes.Found;
import dev.vigil.graph.cut.Point.Role;
import java.util.List;
import onnx.Onnx.NodeProto;

/**
 * What one NMS node does, whichever operator it is.
 *
 * @param boxesRoles of its first input
 * @param scoresRoles of its second input
 * @param iouMax NaN where the file does not say
 * @param scoreMin NaN where the file does not say
 * @param perClassMax most boxes of one class; {@link Integer#MAX_VALUE} for all
 * @param boxesMax most boxes at all
 * @param centered whether boxes are centre and size instead of corners
 * @param sigmoid whether it puts scores through a sigmoid first
 * @param allClasses whether boxes of all classes suppress each other
 * @param background a class that makes no boxes; -1 for none
 */
record Suppressor(
        Found found,
        List<Role> boxesRoles,
        List<Role> scoresRoles,
        double iouMax,
        double scoreMin,
        int perClassMax,
        int boxesMax,
        boolean centered,
        boolean sigmoid,
        boolean allClasses,
        int background) {

    private static final List<Role> CORNERS = List.of(Role.BATCH, Role.ANCHOR, Role.CORNER);
    private static final List<Role> CORNERS_BY_CLASS = List.of(Role.BATCH, Role.ANCHOR, Role.ONE, Role.CORNER);
    private static final List<Role> ANCHORS_FIRST = List.of(Role.BATCH, Role.ANCHOR, Role.CLASS);

    static Suppressor of(Found found, Values values) throws GraphException {
        NodeProto node = found.node();
        if (node.getInputCount() < 2) {
            throw new GraphException(found.shown() + " has no boxes and scores");
        }
        return switch (node.getOpType()) {
            case "NonMaxSuppression" -> onnx(found, values);
            case "EfficientNMS_TRT" -> efficient(found, values);
            default -> batched(found, values);
        };
    }

    /** ONNX operators, NonMaxSuppression-11: boxes (batch, anchors, 4), scores (batch, classes, anchors). */
    private static Suppressor onnx(Found found, Values values) throws GraphException {
        NodeProto node = found.node();
        double most = Nodes.input(node, 2).isEmpty() ? 0 : values.number(Nodes.input(node, 2), found.scope());
        if (most <= 0) {
            throw new GraphException(found.shown() + " lets no box through: its max_output_boxes_per_class is 0");
        }
        boolean oneClass = values.fact(node.getInput(1), found.scope()).extent(1) == 1;
        return new Suppressor(
                found,
                CORNERS,
                List.of(Role.BATCH, oneClass ? Role.ONE : Role.CLASS, Role.ANCHOR),
                Nodes.input(node, 3).isEmpty() ? 0 : values.number(Nodes.input(node, 3), found.scope()),
                Nodes.input(node, 4).isEmpty() ? 0 : values.number(Nodes.input(node, 4), found.scope()),
                Double.isNaN(most) || most >= Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) most,
                Integer.MAX_VALUE,
                Nodes.integer(node, "center_point_box", 0) == 1,
                false,
                false,
                -1);
    }

    /** NVIDIA/TensorRT, plugin/efficientNMSPlugin/README.md. */
    private static Suppressor efficient(Found found, Values values) throws GraphException {
        NodeProto node = found.node();
        if (node.getInputCount() > 2) {
            throw new GraphException(found.shown() + " decodes boxes with anchors of its own, which is not supported");
        }
        return new Suppressor(
                found,
                boxesRoles(found, values),
                ANCHORS_FIRST,
                Nodes.number(node, "iou_threshold", 0.5f),
                Nodes.number(node, "score_threshold", 0.25f),
                Integer.MAX_VALUE,
                (int) Nodes.integer(node, "max_output_boxes", 100),
                Nodes.integer(node, "box_coding", 0) == 1,
                Nodes.integer(node, "score_activation", 0) == 1,
                Nodes.integer(node, "class_agnostic", 0) == 1,
                (int) Nodes.integer(node, "background_class", -1));
    }

    /** NVIDIA/TensorRT, plugin/batchedNMSPlugin/README.md. */
    private static Suppressor batched(Found found, Values values) throws GraphException {
        NodeProto node = found.node();
        return new Suppressor(
                found,
                boxesRoles(found, values),
                ANCHORS_FIRST,
                Nodes.number(node, "iouThreshold", Float.NaN),
                Nodes.number(node, "scoreThreshold", Float.NaN),
                Integer.MAX_VALUE,
                (int) Nodes.integer(node, "keepTopK", Integer.MAX_VALUE),
                false,
                false,
                false,
                (int) Nodes.integer(node, "backgroundLabelId", -1));
    }

    private static List<Role> boxesRoles(Found found, Values values) throws GraphException {
        var fact = values.fact(found.node().getInput(0), found.scope());
        if (fact.rank() == 3) {
            return CORNERS;
        }
        if (fact.rank() == 4 && (fact.extent(2) == 1 || Nodes.integer(found.node(), "shareLocation", 0) == 1)) {
            return CORNERS_BY_CLASS;
        }
        throw new GraphException(found.shown() + " takes boxes of " + fact
                + ", and (batch, anchors, 4) or (batch, anchors, 1, 4) is what can be cut");
    }
}
