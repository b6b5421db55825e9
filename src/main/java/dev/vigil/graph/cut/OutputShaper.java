package dev.vigil.graph.cut;

import dev.vigil.graph.Graph;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.Weights;
import dev.vigil.graph.cut.Point.Role;
import dev.vigil.graph.shape.Fact;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TensorShapeProto.Dimension;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;

/** Makes values inside a graph its outputs {@code boxes} and {@code scores}, in the shapes that a cut promises. */
final class OutputShaper {
    private final OnnxModel model;
    private final Graph graph;
    private final Map<String, Fact> facts;
    private final List<ValueInfoProto> outputs = new ArrayList<>();
    /** Values that gave their name to an output, by that name. */
    private final Map<String, String> renamed = new HashMap<>();

    OutputShaper(OnnxModel model, Map<String, Fact> facts) {
        this.model = model;
        this.graph = model.graph();
        this.facts = facts;
    }

    void boxes(Point point) {
        String value = inOrder(point, List.of(Role.BATCH, Role.ANCHOR, Role.CORNER));
        output(value, NmsForm.BOXES, point, List.of(Role.BATCH, Role.ANCHOR, Role.CORNER));
    }

    /** @param classes the dimension that tells them */
    void scores(Point point, Role classes, boolean sigmoid) {
        boolean classesFirst = point.indexOf(classes) < point.indexOf(Role.ANCHOR);
        List<Role> order =
                classesFirst ? List.of(Role.BATCH, classes, Role.ANCHOR) : List.of(Role.BATCH, Role.ANCHOR, classes);
        String value = inOrder(point, order);
        if (sigmoid) {
            value = node("Sigmoid", List.of(value));
        }
        output(value, NmsForm.SCORES, point, order);
    }

    /** Takes away what leads to other outputs only, with inputs that nothing reads any more. */
    void finish() {
        graph.outputs().clear();
        graph.outputs().addAll(outputs);
        List<String> names = outputs.stream().map(ValueInfoProto::getName).toList();
        graph.prune(names);
        var consumers = graph.consumers();
        graph.inputs().removeIf(input -> !consumers.containsKey(input.getName()) && !names.contains(input.getName()));
    }

    /** Takes away what has no meaning, adds a batch where there is none, and brings dimensions into order. */
    private String inOrder(Point point, List<Role> order) {
        String value = renamed.getOrDefault(point.value(), point.value());
        List<Role> roles = new ArrayList<>(point.roles());
        List<Long> goes = new ArrayList<>();
        boolean oneStays = order.contains(Role.ONE);
        for (int i = 0; i < point.roles().size(); i++) {
            boolean stays =
                    order.contains(point.roles().get(i)) && (point.roles().get(i) != Role.ONE || oneStays);
            if (stays && point.roles().get(i) == Role.ONE) {
                oneStays = false; // one of them is the class
            } else if (!stays) {
                goes.add((long) i);
            }
        }
        if (!goes.isEmpty()) {
            value = axes("Squeeze", value, goes);
            for (int i = goes.size() - 1; i >= 0; i--) {
                roles.remove(goes.get(i).intValue());
            }
        }
        if (!roles.contains(Role.BATCH)) {
            value = axes("Unsqueeze", value, List.of(0L));
            roles.add(0, Role.BATCH);
        }
        if (!roles.equals(order)) {
            long[] perm = order.stream().mapToLong(roles::indexOf).toArray();
            value = node("Transpose", List.of(value), Nodes.integers("perm", perm));
        }
        return value;
    }

    private void output(String value, String name, Point point, List<Role> order) {
        String from = value;
        boolean given =
                graph.inputs().stream().anyMatch(input -> input.getName().equals(value))
                        || graph.initializers().containsKey(value);
        if (given || outputs.stream().anyMatch(output -> output.getName().equals(value))) {
            from = node("Identity", List.of(value));
        }
        if (!from.equals(name)) {
            if (graph.hasValue(name)) {
                rename(name, graph.fresh(name + "_of_the_graph"));
            }
            rename(from, name);
        }
        Fact fact = facts.getOrDefault(point.value(), Fact.UNKNOWN);
        int type = fact.type() == 0 ? DataType.FLOAT_VALUE : fact.type();
        // Anchors may be another number for a picture of another size; the batch for another batch.
        boolean fixed = model.graph().realInputs().stream()
                .allMatch(input -> input.getType().getTensorType().getShape().getDimList().stream()
                        .skip(1)
                        .allMatch(dim -> dim.hasDimValue() && dim.getDimValue() > 0));
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Role role : order) {
            long extent = role == Role.BATCH && !point.has(Role.BATCH) ? 1 : fact.extent(point.indexOf(role));
            boolean open = extent < 0 || role == Role.BATCH && batchIsOpen() || role == Role.ANCHOR && !fixed;
            shape.addDim(
                    open
                            ? Dimension.newBuilder().setDimParam(role == Role.BATCH ? "batch" : "anchors")
                            : Dimension.newBuilder().setDimValue(extent));
        }
        outputs.add(ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape)))
                .build());
        graph.valueInfos().removeIf(info -> info.getName().equals(name));
    }

    private void rename(String from, String to) {
        graph.rename(from, to);
        renamed.put(from, to);
    }

    private boolean batchIsOpen() {
        return graph.realInputs().stream()
                .filter(input -> input.getType().getTensorType().getShape().getDimCount() == 4)
                .anyMatch(input -> !input.getType()
                                .getTensorType()
                                .getShape()
                                .getDim(0)
                                .hasDimValue()
                        || input.getType().getTensorType().getShape().getDim(0).getDimValue() < 1);
    }

    private String axes(String operator, String value, List<Long> axes) {
        long[] values = axes.stream().mapToLong(Long::longValue).toArray();
        if (model.opset("") < 13) {
            return node(operator, List.of(value), Nodes.integers("axes", values));
        }
        String name = graph.fresh("cut_axes");
        graph.initializers().put(name, Weights.of(name, values));
        return node(operator, List.of(value, name));
    }

    private String node(String operator, List<String> inputs, AttributeProto... attributes) {
        String name = graph.fresh("cut_" + operator);
        graph.nodes().add(Nodes.make(operator, name, inputs, attributes));
        return name;
    }
}
