package dev.vigil.graph.shape;

import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.ValueInfoProto;

/**
 * Finds type, shape and small values of everything in a graph, from the inputs on. Bodies are not looked into: what comes out
 * of them has the rank that the file declares, if any. Stateless.
 */
public final class ShapeInference {
    private ShapeInference() {}

    /**
     * All that is known.
     *
     * @param inputs shapes to take for inputs in place of those that the file has
     */
    public static Map<String, Fact> run(OnnxModel model, Map<String, long[]> inputs) throws GraphException {
        Graph graph = model.graph();
        int opset = model.opset("");
        Map<String, Fact> facts = new HashMap<>();
        Map<String, Fact> declared = new HashMap<>();
        for (List<ValueInfoProto> infos : List.of(graph.valueInfos(), graph.outputs())) {
            infos.forEach(info -> declared.put(info.getName(), Fact.of(info.getType())));
        }
        for (ValueInfoProto input : graph.inputs()) {
            Fact fact = Fact.of(input.getType());
            long[] shape = inputs.get(input.getName());
            facts.put(input.getName(), shape == null ? fact : Fact.of(fact.type(), shape));
        }
        for (TensorProto tensor : graph.initializers().values()) {
            facts.put(tensor.getName(), Fact.of(tensor));
        }
        for (NodeProto node : graph.sorted()) {
            List<Fact> given = new ArrayList<>();
            for (String input : node.getInputList()) {
                given.add(facts.getOrDefault(input, Fact.UNKNOWN));
            }
            Rules.Rule rule = Nodes.is(node, node.getOpType()) ? Rules.ALL.get(node.getOpType()) : null;
            List<Fact> made = rule == null ? List.of() : rule.apply(new Call(node, given, opset));
            for (int i = 0; i < node.getOutputCount(); i++) {
                String output = node.getOutput(i);
                Fact fact = i < made.size() ? made.get(i) : Fact.UNKNOWN;
                facts.put(output, merged(fact, declared.get(output)));
            }
        }
        return facts;
    }

    /**
     * What was found, completed by what the file declares. A declared dimension stands for all sizes of the input, so that a
     * number is believed, where none was found, only if it is declared so.
     */
    private static Fact merged(Fact found, Fact declared) {
        if (declared == null) {
            return found;
        }
        int type = found.type() != 0 ? found.type() : declared.type();
        if (!found.hasRank()) {
            return new Fact(type, declared.shape(), null);
        }
        if (declared.rank() != found.rank()) {
            return new Fact(type, found.shape(), found.values());
        }
        long[] shape = found.shape().clone();
        for (int i = 0; i < shape.length; i++) {
            shape[i] = shape[i] < 0 ? declared.shape()[i] : shape[i];
        }
        return new Fact(type, shape, found.values());
    }
}
