package dev.vigil.graph;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.FunctionProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.SparseTensorProto;
import onnx.Onnx.TensorProto;

/**
 * Offers all initialisers of a model to be changed, and of tensors in attributes those that have their data elsewhere.
 */
record TensorWalk(Change change) {
    /** What becomes of a tensor. */
    interface Change {
        TensorProto of(TensorProto tensor) throws GraphException, IOException;
    }

    /** Carries what failed out of a walk. */
    private static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient IOException why;

        Failed(IOException why) {
            super(why);
            this.why = why;
        }
    }

    /** Shows all of them. */
    static void look(ModelProto model, Consumer<TensorProto> eye) {
        new TensorWalk(tensor -> {
                    eye.accept(tensor);
                    return tensor;
                })
                .walked(model);
    }

    /**
     * The model with what became of them.
     *
     * @throws IOException when one of them can not be changed
     */
    ModelProto of(ModelProto model) throws IOException {
        try {
            return walked(model);
        } catch (Failed e) {
            throw e.why;
        }
    }

    private TensorProto changed(TensorProto tensor) {
        try {
            return change.of(tensor);
        } catch (IOException e) {
            throw new Failed(e);
        } catch (GraphException e) {
            throw new Failed(new IOException(e.getMessage(), e));
        }
    }

    private ModelProto walked(ModelProto model) {
        ModelProto.Builder walked = model.toBuilder().setGraph(graph(model.getGraph()));
        for (int i = 0; i < walked.getFunctionsCount(); i++) {
            FunctionProto function = walked.getFunctions(i);
            List<NodeProto> nodes =
                    function.getNodeList().stream().map(this::node).toList();
            walked.setFunctions(
                    i, function.toBuilder().clearNode().addAllNode(nodes).build());
        }
        return walked.build();
    }

    private GraphProto graph(GraphProto graph) {
        GraphProto.Builder walked =
                graph.toBuilder().clearInitializer().clearSparseInitializer().clearNode();
        graph.getInitializerList().forEach(tensor -> walked.addInitializer(changed(tensor)));
        graph.getSparseInitializerList().forEach(sparse -> walked.addSparseInitializer(sparse(sparse)));
        graph.getNodeList().forEach(node -> walked.addNode(node(node)));
        return walked.build();
    }

    private NodeProto node(NodeProto node) {
        boolean plain = node.getAttributeList().stream()
                .allMatch(a -> !a.hasT()
                        && !a.hasG()
                        && !a.hasSparseTensor()
                        && a.getTensorsCount() + a.getGraphsCount() + a.getSparseTensorsCount() == 0);
        if (plain) {
            return node;
        }
        NodeProto.Builder walked = node.toBuilder().clearAttribute();
        node.getAttributeList().forEach(attribute -> walked.addAttribute(attribute(attribute)));
        return walked.build();
    }

    private AttributeProto attribute(AttributeProto attribute) {
        AttributeProto.Builder walked =
                attribute.toBuilder().clearTensors().clearGraphs().clearSparseTensors();
        if (attribute.hasT()) {
            walked.setT(external(attribute.getT()));
        }
        if (attribute.hasG()) {
            walked.setG(graph(attribute.getG()));
        }
        if (attribute.hasSparseTensor()) {
            walked.setSparseTensor(sparse(attribute.getSparseTensor()));
        }
        attribute.getTensorsList().forEach(tensor -> walked.addTensors(external(tensor)));
        attribute.getGraphsList().forEach(graph -> walked.addGraphs(graph(graph)));
        attribute.getSparseTensorsList().forEach(sparse -> walked.addSparseTensors(sparse(sparse)));
        return walked.build();
    }

    private SparseTensorProto sparse(SparseTensorProto sparse) {
        return sparse.toBuilder()
                .setValues(external(sparse.getValues()))
                .setIndices(external(sparse.getIndices()))
                .build();
    }

    private TensorProto external(TensorProto tensor) {
        return ExternalData.isExternal(tensor) ? changed(tensor) : tensor;
    }
}
