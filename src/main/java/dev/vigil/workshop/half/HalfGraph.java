package dev.vigil.workshop.half;

import dev.vigil.graph.Bodies;
import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.ValueInfoProto;

/**
 * Makes a graph as a {@link HalfPlan} wants it. A value that is needed in both precisions has a name for each, and one cast lies
 * between them; one that is needed in a single one keeps its name and has none. So no two casts ever undo each other.
 */
final class HalfGraph {
    private static final String SUFFIX = "_half";

    private final HalfPlan plan;
    private final boolean emulated;
    private final HalfTensors tensors;
    private final OnnxModel model;
    private final Graph graph;
    private final Set<String> names = new HashSet<>();
    /** What a value was called that got another name because an edge of the graph has its own. */
    private final Map<String, String> renamed = new HashMap<>();
    /** The name of each value's version in FP16. */
    private final Map<String, String> halves = new HashMap<>();

    private final Set<String> madeHalf = new HashSet<>();
    private final Set<String> readHalf = new HashSet<>();
    private final Set<String> readFloat = new HashSet<>();
    /** Of initialisers read as halves, those that are something else than a limit to a node. */
    private final Set<String> readAsNumbers = new HashSet<>();

    private final List<NodeProto> made = new ArrayList<>();
    private int casts;

    /** A graph that was made, not yet written. */
    record Made(OnnxModel model, int casts) {}

    private HalfGraph(HalfPlan plan, HalfTensors tensors, boolean emulated) {
        this.plan = plan;
        this.emulated = emulated;
        this.model = plan.copy();
        this.tensors = tensors;
        this.graph = model.graph();
    }

    /**
     * The graph in FP16.
     *
     * @param inputs whether pictures are given as halves
     * @param outputs whether all that is float32 is given out as halves
     */
    static Made of(HalfPlan plan, HalfTensors tensors, boolean inputs, boolean outputs)
            throws GraphException, IOException {
        HalfGraph making = new HalfGraph(plan, tensors, false);
        making.collectNames(making.graph.toProto());
        making.edges(inputs, outputs);
        return making.make();
    }

    /**
     * A graph in FP32 that rounds every value as the one in FP16 does between its nodes, while sums inside of nodes are not: as
     * matrix units of GPUs compute. ONNX Runtime on a CPU without FP16 arithmetic leaves out the roundings of a graph in FP16, and
     * so would not show them.
     */
    static Made emulated(HalfPlan plan, HalfTensors tensors) throws GraphException, IOException {
        HalfGraph making = new HalfGraph(plan, tensors, true);
        making.collectNames(making.graph.toProto());
        return making.make();
    }

    private void collectNames(GraphProto in) {
        in.getInputList().forEach(value -> names.add(value.getName()));
        in.getInitializerList().forEach(value -> names.add(value.getName()));
        for (NodeProto node : in.getNodeList()) {
            names.addAll(node.getInputList());
            names.addAll(node.getOutputList());
            Bodies.of(node).forEach(this::collectNames);
        }
    }

    private String fresh(String stem) {
        String name = stem;
        for (int i = 1; !names.add(name); i++) {
            name = stem + "_" + i;
        }
        return name;
    }

    /** Edges that become halves keep their names, so what they were inside gets another. */
    private void edges(boolean inputs, boolean outputs) {
        Set<String> real = new HashSet<>();
        graph.realInputs().forEach(input -> real.add(input.getName()));
        if (inputs) {
            real.stream().filter(this::isPicture).forEach(input -> madeHalf.add(edge(input, graph.inputs())));
        }
        if (outputs) {
            List<String> made =
                    graph.outputs().stream().map(ValueInfoProto::getName).toList();
            made.stream()
                    .filter(name -> plan.isFloat(name)
                            && !real.contains(name)
                            && !graph.initializers().containsKey(name))
                    .forEach(output -> readHalf.add(edge(output, graph.outputs())));
        }
    }

    private boolean isPicture(String input) {
        return plan.isFloat(input) && plan.fact(input).rank() >= 3;
    }

    private String edge(String name, List<ValueInfoProto> infos) {
        String inside = fresh(name + "_float");
        graph.rename(name, inside);
        infos.replaceAll(info -> info.getName().equals(inside)
                ? typed(info.toBuilder().setName(name).build())
                : info);
        renamed.put(inside, name);
        halves.put(inside, name);
        return inside;
    }

    private static ValueInfoProto typed(ValueInfoProto value) {
        ValueInfoProto.Builder half = value.toBuilder();
        half.getTypeBuilder().getTensorTypeBuilder().setElemType(DataType.FLOAT16_VALUE);
        return half.build();
    }

    private boolean isFloat(String value) {
        return plan.isFloat(renamed.getOrDefault(value, value));
    }

    private boolean takesHalf(NodeProto node, int input) {
        return isFloat(node.getInput(input)) && !HalfRules.staysFloat(node, input);
    }

    private Made make() throws GraphException, IOException {
        List<NodeProto> nodes = graph.sorted();
        for (int i = 0; i < nodes.size(); i++) {
            look(nodes.get(i), plan.isHalf(i));
        }
        graph.outputs().stream()
                .map(ValueInfoProto::getName)
                .filter(this::isFloat)
                .forEach(readFloat::add);
        name();
        weights();
        for (ValueInfoProto input : graph.realInputs()) {
            // What is a half at the edge is called otherwise inside.
            String inside = renamed.entrySet().stream()
                    .filter(edge -> edge.getValue().equals(input.getName()))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse(input.getName());
            connect(inside);
        }
        for (int i = 0; i < nodes.size(); i++) {
            NodeProto node = nodes.get(i);
            NodeProto now = plan.isHalf(i) ? half(node) : node;
            made.add(now);
            for (int output = 0; output < node.getOutputCount(); output++) {
                if (emulated && !now.getOutput(output).equals(node.getOutput(output))) {
                    round(now.getOutput(output), node.getOutput(output));
                }
                connect(node.getOutput(output));
            }
        }
        graph.nodes().clear();
        graph.nodes().addAll(made);
        if (!emulated) {
            graph.valueInfos()
                    .replaceAll(info -> info.getName().equals(halves.get(info.getName())) ? typed(info) : info);
        }
        return new Made(model, casts);
    }

    /** Who makes and reads what in which precision. */
    private void look(NodeProto node, boolean half) {
        if (!half) {
            Bodies.reads(node).stream().filter(this::isFloat).forEach(readFloat::add);
            return;
        }
        for (int input = 0; input < node.getInputCount(); input++) {
            String value = node.getInput(input);
            if (takesHalf(node, input)) {
                readHalf.add(value);
                if (!HalfRules.isLimit(node, input)) {
                    readAsNumbers.add(value);
                }
            } else if (isFloat(value)) {
                readFloat.add(value);
            }
        }
        node.getOutputList().stream().filter(this::isFloat).forEach(madeHalf::add);
    }

    private void name() {
        Set<String> all = new HashSet<>(readHalf);
        all.addAll(madeHalf);
        for (String value : all) {
            boolean alone = !readFloat.contains(value)
                    && (madeHalf.contains(value) || graph.initializers().containsKey(value));
            boolean roundedInPlace = emulated && madeHalf.contains(value);
            if (!halves.containsKey(value)) {
                halves.put(value, alone || roundedInPlace ? value : fresh(value + SUFFIX));
            }
        }
    }

    private void weights() throws GraphException, IOException {
        for (TensorProto tensor : List.copyOf(graph.initializers().values())) {
            String name = tensor.getName();
            if (!readHalf.contains(name)) {
                continue;
            }
            boolean limit = !readAsNumbers.contains(name);
            String half = halves.get(name);
            if (emulated) {
                // Runtimes do such a cast once, when they load the model.
                String stored = fresh(name + "_16");
                graph.initializers().put(stored, tensors.half(stored, tensor, limit));
                if (half.equals(name)) {
                    graph.initializers().remove(name);
                    graph.inputs().removeIf(input -> input.getName().equals(name));
                }
                cast(stored, half, DataType.FLOAT);
            } else {
                graph.initializers().put(half, tensors.half(half, tensor, limit));
                if (half.equals(name)) {
                    graph.inputs().replaceAll(input -> input.getName().equals(name) ? typed(input) : input);
                }
            }
        }
    }

    /** Casts a value that was made just now to the precision that it is read in besides. */
    private void connect(String value) {
        String half = halves.get(value);
        if (half == null || half.equals(value)) {
            return;
        }
        if (madeHalf.contains(value)) {
            if (readFloat.contains(value)) {
                cast(half, value, DataType.FLOAT);
            }
        } else {
            round(value, half);
        }
    }

    private void round(String from, String to) {
        if (emulated) {
            String between = fresh(to + "_16");
            cast(from, between, DataType.FLOAT16);
            cast(between, to, DataType.FLOAT);
        } else {
            cast(from, to, DataType.FLOAT16);
        }
    }

    private void cast(String from, String to, DataType type) {
        made.add(Nodes.make("Cast", to, List.of(from), Nodes.integer("to", type.getNumber())).toBuilder()
                .setName(to + "_cast")
                .build());
        casts++;
    }

    private NodeProto half(NodeProto node) {
        NodeProto.Builder half = node.toBuilder();
        for (int input = 0; input < node.getInputCount(); input++) {
            if (takesHalf(node, input)) {
                half.setInput(input, halves.get(node.getInput(input)));
            }
        }
        for (int output = 0; output < node.getOutputCount(); output++) {
            String value = node.getOutput(output);
            if (isFloat(value)) {
                half.setOutput(output, emulated ? fresh(value + "_raw") : halves.get(value));
            }
        }
        return emulated ? half.build() : converted(half);
    }

    private NodeProto converted(NodeProto.Builder half) {
        boolean toFloat =
                Nodes.is(half.build(), "Cast") && Nodes.integer(half.build(), "to", 0) == DataType.FLOAT_VALUE;
        return toFloat ? Nodes.with(half.build(), Nodes.integer("to", DataType.FLOAT16_VALUE)) : half.build();
    }
}
