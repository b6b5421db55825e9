package dev.vigil.graph;

import java.util.List;
import java.util.Optional;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.AttributeProto.AttributeType;
import onnx.Onnx.NodeProto;

/** Reading nodes. Stateless. */
public final class Nodes {
    private Nodes() {}

    /** Whether it is this operator of the usual domain. */
    public static boolean is(NodeProto node, String operator) {
        return node.getOpType().equals(operator)
                && OnnxModel.plain(node.getDomain()).isEmpty();
    }

    /** For messages: {@code node Conv_3 (Conv)}; by what it makes where it has no name. */
    public static String shown(NodeProto node) {
        String name = !node.getName().isEmpty()
                ? node.getName()
                : node.getOutputCount() > 0 ? "that makes " + node.getOutput(0) : "without a name";
        return "node " + name + " (" + operator(node) + ")";
    }

    /** With its domain, where that is not the usual one: {@code com.microsoft.FusedConv}. */
    public static String operator(NodeProto node) {
        String domain = OnnxModel.plain(node.getDomain());
        return domain.isEmpty() ? node.getOpType() : domain + "." + node.getOpType();
    }

    /** The name of an input; empty where it is left out. */
    public static String input(NodeProto node, int index) {
        return index < node.getInputCount() ? node.getInput(index) : "";
    }

    public static Optional<AttributeProto> attribute(NodeProto node, String name) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals(name))
                .findFirst();
    }

    public static long integer(NodeProto node, String name, long standard) {
        return attribute(node, name).map(AttributeProto::getI).orElse(standard);
    }

    public static float number(NodeProto node, String name, float standard) {
        return attribute(node, name).map(AttributeProto::getF).orElse(standard);
    }

    public static String text(NodeProto node, String name, String standard) {
        return attribute(node, name).map(a -> a.getS().toStringUtf8()).orElse(standard);
    }

    /** Null where the node has no such attribute. */
    public static long[] integers(NodeProto node, String name) {
        return attribute(node, name).map(a -> longs(a.getIntsList())).orElse(null);
    }

    /** A node of the usual domain that makes one value, and is called like it. */
    public static NodeProto make(String operator, String output, List<String> inputs, AttributeProto... attributes) {
        return NodeProto.newBuilder()
                .setName(output)
                .setOpType(operator)
                .addAllInput(inputs)
                .addOutput(output)
                .addAllAttribute(List.of(attributes))
                .build();
    }

    public static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(value)
                .build();
    }

    public static AttributeProto number(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    public static AttributeProto integers(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    /** The node with an attribute in place of the one of that name, if it has one. */
    public static NodeProto with(NodeProto node, AttributeProto attribute) {
        NodeProto.Builder changed = without(node, attribute.getName()).toBuilder();
        return changed.addAttribute(attribute).build();
    }

    /** The node without an attribute. */
    public static NodeProto without(NodeProto node, String attribute) {
        if (attribute(node, attribute).isEmpty()) {
            return node;
        }
        NodeProto.Builder changed = node.toBuilder().clearAttribute();
        node.getAttributeList().stream()
                .filter(a -> !a.getName().equals(attribute))
                .forEach(changed::addAttribute);
        return changed.build();
    }

    static long[] longs(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }
}
