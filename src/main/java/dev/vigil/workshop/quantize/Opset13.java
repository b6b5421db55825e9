package dev.vigil.workshop.quantize;

import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.Weights;
import dev.vigil.graph.shape.Fact;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto.DataType;

/**
 * Brings a model to operator set 13, the first with a scale for each channel. What changed of which operator is in
 * {@code docs/Changelog.md} of onnx/onnx; an operator that is not named here means the same in 13 as in 7.
 */
final class Opset13 {
    static final int VERSION = 13;
    /** That operator set 13 came with. */
    private static final int IR_VERSION = 7;
    /** Before it, shapes were fitted to each other by attributes. */
    private static final int OLDEST = 7;

    private static final Set<String> CHANGED = Set.of(
            "BatchNormalization",
            "Clip",
            "Dropout",
            "Hardmax",
            "LogSoftmax",
            "Pad",
            "ReduceSum",
            "Resize",
            "Scan",
            "Scatter",
            "Slice",
            "Softmax",
            "Split",
            "Squeeze",
            "TopK",
            "Unsqueeze",
            "Upsample");

    private final Graph graph;
    private final Map<String, Fact> facts;
    private final int from;

    private Opset13(Graph graph, Map<String, Fact> facts, int from) {
        this.graph = graph;
        this.facts = facts;
        this.from = from;
    }

    /**
     * Changes a model that is older; leaves one alone that is not.
     *
     * @param facts of its values
     * @throws GraphException which names the node that has no equal in the new set
     */
    static void raise(OnnxModel model, Map<String, Fact> facts) throws GraphException {
        int from = model.opset("");
        if (from >= VERSION) {
            return;
        }
        if (from < OLDEST) {
            throw new GraphException("is of operator set " + from + ", which can not be raised to " + VERSION
                    + ": export it anew, with " + OLDEST + " at least");
        }
        Opset13 opset = new Opset13(model.graph(), facts, from);
        List<NodeProto> nodes = new ArrayList<>();
        for (NodeProto node : model.graph().nodes()) {
            nodes.add(opset.raised(node));
        }
        model.graph().nodes().clear();
        model.graph().nodes().addAll(nodes);
        model.raise("", VERSION);
        model.raiseIrVersion(IR_VERSION);
    }

    private NodeProto raised(NodeProto node) throws GraphException {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                requireUnchanged(node, attribute.getG());
            }
        }
        if (!Nodes.is(node, node.getOpType()) || !CHANGED.contains(node.getOpType())) {
            return node;
        }
        return switch (node.getOpType()) {
            case "BatchNormalization" -> batchNormalization(node);
            case "Clip" -> from < 11 ? clip(node) : node;
            case "Dropout" -> Nodes.without(node, "ratio");
            case "Pad" -> from < 11 ? pad(node) : node;
            case "Resize", "Upsample" -> from < 11 ? resize(node) : node;
            case "Scan" -> requireVersion(node, 9);
            case "Scatter" -> node.toBuilder().setOpType("ScatterElements").build();
            case "Slice" -> from < 10 ? slice(node) : node;
            case "Split" -> withInput(node, "split", 1);
            case "TopK" -> from < 10 ? topK(node) : node;
            case "Squeeze", "Unsqueeze", "ReduceSum" -> withInput(node, "axes", 1);
            default -> softmax(node);
        };
    }

    private void requireUnchanged(NodeProto node, GraphProto body) throws GraphException {
        for (NodeProto inside : body.getNodeList()) {
            if (Nodes.is(inside, inside.getOpType()) && CHANGED.contains(inside.getOpType())) {
                throw refused(node, "has a " + inside.getOpType() + " in its body");
            }
            for (AttributeProto attribute : inside.getAttributeList()) {
                if (attribute.hasG()) {
                    requireUnchanged(node, attribute.getG());
                }
            }
        }
    }

    private GraphException refused(NodeProto node, String why) {
        return new GraphException("is of operator set " + from + " and can not be raised to " + VERSION + ": "
                + Nodes.shown(node) + " " + why + "; export it anew, with " + VERSION + " or more");
    }

    private NodeProto requireVersion(NodeProto node, int version) throws GraphException {
        if (from < version) {
            throw refused(node, "meant something else before " + version);
        }
        return node;
    }

    private NodeProto batchNormalization(NodeProto node) throws GraphException {
        if (Nodes.integer(node, "spatial", 1) != 1) {
            throw refused(node, "has statistics of its own for each pixel (spatial=0)");
        }
        return Nodes.without(node, "spatial");
    }

    private NodeProto clip(NodeProto node) throws GraphException {
        NodeProto.Builder changed = Nodes.without(Nodes.without(node, "min"), "max").toBuilder();
        String min = bound(node, "min");
        String max = bound(node, "max");
        if (!min.isEmpty() || !max.isEmpty()) {
            changed.addInput(min);
        }
        if (!max.isEmpty()) {
            changed.addInput(max);
        }
        return changed.build();
    }

    private String bound(NodeProto node, String attribute) throws GraphException {
        if (Nodes.attribute(node, attribute).isEmpty()) {
            return "";
        }
        requireFloat(node);
        return scalar(node, attribute, Nodes.number(node, attribute, 0));
    }

    private void requireFloat(NodeProto node) throws GraphException {
        if (facts.getOrDefault(node.getInput(0), Fact.UNKNOWN).type() != DataType.FLOAT_VALUE) {
            throw refused(node, "is not known to be of float32");
        }
    }

    private NodeProto pad(NodeProto node) throws GraphException {
        requireFloat(node);
        NodeProto.Builder changed = withInput(node, "pads", 1).toBuilder();
        float value = Nodes.number(node, "value", 0);
        changed.addInput(scalar(node, "value", value));
        return Nodes.without(changed.build(), "value");
    }

    private NodeProto slice(NodeProto node) {
        long[] starts = Nodes.integers(node, "starts");
        long[] axes = Nodes.integers(node, "axes");
        NodeProto changed = withInput(withInput(node, "starts", 1), "ends", 2);
        if (axes == null) {
            axes = new long[starts == null ? 0 : starts.length];
            for (int i = 0; i < axes.length; i++) {
                axes[i] = i;
            }
        }
        return Nodes.without(changed, "axes").toBuilder()
                .addInput(add(node, "axes", axes))
                .build();
    }

    private NodeProto topK(NodeProto node) {
        return Nodes.without(node, "k").toBuilder()
                .addInput(add(node, "k", Nodes.integer(node, "k", 1)))
                .build();
    }

    /** What was before 11 counted pixels from their corners. */
    private NodeProto resize(NodeProto node) {
        NodeProto.Builder changed = Nodes.without(node, "scales").toBuilder()
                .setOpType("Resize")
                .clearInput()
                .addInput(node.getInput(0))
                .addInput("");
        if (node.getInputCount() > 1) {
            changed.addInput(node.getInput(1));
        } else {
            List<Float> scales = Nodes.attribute(node, "scales")
                    .map(AttributeProto::getFloatsList)
                    .orElse(List.of());
            float[] values = new float[scales.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = scales.get(i);
            }
            String name = graph.fresh(node.getOutput(0) + "/scales");
            graph.initializers().put(name, Weights.of(name, new long[] {values.length}, values));
            changed.addInput(name);
        }
        changed.addAttribute(text("coordinate_transformation_mode", "asymmetric"));
        if (Nodes.text(node, "mode", "nearest").equals("nearest")) {
            changed.addAttribute(text("nearest_mode", "floor"));
        }
        return changed.build();
    }

    private static AttributeProto text(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(com.google.protobuf.ByteString.copyFromUtf8(value))
                .build();
    }

    /** It went over all dimensions from the axis on, and goes over the axis alone: the same where that is the last. */
    private NodeProto softmax(NodeProto node) throws GraphException {
        Fact input = facts.getOrDefault(node.getInput(0), Fact.UNKNOWN);
        long axis = Nodes.integer(node, "axis", 1);
        long at = axis < 0 ? axis + input.rank() : axis;
        boolean same = input.hasRank();
        for (long i = at + 1; same && i < input.rank(); i++) {
            same = input.extent((int) i) == 1;
        }
        if (!same) {
            throw refused(node, "works over all dimensions from the axis " + axis + " on");
        }
        return Nodes.with(node, Nodes.integer("axis", axis));
    }

    /** An attribute that became an input. */
    private NodeProto withInput(NodeProto node, String attribute, int index) {
        long[] values = Nodes.integers(node, attribute);
        if (values == null) {
            return node;
        }
        NodeProto.Builder changed = Nodes.without(node, attribute).toBuilder();
        while (changed.getInputCount() <= index) {
            changed.addInput("");
        }
        return changed.setInput(index, add(node, attribute, values)).build();
    }

    private String add(NodeProto node, String what, long... values) {
        String name = graph.fresh(node.getOutput(0) + "/" + what);
        graph.initializers().put(name, Weights.of(name, values));
        return name;
    }

    private String scalar(NodeProto node, String what, float value) {
        String name = graph.fresh(node.getOutput(0) + "/" + what);
        graph.initializers().put(name, Weights.of(name, new long[0], new float[] {value}));
        return name;
    }
}
