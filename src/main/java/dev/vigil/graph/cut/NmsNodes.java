package dev.vigil.graph.cut;

import dev.vigil.graph.Bodies;
import dev.vigil.graph.Graph;
import dev.vigil.graph.Nodes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;

/** Finds the nodes of a graph, and of its bodies, that suppress boxes. Stateless. */
public final class NmsNodes {
    /** Plug-in nodes of TensorRT (NVIDIA/TensorRT, plugin/efficientNMSPlugin and plugin/batchedNMSPlugin), by any domain. */
    private static final Set<String> PLUGINS = Set.of("EfficientNMS_TRT", "BatchedNMS_TRT", "BatchedNMSDynamic_TRT");

    private NmsNodes() {}

    /**
     * A suppression and where it is.
     *
     * @param scope the graph that has it
     */
    public record Found(NodeProto node, Scope scope) {
        public boolean isPlugin() {
            return PLUGINS.contains(node.getOpType());
        }

        public String shown() {
            return Nodes.shown(node);
        }
    }

    /** A graph and those around it, to look up who makes a value. */
    public static final class Scope {
        private final Scope around;
        private final NodeProto owner;
        private final Map<String, NodeProto> producers;
        private final Graph graph;
        private final List<String> inputs;

        private Scope(Scope around, NodeProto owner, Graph graph) {
            this.around = around;
            this.owner = owner;
            this.graph = graph;
            this.producers = graph.producers();
            this.inputs = graph.inputs().stream().map(input -> input.getName()).toList();
        }

        /** Null for the graph itself. */
        Scope around() {
            return around;
        }

        /** The node that this is a body of; null for the graph itself. */
        NodeProto owner() {
            return owner;
        }

        Graph graph() {
            return graph;
        }

        List<String> inputs() {
            return inputs;
        }

        /** Where a value that is seen here is made or given; the graph itself where it is not known. */
        Scope of(String value) {
            Scope at = this;
            while (at.around != null && !at.has(value)) {
                at = at.around;
            }
            return at;
        }

        private boolean has(String value) {
            return producers.containsKey(value)
                    || inputs.contains(value)
                    || graph.initializers().containsKey(value);
        }

        /** The node of this graph that makes a value; null where it is given. */
        NodeProto producer(String value) {
            return producers.get(value);
        }
    }

    /** In the file's order, bodies where their node is. */
    public static List<Found> in(Graph graph) {
        List<Found> found = new ArrayList<>();
        collect(new Scope(null, null, graph), found);
        return found;
    }

    private static void collect(Scope scope, List<Found> found) {
        for (NodeProto node : scope.graph.nodes()) {
            if (Nodes.is(node, "NonMaxSuppression") || PLUGINS.contains(node.getOpType())) {
                found.add(new Found(node, scope));
            }
            for (GraphProto body : Bodies.of(node)) {
                collect(new Scope(scope, node, new Graph(body)), found);
            }
        }
    }
}
