package dev.vigil.workshop.prune;

import dev.vigil.graph.Bodies;
import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.Weights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;

/** Takes channels out of a graph's weights, and puts what they always said into biases. Not threadsafe. */
final class Cutter {
    private final Flow flow;
    private final boolean[] removed;
    private final Graph graph;
    private final Map<NodeProto, double[]> additions = new IdentityHashMap<>();
    /** Weights that were cut, by name and what is left of them. */
    private final Map<String, String> made = new HashMap<>();
    /** By initialiser: the ways in which nodes read it; the empty one is as it is. */
    private final Map<String, Set<String>> ways = new HashMap<>();

    private final Set<String> fresh = new HashSet<>();
    /** The weights of before. */
    private final Map<String, TensorProto> original;

    /** @param removed by atom */
    Cutter(Flow flow, boolean[] removed) {
        this.flow = flow;
        this.removed = removed;
        this.graph = flow.graph;
        this.original = Map.copyOf(flow.graph.initializers());
    }

    /** How many of these channels are left. */
    long left(int[] atoms) {
        long left = 0;
        for (int atom : atoms) {
            left += removed[atom] ? 0 : 1;
        }
        return left;
    }

    /** A node with whole numbers of its own as an input. */
    NodeProto withLongs(NodeProto node, int input, long... values) {
        String name = name(node.getOutput(0) + "_" + input);
        graph.initializers().put(name, Weights.of(name, values));
        return withInput(node, input, name);
    }

    private static NodeProto withInput(NodeProto node, int input, String name) {
        NodeProto.Builder changed = node.toBuilder();
        while (changed.getInputCount() <= input) {
            changed.addInput("");
        }
        return changed.setInput(input, name).build();
    }

    private String name(String stem) {
        String name = graph.fresh(stem);
        for (int i = 1; !fresh.add(name); i++) {
            name = graph.fresh(stem + "_" + i);
        }
        return name;
    }

    /** Changes the graph. */
    void run() throws GraphException {
        for (Use use : flow.uses) {
            add(use);
        }
        for (NodeProto node : graph.nodes()) {
            look(node);
        }
        List<NodeProto> changed = new ArrayList<>();
        for (NodeProto node : graph.nodes()) {
            changed.addAll(changed(node));
        }
        graph.nodes().clear();
        graph.nodes().addAll(changed);
        graph.valueInfos().clear(); // they tell shapes of before
    }

    private void add(Use use) {
        double[] sum = new double[use.outputs()];
        boolean any = false;
        for (int channel = 0; channel < use.in().count(); channel++) {
            if (removed[use.in().atoms()[channel]]) {
                for (int output = 0; output < sum.length; output++) {
                    double more = use.left(channel, output);
                    sum[output] += more;
                    any |= more != 0;
                }
            }
        }
        if (any) {
            additions.put(use.node(), sum);
        }
    }

    private void look(NodeProto node) {
        Set<String> outside = Bodies.reads(node);
        for (int input = 0; input < node.getInputCount(); input++) {
            ways.computeIfAbsent(node.getInput(input), n -> new HashSet<>()).add(way(node, input));
        }
        outside.removeAll(node.getInputList());
        outside.forEach(name -> ways.computeIfAbsent(name, n -> new HashSet<>()).add(""));
    }

    private List<Flow.Cut> cuts(NodeProto node, int input) {
        return flow.cuts.getOrDefault(node, List.of()).stream()
                .filter(cut -> cut.input() == input && left(cut.atoms()) < cut.atoms().length)
                .toList();
    }

    private String way(NodeProto node, int input) {
        StringBuilder way = new StringBuilder();
        for (Flow.Cut cut : cuts(node, input)) {
            way.append(cut.axis()).append(':');
            for (int atom : cut.atoms()) {
                way.append(removed[atom] ? '-' : '+');
            }
        }
        return way.toString();
    }

    private List<NodeProto> changed(NodeProto node) throws GraphException {
        NodeProto now = node;
        for (Flow.Edit edit : flow.edits.getOrDefault(node, List.of())) {
            now = edit.apply(now, this);
        }
        for (int input = 0; input < node.getInputCount(); input++) {
            if (!cuts(node, input).isEmpty()) {
                now = withInput(now, input, cut(node, input));
            }
        }
        double[] addition = additions.get(node);
        if (addition == null) {
            return List.of(now);
        }
        Channels out = flow.channels.get(node.getOutput(0));
        float[] bias = new float[addition.length];
        String old = Nodes.is(node, "MatMul") ? "" : Nodes.input(node, 2);
        float[] before = old.isEmpty() ? bias.clone() : flow.floats(original.get(old));
        for (int i = 0; i < bias.length; i++) {
            bias[i] = (float) (before[i] + addition[i]);
        }
        String name = name(node.getOutput(0) + "_bias");
        TensorProto whole = Weights.of(name, new long[] {bias.length}, bias);
        graph.initializers().put(name, cut(whole, List.of(new Flow.Cut(0, 0, out.atoms()))));
        if (!Nodes.is(node, "MatMul")) {
            return List.of(withInput(now, 2, name));
        }
        String product = name(node.getOutput(0) + "_product");
        return List.of(
                now.toBuilder().setOutput(0, product).build(),
                Nodes.make("Add", node.getOutput(0), List.of(product, name)));
    }

    /** The name of an input's weights, cut. */
    private String cut(NodeProto node, int input) throws GraphException {
        String name = node.getInput(input);
        String way = way(node, input);
        String known = made.get(name + " " + way);
        if (known != null) {
            return known;
        }
        String cut = ways.get(name).size() == 1 ? name : name(name + "_cut");
        TensorProto tensor = cut(original.get(name), cuts(node, input));
        graph.initializers().put(cut, tensor.toBuilder().setName(cut).build());
        made.put(name + " " + way, cut);
        return cut;
    }

    private TensorProto cut(TensorProto tensor, List<Flow.Cut> cuts) throws GraphException {
        float[] values = flow.floats(tensor);
        long[] dims = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
        for (Flow.Cut cut : cuts) {
            values = cut(values, dims, cut);
            dims[cut.axis()] = left(cut.atoms());
        }
        return flow.model.weights(tensor.getName(), dims, values);
    }

    private float[] cut(float[] values, long[] dims, Flow.Cut cut) {
        int inner = 1;
        for (int i = cut.axis() + 1; i < dims.length; i++) {
            inner *= (int) dims[i];
        }
        int count = cut.atoms().length;
        int left = (int) left(cut.atoms());
        float[] kept = new float[values.length / count * left];
        int to = 0;
        for (int from = 0; from < values.length; from += inner) {
            if (!removed[cut.atoms()[from / inner % count]]) {
                System.arraycopy(values, from, kept, to, inner);
                to += inner;
            }
        }
        return kept;
    }
}
