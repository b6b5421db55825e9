package dev.vigil.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;

/**
 * Graphs inside of nodes. Their nodes see all names of the graphs around them that they do not make themselves. Their depth
 * is bounded by {@link WireScan#DEPTH_MAX}, so recursion is safe. Stateless.
 */
public final class Bodies {
    private Bodies() {}

    public static List<GraphProto> of(NodeProto node) {
        List<GraphProto> bodies = new ArrayList<>();
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                bodies.add(attribute.getG());
            }
            bodies.addAll(attribute.getGraphsList());
        }
        return bodies;
    }

    /** What a node needs of the graph that it is in: its inputs, and what its bodies take from outside. */
    public static Set<String> reads(NodeProto node) {
        Set<String> reads = new LinkedHashSet<>(node.getInputList());
        reads.remove("");
        for (GraphProto body : of(node)) {
            reads.addAll(takenFromOutside(body));
        }
        return reads;
    }

    private static Set<String> takenFromOutside(GraphProto body) {
        Set<String> own = new HashSet<>();
        body.getInputList().forEach(input -> own.add(input.getName()));
        body.getInitializerList().forEach(tensor -> own.add(tensor.getName()));
        body.getNodeList().forEach(node -> own.addAll(node.getOutputList()));
        Set<String> taken = new LinkedHashSet<>();
        body.getNodeList().forEach(node -> taken.addAll(reads(node)));
        body.getOutputList().forEach(output -> taken.add(output.getName()));
        taken.removeAll(own);
        return taken;
    }

    /** Whether it or its bodies use the name at all. */
    static boolean mentions(NodeProto node, String name) {
        return node.getInputList().contains(name)
                || node.getOutputList().contains(name)
                || of(node).stream().anyMatch(body -> mentions(body, name));
    }

    private static boolean mentions(GraphProto body, String name) {
        return body.getInputList().stream().anyMatch(input -> input.getName().equals(name))
                || body.getInitializerList().stream()
                        .anyMatch(tensor -> tensor.getName().equals(name))
                || body.getNodeList().stream().anyMatch(node -> mentions(node, name));
    }

    /** The node with a value of the graph around it called otherwise. */
    public static NodeProto renamed(NodeProto node, String from, String to) {
        NodeProto renamed = redirected(node, from, to);
        if (!node.getOutputList().contains(from)) {
            return renamed;
        }
        NodeProto.Builder making = renamed.toBuilder();
        for (int i = 0; i < node.getOutputCount(); i++) {
            if (node.getOutput(i).equals(from)) {
                making.setOutput(i, to);
            }
        }
        return making.build();
    }

    /** The node with another value of the graph around it read in place of one. */
    public static NodeProto redirected(NodeProto node, String from, String to) {
        if (!reads(node).contains(from)) {
            return node;
        }
        NodeProto.Builder renamed = node.toBuilder();
        for (int i = 0; i < node.getInputCount(); i++) {
            if (node.getInput(i).equals(from)) {
                renamed.setInput(i, to);
            }
        }
        for (AttributeProto.Builder attribute : renamed.getAttributeBuilderList()) {
            if (attribute.hasG()) {
                attribute.setG(redirected(attribute.getG(), from, to));
            }
            for (int i = 0; i < attribute.getGraphsCount(); i++) {
                attribute.setGraphs(i, redirected(attribute.getGraphs(i), from, to));
            }
        }
        return renamed.build();
    }

    private static GraphProto redirected(GraphProto body, String from, String to) {
        if (!takenFromOutside(body).contains(from)) {
            return body;
        }
        GraphProto.Builder renamed = body.toBuilder().clearNode().clearOutput();
        body.getNodeList().forEach(node -> renamed.addNode(redirected(node, from, to)));
        body.getOutputList()
                .forEach(output -> renamed.addOutput(
                        output.getName().equals(from)
                                ? output.toBuilder().setName(to).build()
                                : output));
        return renamed.build();
    }
}
