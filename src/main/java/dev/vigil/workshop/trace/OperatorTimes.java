package dev.vigil.workshop.trace;

import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.NodeProto;

/**
 * What each node of a model took, on average of some runs.
 *
 * @param runs that were measured
 * @param runUs of one run
 * @param nodes in the order in which they run
 */
public record OperatorTimes(int runs, double runUs, List<Node> nodes) {
    /**
     * One node of the graph that runs.
     *
     * @param name its own, which optimisers may have changed
     * @param operator with its domain, where that is not ONNX's own, and what was fused into it: {@code nchwc.Conv+Clip}
     * @param provider that ran it, such as {@code CPU}
     * @param calls in all runs
     * @param us of one run, without what nodes of its own body took
     * @param inputs such as {@code float 1x3x300x300}
     */
    public record Node(
            String name,
            String operator,
            String provider,
            int calls,
            double us,
            List<String> inputs,
            List<String> outputs) {}

    /**
     * All nodes of one operator.
     *
     * @param us of one run
     */
    public record Operator(String name, String providers, int nodes, int calls, double us) {}

    /** Part of all nodes' time, 0..1. */
    public double share(double us) {
        double all = nodes.stream().mapToDouble(Node::us).sum();
        return all > 0 ? us / all : 0;
    }

    /** What a run takes beside its nodes, in microseconds. */
    public double otherUs() {
        return Math.max(0, runUs - nodes.stream().mapToDouble(Node::us).sum());
    }

    /** By operator, the costliest first. */
    public List<Operator> operators() {
        Map<String, List<Node>> byOperator =
                nodes.stream().collect(Collectors.groupingBy(Node::operator, LinkedHashMap::new, Collectors.toList()));
        return byOperator.entrySet().stream()
                .map(each -> new Operator(
                        each.getKey(),
                        each.getValue().stream().map(Node::provider).distinct().collect(Collectors.joining("+")),
                        each.getValue().size(),
                        each.getValue().stream().mapToInt(Node::calls).sum(),
                        each.getValue().stream().mapToDouble(Node::us).sum()))
                .sorted(Comparator.comparingDouble(Operator::us).reversed())
                .toList();
    }

    /** The costliest nodes first. */
    public List<Node> costliest() {
        return nodes.stream()
                .sorted(Comparator.comparingDouble(Node::us).reversed())
                .toList();
    }

    /**
     * Reads a profile.
     *
     * @param runs how many of the last are counted
     * @param graph that ran; null where none was written
     * @throws GraphException when the graph can not be read
     */
    static OperatorTimes read(Path log, int runs, Path graph) throws IOException, GraphException {
        Tally tally = new Tally(graph == null ? Map.of() : operators(graph));
        new ProfileLog(log).readLastRuns(runs, tally::take);
        return tally.times();
    }

    /** By node's name, what it computes; of names that several have, nothing. */
    private static Map<String, String> operators(Path graph) throws GraphException {
        Map<String, String> operators = new HashMap<>();
        for (NodeProto node : OnnxModel.read(graph).graph().nodes()) {
            operators.merge(node.getName(), operator(node), (one, other) -> one.equals(other) ? one : "");
        }
        operators.values().removeIf(String::isEmpty);
        return operators;
    }

    /** Such as {@code nchwc.Conv+Clip}. */
    static String operator(NodeProto node) {
        StringBuilder name = new StringBuilder();
        String domain = node.getDomain();
        if (!domain.isEmpty() && !domain.equals("ai.onnx")) {
            name.append(domain.substring(domain.lastIndexOf('.') + 1)).append('.');
        }
        name.append(node.getOpType());
        // A convolution's fourth input is a sum that was fused into it.
        if (node.getOpType().endsWith("Conv")
                && node.getInputCount() > 3
                && !node.getInput(3).isEmpty()) {
            name.append("+Add");
        }
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals("activation")) {
                name.append('+').append(attribute.getS().toStringUtf8());
            }
        }
        return name.toString();
    }

    /** Adds events up. */
    private static final class Tally {
        private final Map<String, String> operators;
        private final Map<String, Sum> sums = new LinkedHashMap<>();
        /** Events of the run that is on which no other has around itself yet, by their start. */
        private final ArrayDeque<ProfileEvent> outermost = new ArrayDeque<>();

        private int runs;
        private long runsUs;

        Tally(Map<String, String> operators) {
            this.operators = operators;
        }

        void take(ProfileEvent event) {
            if (event.isRun()) {
                runs++;
                runsUs += event.durationUs();
                outermost.clear();
            } else if (event.isNode()) {
                // A node with a body comes after the nodes of the body, and began before them.
                long insideUs = 0;
                while (!outermost.isEmpty() && outermost.peek().startUs() >= event.startUs()) {
                    insideUs += outermost.pop().durationUs();
                }
                outermost.push(event);
                sums.computeIfAbsent(event.text("node_index") + " " + event.name(), key -> new Sum(event))
                        .add(event, Math.max(0, event.durationUs() - insideUs));
            }
        }

        OperatorTimes times() {
            List<Node> nodes = new ArrayList<>();
            for (Sum sum : sums.values()) {
                nodes.add(sum.node(operators, Math.max(1, runs)));
            }
            return new OperatorTimes(runs, (double) runsUs / Math.max(1, runs), List.copyOf(nodes));
        }
    }

    private static final class Sum {
        private final ProfileEvent first;
        private final TreeSet<String> providers = new TreeSet<>();
        private int calls;
        private long us;

        Sum(ProfileEvent first) {
            this.first = first;
        }

        void add(ProfileEvent event, long ownUs) {
            calls++;
            us += ownUs;
            providers.add(event.text("provider").replaceFirst("ExecutionProvider$", ""));
        }

        Node node(Map<String, String> operators, int runs) {
            return new Node(
                    first.name(),
                    operators.getOrDefault(first.name(), first.text("op_name")),
                    String.join("+", providers),
                    calls,
                    (double) us / runs,
                    first.shapes("input_type_shape"),
                    first.shapes("output_type_shape"));
        }
    }
}
