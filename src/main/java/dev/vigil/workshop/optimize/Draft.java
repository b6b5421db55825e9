package dev.vigil.workshop.optimize;

import dev.vigil.graph.Bodies;
import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.Weights;
import dev.vigil.graph.shape.Fact;
import dev.vigil.graph.shape.ShapeInference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.ValueInfoProto;

/**
 * A graph under one pass: nodes in slots that stay where they are while others come and go, with who makes and who reads each
 * value kept up to date. {@link #finish} puts the result into the model. Not threadsafe.
 */
final class Draft {
    private final OnnxModel model;
    private final Graph graph;
    /** Null where a node is gone. */
    private final List<NodeProto> slots;

    private final Map<String, Integer> makers = new HashMap<>();
    private final Map<String, Set<Integer>> readers = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final Set<String> inputs;
    private final Set<String> outputs;
    private final Map<String, Fact> facts;

    Draft(OnnxModel model) throws GraphException {
        this.model = model;
        this.graph = model.graph();
        this.slots = new ArrayList<>(graph.sorted());
        this.inputs = graph.inputs().stream().map(ValueInfoProto::getName).collect(Collectors.toSet());
        this.outputs = graph.outputs().stream().map(ValueInfoProto::getName).collect(Collectors.toSet());
        this.facts = ShapeInference.run(model, Map.of());
        names.addAll(inputs);
        names.addAll(outputs);
        names.addAll(graph.initializers().keySet());
        for (int slot = 0; slot < slots.size(); slot++) {
            enter(slot, slots.get(slot));
        }
    }

    private void enter(int slot, NodeProto node) {
        node.getOutputList().forEach(output -> makers.put(output, slot));
        for (String read : Bodies.reads(node)) {
            readers.computeIfAbsent(read, name -> new LinkedHashSet<>()).add(slot);
        }
        addNames(node);
    }

    private void addNames(NodeProto node) {
        names.addAll(node.getInputList()); // sparse initialisers are only seen so
        names.addAll(node.getOutputList());
        for (GraphProto body : Bodies.of(node)) {
            body.getInputList().forEach(input -> names.add(input.getName()));
            body.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
            body.getNodeList().forEach(this::addNames);
        }
    }

    private void leave(int slot) {
        NodeProto node = slots.get(slot);
        node.getOutputList().forEach(output -> makers.remove(output, slot));
        for (String read : Bodies.reads(node)) {
            readers.getOrDefault(read, new LinkedHashSet<>()).remove(slot);
        }
    }

    OnnxModel model() {
        return model;
    }

    int opset() {
        return model.opset("");
    }

    /** Of the slots, taken and left. Grows as nodes are added. */
    int size() {
        return slots.size();
    }

    /** Null where it is gone. In the order of running, but for those that were added. */
    NodeProto node(int slot) {
        return slots.get(slot);
    }

    /** The slot of the node that makes a value; -1 where none does. */
    int makerAt(String value) {
        return makers.getOrDefault(value, -1);
    }

    /** The node that makes a value; null where none does. */
    NodeProto maker(String value) {
        int slot = makerAt(value);
        return slot < 0 ? null : slots.get(slot);
    }

    /** Slots of the nodes that read a value, themselves or in their bodies. */
    List<Integer> readers(String value) {
        return List.copyOf(readers.getOrDefault(value, Set.of()));
    }

    /** The slot of the only node that reads a value, which is no output; -1 where there are none or more. */
    int onlyReader(String value) {
        Set<Integer> all = readers.getOrDefault(value, Set.of());
        return all.size() == 1 && !isOutput(value) ? all.iterator().next() : -1;
    }

    boolean isOutput(String value) {
        return outputs.contains(value);
    }

    /** An initialiser that nobody can give another value; null for anything else. */
    TensorProto constant(String value) {
        return inputs.contains(value) ? null : graph.initializers().get(value);
    }

    /** What was known before this pass. */
    Fact fact(String value) {
        return facts.getOrDefault(value, Fact.UNKNOWN);
    }

    /** All of a constant's values as whole numbers; null where it is none, or not small. */
    long[] longs(String value) {
        TensorProto tensor = constant(value);
        return tensor == null ? null : fact(value).longs();
    }

    void set(int slot, NodeProto node) {
        leave(slot);
        slots.set(slot, node);
        enter(slot, node);
    }

    void add(NodeProto node) {
        slots.add(node);
        enter(slots.size() - 1, node);
    }

    void remove(int slot) {
        leave(slot);
        slots.set(slot, null);
    }

    /** A name that no value has, and none will get again. */
    String fresh(String stem) {
        String name = stem;
        for (int i = 1; !names.add(name); i++) {
            name = stem + "_" + i;
        }
        return name;
    }

    /** Adds a constant under a fresh name, which is returned. */
    String addConstant(TensorProto tensor) {
        String name = fresh(tensor.getName());
        TensorProto named = tensor.toBuilder().setName(name).build();
        graph.initializers().put(name, named);
        facts.put(name, Fact.of(named));
        return name;
    }

    String addConstant(String stem, long... values) {
        return addConstant(Weights.of(stem, values));
    }

    /** Makes a constant of what a node made until now, which must be gone. */
    void putConstant(TensorProto tensor) {
        graph.initializers().put(tensor.getName(), tensor);
    }

    /** Has all readers of a value read another one. */
    void redirect(String from, String to) {
        for (int slot : readers(from)) {
            set(slot, Bodies.redirected(slots.get(slot), from, to));
        }
    }

    /**
     * Takes a node away whose first output is the same as one of its inputs, and whose others nobody reads.
     *
     * @return false when it must stay, because a graph's output needs its name
     */
    boolean bypass(int slot, String by) {
        NodeProto node = slots.get(slot);
        String value = node.getOutput(0);
        for (int i = 1; i < node.getOutputCount(); i++) {
            if (isOutput(node.getOutput(i)) || !readers(node.getOutput(i)).isEmpty()) {
                return false;
            }
        }
        if (!isOutput(value)) {
            remove(slot);
            redirect(value, by);
            return true;
        }
        int maker = makerAt(by);
        if (maker < 0 || isOutput(by)) {
            return false;
        }
        remove(slot);
        redirect(by, value);
        set(maker, Bodies.renamed(slots.get(maker), by, value));
        return true;
    }

    /** Puts what has become of it into the model, without what is no longer used. */
    void finish() throws GraphException {
        graph.nodes().clear();
        slots.stream().filter(Objects::nonNull).forEach(graph.nodes()::add);
        graph.prune(outputs);
        List<NodeProto> sorted = graph.sorted();
        graph.nodes().clear();
        Set<String> taken = new HashSet<>();
        for (NodeProto node : sorted) {
            // Nodes are called like what they made first; ONNX Runtime refuses two of one name, and takes any without.
            boolean unique = node.getName().isEmpty() || taken.add(node.getName());
            graph.nodes().add(unique ? node : node.toBuilder().clearName().build());
        }
    }

    /** Initialisers by name, to be looked at. */
    Map<String, TensorProto> constants() {
        return Collections.unmodifiableMap(graph.initializers());
    }
}
