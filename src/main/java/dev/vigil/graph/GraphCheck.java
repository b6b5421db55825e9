package dev.vigil.graph;

import dev.vigil.graph.cut.NmsNodes;
import dev.vigil.graph.shape.LiveBytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.FunctionProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.SparseTensorProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.ValueInfoProto;

/**
 * What is looked at before native code gets a model: that it hangs together, that its weights are as long as their shapes, and
 * that they lie where a model's weights may, and that running it takes no more memory than a box has. Costs time by the number of
 * nodes; reads no weights. Stateless.
 */
public final class GraphCheck {
    /** Of plug-ins that ONNX Runtime's TensorRT provider takes. */
    private static final String TENSORRT_DOMAIN = "trt.plugins";

    /** More than any detector needs for a frame; less than what brings a box down. */
    private static final long LIVE_BYTES_MAX = 4L << 30;

    private GraphCheck() {}

    /** Why a file should not be run, to be read after its name; null when nothing speaks against it. */
    public static String problem(Path file) {
        try {
            OnnxModel model = OnnxModel.read(file);
            for (NmsNodes.Found nms : NmsNodes.in(model.graph())) {
                if (nms.isPlugin() && !nms.node().getDomain().equals(TENSORRT_DOMAIN)) {
                    return "has " + nms.shown()
                            + " inside, a plug-in that only TensorRT itself runs: with nms: cpu in the"
                            + " configuration it is cut away, or by `vigil model split`";
                }
            }
            LiveBytes.Peak peak = LiveBytes.peak(model);
            return peak.bytes() <= LIVE_BYTES_MAX
                    ? null
                    : String.format(
                            Locale.ROOT,
                            "would take at least %.1f GiB while it runs on one frame, for %s of %s and what is beside it:"
                                    + " at most %d GiB are allowed",
                            peak.bytes() / (double) (1 << 30),
                            peak.value(),
                            peak.fact(),
                            LIVE_BYTES_MAX >> 30);
        } catch (GraphException e) {
            return e.getMessage();
        }
    }

    static void check(ModelProto model, Path folder) throws GraphException {
        if (!model.hasIrVersion()) {
            throw new GraphException("is no ONNX file: it does not say its IR version");
        }
        if (model.getGraph().getNodeCount() == 0 && model.getGraph().getOutputCount() == 0) {
            throw new GraphException("holds no graph");
        }
        check(model.getGraph(), null, folder);
        for (FunctionProto function : model.getFunctionsList()) {
            for (NodeProto node : function.getNodeList()) {
                checkTensors(node, folder); // names are the parameters' of who calls it
            }
        }
    }

    /** The names that nodes of a graph see: its own, and those around it. */
    private record Scope(Scope around, Set<String> own) {
        boolean knows(String name) {
            for (Scope at = this; at != null; at = at.around) {
                if (at.own.contains(name)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static void check(GraphProto graph, Scope around, Path folder) throws GraphException {
        Set<String> names = new HashSet<>();
        for (ValueInfoProto input : graph.getInputList()) {
            if (!names.add(input.getName())) {
                throw new GraphException("has two inputs of the name " + input.getName());
            }
        }
        for (TensorProto tensor : graph.getInitializerList()) {
            names.add(tensor.getName()); // of two of the same name the last counts, as in ONNX Runtime
            TensorData.check(tensor, folder);
        }
        for (SparseTensorProto sparse : graph.getSparseInitializerList()) {
            names.add(sparse.getValues().getName());
            check(sparse, folder);
        }
        for (NodeProto node : graph.getNodeList()) {
            for (String output : node.getOutputList()) {
                if (!output.isEmpty() && !names.add(output)) {
                    throw new GraphException(
                            Nodes.shown(node) + " makes " + output + ", which something else is called already");
                }
            }
        }
        Scope scope = new Scope(around, names);
        for (NodeProto node : graph.getNodeList()) {
            checkTensors(node, folder);
            for (String input : node.getInputList()) {
                if (!input.isEmpty() && !scope.knows(input)) {
                    throw new GraphException(Nodes.shown(node) + " reads " + input + ", which nothing makes");
                }
            }
            for (GraphProto body : Bodies.of(node)) {
                check(body, scope, folder);
            }
        }
        for (ValueInfoProto output : graph.getOutputList()) {
            if (!scope.knows(output.getName())) {
                throw new GraphException("output " + output.getName() + " is made by no node");
            }
        }
        new Graph(graph).sorted();
    }

    private static void check(SparseTensorProto sparse, Path folder) throws GraphException {
        TensorData.check(sparse.getValues(), folder);
        TensorData.check(sparse.getIndices(), folder);
    }

    private static void checkTensors(NodeProto node, Path folder) throws GraphException {
        for (AttributeProto attribute : node.getAttributeList()) {
            List<TensorProto> tensors = new ArrayList<>(attribute.getTensorsList());
            if (attribute.hasT()) {
                tensors.add(attribute.getT());
            }
            for (TensorProto tensor : tensors) {
                TensorData.check(tensor, folder);
            }
            List<SparseTensorProto> sparse = new ArrayList<>(attribute.getSparseTensorsList());
            if (attribute.hasSparseTensor()) {
                sparse.add(attribute.getSparseTensor());
            }
            for (SparseTensorProto tensor : sparse) {
                check(tensor, folder);
            }
        }
    }
}
