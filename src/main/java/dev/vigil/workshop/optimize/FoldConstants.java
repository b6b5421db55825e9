package dev.vigil.workshop.optimize;

import dev.vigil.frame.TensorInfo.ElementType;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.TensorData;
import dev.vigil.graph.shape.Fact;
import dev.vigil.infer.InferException;
import dev.vigil.infer.ort.OrtGraph;
import dev.vigil.infer.ort.OrtGraph.Optimizing;
import dev.vigil.infer.ort.OrtGraph.Tensor;
import dev.vigil.workshop.Scratch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;

/**
 * Nodes that read nothing but constants are run once in ONNX Runtime, and what others read of them become constants. What would
 * make the file larger than it was by more than a little is left to be computed; quantised weights are left as they are.
 */
final class FoldConstants implements Pass {
    /** A value of this size may be larger than what it is made of. */
    private static final long SMALL_BYTES = 64 << 10;
    /** What all of one round may add to the file: this, and a part of what the constants have. */
    private static final long GROWTH_BYTES = 16 << 10;

    private static final int GROWTH_PART = 64;
    /** What is computed in one round; the next goes on. */
    private static final long ROUND_BYTES = 256L << 20;

    /** Others see to the first three, and the last ones are what quantising is for. */
    private static final Set<String> LEFT =
            Set.of("Constant", "Identity", "Dropout", "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear");

    private static final Map<DataType, ElementType> TYPES = Map.of(
            DataType.FLOAT, ElementType.FLOAT32,
            DataType.FLOAT16, ElementType.FLOAT16,
            DataType.DOUBLE, ElementType.FLOAT64,
            DataType.INT64, ElementType.INT64,
            DataType.INT32, ElementType.INT32,
            DataType.INT8, ElementType.INT8,
            DataType.UINT8, ElementType.UINT8,
            DataType.BOOL, ElementType.BOOL);

    private final Path cacheDir;

    FoldConstants(Path cacheDir) {
        this.cacheDir = cacheDir;
    }

    @Override
    public String name() {
        return "fold-constants";
    }

    @Override
    public int apply(Draft draft) throws GraphException, InferException, IOException {
        Set<Integer> chosen = choose(draft);
        if (chosen.isEmpty()) {
            return 0;
        }
        Map<String, TensorProto> made = run(draft, chosen);
        chosen.forEach(draft::remove);
        made.values().forEach(draft::putConstant);
        return chosen.size();
    }

    private static Set<Integer> choose(Draft draft) throws GraphException {
        Set<Integer> chosen = new LinkedHashSet<>();
        Map<String, Long> sizes = new HashMap<>();
        for (TensorProto tensor : draft.constants().values()) {
            if (draft.constant(tensor.getName()) != null && TensorData.bits(tensor.getDataType()) > 0) {
                sizes.put(tensor.getName(), bytes(tensor.getDataType(), TensorData.count(tensor)));
            }
        }
        long growthMax = GROWTH_BYTES
                + sizes.values().stream().mapToLong(Long::longValue).sum() / GROWTH_PART;
        long growth = 0;
        long all = 0;
        for (int slot = 0; slot < draft.size() && all < ROUND_BYTES; slot++) {
            NodeProto node = draft.node(slot);
            boolean runs = node != null
                    && CommonNodes.isPure(node)
                    && !LEFT.contains(node.getOpType())
                    && node.getInputList().stream().allMatch(input -> input.isEmpty() || sizes.containsKey(input));
            long makes = runs ? makes(draft, node) : -1;
            if (makes < 0) {
                continue;
            }
            long reads = node.getInputList().stream()
                    .filter(input -> !input.isEmpty() && draft.onlyReader(input) >= 0)
                    .mapToLong(sizes::get)
                    .sum();
            long grows = Math.max(0, makes - reads);
            if (makes > reads && makes > SMALL_BYTES || growth + grows > growthMax) {
                continue;
            }
            growth += grows;
            all += makes;
            chosen.add(slot);
            node.getOutputList().forEach(output -> sizes.put(output, makes));
        }
        return chosen;
    }

    /** Bytes of all that a node makes; -1 where that is not known, or can not be a constant. */
    private static long makes(Draft draft, NodeProto node) {
        long bytes = 0;
        for (String output : node.getOutputList()) {
            Fact fact = draft.fact(output);
            if (output.isEmpty()) {
                continue;
            }
            if (fact.count() < 0 || !TYPES.containsKey(DataType.forNumber(fact.type())) || draft.isOutput(output)) {
                return -1;
            }
            bytes += bytes(fact.type(), fact.count());
        }
        return bytes;
    }

    private static long bytes(int type, long count) {
        return count * TensorData.bits(type) / Byte.SIZE;
    }

    /** Runs these nodes, and gives what others read of them. */
    private Map<String, TensorProto> run(Draft draft, Set<Integer> chosen)
            throws GraphException, InferException, IOException {
        GraphProto.Builder graph = GraphProto.newBuilder().setName("constants");
        Set<String> read = new LinkedHashSet<>();
        for (int slot : chosen) {
            NodeProto node = draft.node(slot);
            graph.addNode(node);
            read.addAll(node.getInputList());
            for (String output : node.getOutputList()) {
                boolean wanted = draft.readers(output).stream().anyMatch(reader -> !chosen.contains(reader));
                if (wanted && !output.isEmpty()) {
                    graph.addOutput(info(output, draft.fact(output).type()));
                }
            }
        }
        for (String name : read) {
            TensorProto constant = name.isEmpty() ? null : draft.constant(name);
            if (constant != null) {
                graph.addInitializer(constant);
            }
        }
        Map<String, TensorProto> made = new LinkedHashMap<>();
        if (graph.getOutputCount() == 0) {
            return made; // nobody reads them
        }
        try (Scratch folder = Scratch.in(cacheDir)) {
            Path file = folder.file("constants.onnx");
            draft.model().with(graph.build()).write(file);
            try (OrtGraph runs = OrtGraph.open(file, Optimizing.NONE, 1, cacheDir)) {
                for (Map.Entry<String, Tensor> constant : runs.run(Map.of()).entrySet()) {
                    String name = constant.getKey();
                    Tensor tensor = constant.getValue();
                    DataType type = DataType.forNumber(draft.fact(name).type());
                    ByteBuffer bytes =
                            tensor.bytes().order(ByteOrder.LITTLE_ENDIAN); // as every box is that Vigil runs on
                    made.put(name, draft.model().weights(name, type, tensor.shape(), bytes));
                }
            }
        }
        return made;
    }

    private static ValueInfoProto info(String name, int type) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type)))
                .build();
    }
}
