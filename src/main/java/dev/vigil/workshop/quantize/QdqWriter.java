package dev.vigil.workshop.quantize;

import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.Weights;
import dev.vigil.workshop.quantize.IntegerParts.Layer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/**
 * Writes what is in 8 bits as QuantizeLinear and DequantizeLinear around the operators of the model, which stay as they are: any
 * runtime can run that, and one that has kernels for bytes puts them in place of the three.
 *
 * <p>What ONNX Runtime wants for it ({@code core/optimizer/qdq_transformer/selectors_actions/qdq_selectors.cc}): each input of an
 * operator comes from a DequantizeLinear, its only output goes to one QuantizeLinear and nowhere else, a bias is int32 in steps of
 * input times weights, and activations are all of one type. Names are short: in a small model they would be a tenth of the bytes.
 */
final class QdqWriter {
    private static final String PADDED = " with channels of zeros";
    private static final Set<String> HAS_WEIGHTS = Set.of("Conv", "ConvTranspose", "Gemm");

    private final OnnxModel model;
    private final Graph graph;
    private final IntegerParts parts;
    private final Map<String, Step> steps;
    private final Map<String, float[]> biases;
    private final RoundedWeights weights;
    private final List<NodeProto> nodes = new ArrayList<>();
    /** The bytes of each value that has some. */
    private final Map<String, String> bytes = new HashMap<>();
    /** Values that are made in bytes. */
    private final Set<String> inBytes = new HashSet<>();

    private int count;

    /**
     * @param model is changed
     * @param steps by value
     * @param biases in place of those that layers have, by layer; of layers without a bias too
     */
    QdqWriter(
            OnnxModel model,
            IntegerParts parts,
            Map<String, Step> steps,
            Map<String, float[]> biases,
            RoundedWeights weights) {
        this.model = model;
        this.graph = model.graph();
        this.parts = parts;
        this.steps = steps;
        this.biases = biases;
        this.weights = weights;
    }

    void write() throws GraphException {
        Set<String> wanted = new HashSet<>();
        for (NodeProto node : graph.nodes()) {
            if (node.getOutputCount() > 0 && parts.contains(node.getOutput(0))) {
                wanted.addAll(parts.activations(node));
            }
        }
        List<NodeProto> sorted = graph.sorted();
        Set<String> inFloat = readInFloat(sorted);
        for (var input : graph.realInputs()) {
            quantizeIfWanted(input.getName(), input.getName(), wanted);
        }
        for (NodeProto node : sorted) {
            if (parts.isAbsorbed(node)) {
                continue;
            }
            if (node.getOutputCount() > 0 && parts.contains(node.getOutput(0))) {
                writeInBytes(node, inFloat);
                inBytes.add(parts.result(node.getOutput(0)));
            } else {
                writeInFloat(node);
                for (String made : node.getOutputList()) {
                    quantizeIfWanted(made, made, wanted);
                }
            }
        }
        graph.nodes().clear();
        graph.nodes().addAll(nodes);
        graph.valueInfos().clear();
        graph.prune(graph.outputs().stream().map(o -> o.getName()).toList());
    }

    /**
     * ONNX Runtime takes a layer in float between values in bytes for one that somebody forgot, and rounds its weights with a single
     * scale for all channels ({@code core/optimizer/qdq_transformer/weight_bias_quantization.cc}), which is worse than anything in
     * here. It does not when something else than ReLU and Clip follows the layer: a LeakyRelu that changes nothing, and costs nothing
     * since it becomes part of the convolution.
     */
    private void writeInFloat(NodeProto node) {
        boolean inDanger = HAS_WEIGHTS.contains(node.getOpType())
                && Nodes.is(node, node.getOpType())
                && inBytes.contains(node.getInput(0));
        if (!inDanger) {
            nodes.add(node);
            return;
        }
        String raw = fresh();
        nodes.add(node.toBuilder().setOutput(0, raw).build());
        nodes.add(Nodes.make("LeakyRelu", node.getOutput(0), List.of(raw), Nodes.number("alpha", 1)).toBuilder()
                .clearName()
                .build());
    }

    /** What operators in float read, and what the graph gives. */
    private Set<String> readInFloat(List<NodeProto> sorted) {
        Set<String> read = new HashSet<>();
        graph.outputs().forEach(output -> read.add(output.getName()));
        Map<String, List<NodeProto>> consumers = graph.consumers();
        consumers.forEach((value, readers) -> {
            for (NodeProto reader : readers) {
                boolean here = reader.getOutputCount() > 0 && parts.contains(reader.getOutput(0));
                if (!here && !parts.isAbsorbed(reader)) {
                    read.add(value);
                }
            }
        });
        return read;
    }

    private void quantizeIfWanted(String value, String from, Set<String> wanted) {
        if (wanted.contains(value)) {
            quantize(value, from);
        }
    }

    private void quantize(String value, String from) {
        String to = fresh();
        List<String> inputs = new ArrayList<>(List.of(from));
        inputs.addAll(constants(steps.get(value)));
        nodes.add(unnamed("QuantizeLinear", to, inputs));
        bytes.put(value, to);
    }

    private String dequantize(String value) {
        String to = fresh();
        dequantize(value, to);
        return to;
    }

    private void dequantize(String value, String to) {
        List<String> inputs = new ArrayList<>(List.of(bytes.get(value)));
        inputs.addAll(constants(steps.get(value)));
        nodes.add(unnamed("DequantizeLinear", to, inputs));
    }

    private void writeInBytes(NodeProto node, Set<String> inFloat) throws GraphException {
        NodeProto.Builder changed = node.toBuilder();
        String made = node.getOutput(0);
        Layer layer = parts.layers().get(made);
        int padding = layer == null ? 0 : padding(layer);
        for (int i = 0; i < parts.activations(node).size(); i++) {
            String value = node.getInput(i);
            if (padding > 0) {
                pad(value, padding);
                value = value + PADDED;
            }
            changed.setInput(i, dequantize(value));
        }
        if (layer != null) {
            writeWeights(layer, padding, changed);
        }
        String result = parts.result(made);
        String raw = fresh();
        nodes.add(changed.setOutput(0, raw).clearName().build());
        quantize(result, raw);
        if (inFloat.contains(result)) {
            dequantize(result, result);
        }
    }

    /**
     * How many channels of zeros a convolution wants in front of it. ONNX Runtime's fast kernels for x86 want multiples of four
     * (KernelInputChannelAlignment), and a picture has three; the detour costs 0.9 instead of 0.2 ms.
     */
    private int padding(Layer layer) {
        TensorProto tensor = graph.initializers().get(layer.weights());
        boolean wants = Nodes.is(layer.node(), "Conv")
                && tensor.getDimsCount() == 4
                && Nodes.integer(layer.node(), "group", 1) == 1
                && layer.channels() >= 16
                && layer.channels() % 4 == 0
                && !inBytes.contains(layer.node().getInput(0));
        return wants ? Math.floorMod(-tensor.getDims(1), 4) : 0;
    }

    private void pad(String value, int channels) {
        if (bytes.containsKey(value + PADDED)) {
            return;
        }
        String pads = fresh();
        graph.initializers().put(pads, Weights.of(pads, 0, 0, 0, 0, 0, channels, 0, 0));
        String padded = fresh();
        nodes.add(unnamed("Pad", padded, List.of(value, pads)));
        steps.put(value + PADDED, steps.get(value));
        quantize(value + PADDED, padded);
    }

    private void writeWeights(Layer layer, int padding, NodeProto.Builder node) throws GraphException {
        RoundedWeights.InBytes rounded = weights.inBytes(model, layer, padding);
        String values = fresh();
        graph.initializers()
                .put(values, rounded.tensor().toBuilder().setName(values).build());
        String scales = floats(rounded.scales());
        String zeros = constant("z" + layer.channels(), DataType.INT8, ByteBuffer.allocate(layer.channels()));
        String dequantized = fresh();
        nodes.add(unnamed("DequantizeLinear", dequantized, List.of(values, scales, zeros)).toBuilder()
                .addAttribute(Nodes.integer("axis", layer.axis()))
                .build());
        node.setInput(1, dequantized);
        float[] bias = biases.get(layer.name());
        if (bias == null && !layer.bias().isEmpty()) {
            bias = Weights.floats(graph.initializers().get(layer.bias()), model.folder());
        }
        if (bias != null) {
            String written = writeBias(bias, steps.get(layer.node().getInput(0)).scale(), rounded.scales());
            while (node.getInputCount() < 3) {
                node.addInput("");
            }
            node.setInput(2, written);
        }
    }

    private String writeBias(float[] bias, float inputScale, float[] weightScales) {
        float[] scales = new float[bias.length];
        ByteBuffer values = ByteBuffer.allocate(Integer.BYTES * bias.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < bias.length; i++) {
            scales[i] = inputScale * weightScales[i];
            values.putInt((int) Math.rint(bias[i] / (double) scales[i])); // a cast stays within the type's range
        }
        String to = fresh();
        String from = add(DataType.INT32, new long[] {bias.length}, values.flip());
        nodes.add(unnamed("DequantizeLinear", to, List.of(from, floats(scales))).toBuilder()
                .addAttribute(Nodes.integer("axis", 0))
                .build());
        return to;
    }

    /** Scale and zero point; equal ones are there once. */
    private List<String> constants(Step step) {
        String scale = constant(
                "s" + Integer.toHexString(Float.floatToIntBits(step.scale())),
                DataType.FLOAT,
                ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, step.scale()));
        String zero = constant(
                "u" + step.zeroPoint(), DataType.UINT8, ByteBuffer.allocate(1).put(0, (byte) step.zeroPoint()));
        return List.of(scale, zero);
    }

    private final Map<String, String> shared = new HashMap<>();

    private String constant(String key, DataType type, ByteBuffer data) {
        return shared.computeIfAbsent(key, k -> {
            boolean scalar = type != DataType.INT8;
            return add(type, scalar ? new long[0] : new long[] {data.remaining()}, data);
        });
    }

    private String floats(float[] values) {
        String name = fresh();
        graph.initializers().put(name, Weights.of(name, new long[] {values.length}, values));
        return name;
    }

    private String add(DataType type, long[] dims, ByteBuffer data) {
        String name = fresh();
        graph.initializers().put(name, Weights.of(name, type, dims, data));
        return name;
    }

    private String fresh() {
        String name = "q" + Integer.toString(count++, Character.MAX_RADIX);
        return graph.hasValue(name) ? fresh() : name;
    }

    private static NodeProto unnamed(String operator, String output, List<String> inputs) {
        return Nodes.make(operator, output, inputs).toBuilder().clearName().build();
    }
}
