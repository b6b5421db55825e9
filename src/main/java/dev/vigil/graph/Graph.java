package dev.vigil.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.ValueInfoProto;

/**
 * A graph that can be changed: nodes, initialisers, inputs and outputs, which are all known by the names of the values between
 * them. Bodies (of {@code If}, {@code Loop} and {@code Scan}) stay inside their nodes; what they take from outside counts as read
 * by the node. Not threadsafe.
 */
public final class Graph {
    private final GraphProto rest;
    private final List<NodeProto> nodes;
    private final Map<String, TensorProto> initializers = new LinkedHashMap<>();
    private final List<ValueInfoProto> inputs;
    private final List<ValueInfoProto> outputs;
    private final List<ValueInfoProto> valueInfos;

    public Graph(GraphProto graph) {
        rest = graph.toBuilder()
                .clearNode()
                .clearInitializer()
                .clearInput()
                .clearOutput()
                .clearValueInfo()
                .build();
        nodes = new ArrayList<>(graph.getNodeList());
        graph.getInitializerList().forEach(tensor -> initializers.put(tensor.getName(), tensor));
        inputs = new ArrayList<>(graph.getInputList());
        outputs = new ArrayList<>(graph.getOutputList());
        valueInfos = new ArrayList<>(graph.getValueInfoList());
    }

    public GraphProto toProto() {
        return rest.toBuilder()
                .addAllNode(nodes)
                .addAllInitializer(initializers.values())
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .addAllValueInfo(valueInfos)
                .build();
    }

    public List<NodeProto> nodes() {
        return nodes;
    }

    /** By name. Sparse ones and those of bodies are not among them. */
    public Map<String, TensorProto> initializers() {
        return initializers;
    }

    /** As the file has them; up to IR version 3 every initialiser is among them. */
    public List<ValueInfoProto> inputs() {
        return inputs;
    }

    /** What must be given to run the graph. */
    public List<ValueInfoProto> realInputs() {
        return inputs.stream()
                .filter(input -> !initializers.containsKey(input.getName()))
                .toList();
    }

    public List<ValueInfoProto> outputs() {
        return outputs;
    }

    /** What the file says of values in between. */
    public List<ValueInfoProto> valueInfos() {
        return valueInfos;
    }

    /** The node that makes each value. */
    public Map<String, NodeProto> producers() {
        Map<String, NodeProto> producers = new HashMap<>();
        for (NodeProto node : nodes) {
            for (String output : node.getOutputList()) {
                if (!output.isEmpty()) {
                    producers.put(output, node);
                }
            }
        }
        return producers;
    }

    /** The nodes that read each value, themselves or in their bodies. */
    public Map<String, List<NodeProto>> consumers() {
        Map<String, List<NodeProto>> consumers = new HashMap<>();
        for (NodeProto node : nodes) {
            for (String read : Bodies.reads(node)) {
                consumers.computeIfAbsent(read, name -> new ArrayList<>()).add(node);
            }
        }
        return consumers;
    }

    /**
     * The nodes in an order in which each comes after those that it reads from; the file's order where that is one.
     *
     * @throws GraphException when there is none, because the graph has a cycle
     */
    public List<NodeProto> sorted() throws GraphException {
        Map<String, NodeProto> producers = producers();
        Map<NodeProto, Integer> waits = new IdentityHashMap<>();
        Map<NodeProto, List<NodeProto>> after = new IdentityHashMap<>();
        Deque<NodeProto> ready = new ArrayDeque<>();
        for (NodeProto node : nodes) {
            int count = 0;
            for (String read : Bodies.reads(node)) {
                NodeProto before = producers.get(read);
                if (before != null) {
                    after.computeIfAbsent(before, n -> new ArrayList<>()).add(node);
                    count++;
                }
            }
            waits.put(node, count);
            if (count == 0) {
                ready.add(node);
            }
        }
        List<NodeProto> sorted = new ArrayList<>(nodes.size());
        while (!ready.isEmpty()) {
            NodeProto node = ready.poll();
            sorted.add(node);
            for (NodeProto next : after.getOrDefault(node, List.of())) {
                if (waits.merge(next, -1, Integer::sum) == 0) {
                    ready.add(next);
                }
            }
        }
        if (sorted.size() < nodes.size()) {
            NodeProto in = nodes.stream()
                    .filter(node -> waits.get(node) > 0)
                    .findFirst()
                    .orElseThrow();
            throw new GraphException(Nodes.shown(in) + " is part of a cycle, or waits for one");
        }
        return sorted;
    }

    /**
     * Removes every node, initialiser and note that does not lead to any of these values. What must be given to run it stays.
     *
     * @return how many nodes went
     */
    public int prune(Collection<String> wanted) {
        Map<String, NodeProto> producers = producers();
        Set<String> needed = new HashSet<>();
        Set<NodeProto> kept = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<String> open = new ArrayDeque<>(wanted);
        while (!open.isEmpty()) {
            String value = open.poll();
            NodeProto node = needed.add(value) ? producers.get(value) : null;
            if (node != null && kept.add(node)) {
                open.addAll(Bodies.reads(node));
                needed.addAll(node.getOutputList());
            }
        }
        int before = nodes.size();
        List<ValueInfoProto> real = realInputs();
        nodes.removeIf(node -> !kept.contains(node));
        initializers.keySet().removeIf(name -> !needed.contains(name));
        inputs.removeIf(input -> !needed.contains(input.getName()) && !real.contains(input));
        valueInfos.removeIf(value -> !needed.contains(value.getName()));
        return before - nodes.size();
    }

    /** Gives a value another name, wherever it is made and read. */
    public void rename(String from, String to) {
        nodes.replaceAll(node -> Bodies.renamed(node, from, to));
        TensorProto tensor = initializers.remove(from);
        if (tensor != null) {
            initializers.put(to, tensor.toBuilder().setName(to).build());
        }
        for (List<ValueInfoProto> infos : List.of(inputs, outputs, valueInfos)) {
            infos.replaceAll(info ->
                    info.getName().equals(from) ? info.toBuilder().setName(to).build() : info);
        }
    }

    /** Has every node read another value in place of this one, which stays where it is and must be no output of the graph. */
    public void redirect(String from, String to) {
        nodes.replaceAll(node -> Bodies.redirected(node, from, to));
        if (outputs.stream().anyMatch(output -> output.getName().equals(from))) {
            throw new IllegalArgumentException(from + " is an output, whose name must stay");
        }
    }

    /** A name that no value has, beginning so. */
    public String fresh(String stem) {
        String name = stem;
        for (int i = 1; hasValue(name); i++) {
            name = stem + "_" + i;
        }
        return name;
    }

    /** Whether any value of the graph or its bodies has this name. */
    public boolean hasValue(String name) {
        return initializers.containsKey(name)
                || inputs.stream().anyMatch(input -> input.getName().equals(name))
                || nodes.stream().anyMatch(node -> Bodies.mentions(node, name));
    }
}
