package dev.vigil.graph.shape;

import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.ValueInfoProto;

/**
 * What a graph's values take while it runs on one frame: the most that must be there at once, when each is freed after its last
 * use. A file of a few hundred bytes can ask for all that there is, by {@code Expand}, {@code Tile} and the like. Values whose
 * size is not known before the graph runs, and what bodies make or hold on to, count as nothing. Stateless.
 */
public final class LiveBytes {
    private LiveBytes() {}

    /**
     * The most at once.
     *
     * @param bytes never more than can be counted
     * @param value the largest of them, for people
     */
    public record Peak(long bytes, String value, Fact fact) {}

    public static Peak peak(OnnxModel model) throws GraphException {
        Graph graph = model.graph();
        Map<String, Fact> facts = ShapeInference.run(model, ofOneFrame(graph));
        List<NodeProto> nodes = graph.sorted();
        Map<String, Integer> lastUse = lastUses(nodes);
        graph.outputs().forEach(output -> lastUse.put(output.getName(), nodes.size()));
        Set<String> live = new HashSet<>();
        Peak peak = new Peak(0, "", Fact.UNKNOWN);
        long now = 0;
        for (int i = 0; i < nodes.size(); i++) {
            for (String output : nodes.get(i).getOutputList()) {
                if (!output.isEmpty() && live.add(output)) {
                    now = saturated(now, bytes(facts.get(output)));
                }
            }
            if (now > peak.bytes) {
                String largest = largest(live, facts);
                peak = new Peak(now, largest, facts.get(largest));
            }
            int at = i;
            live.removeIf(value -> lastUse.getOrDefault(value, at) <= at);
            now = live.stream().mapToLong(value -> bytes(facts.get(value))).reduce(0, LiveBytes::saturated);
        }
        return peak;
    }

    /** Inputs whose first dimension is left open: how many frames there are is for whoever runs the model. */
    private static Map<String, long[]> ofOneFrame(Graph graph) {
        Map<String, long[]> shapes = new HashMap<>();
        for (ValueInfoProto input : graph.inputs()) {
            Fact fact = Fact.of(input.getType());
            if (fact.rank() > 0 && fact.extent(0) < 0) {
                long[] shape = fact.shape().clone();
                shape[0] = 1;
                shapes.put(input.getName(), shape);
            }
        }
        return shapes;
    }

    private static Map<String, Integer> lastUses(List<NodeProto> nodes) {
        Map<String, Integer> last = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (String input : nodes.get(i).getInputList()) {
                last.put(input, i);
            }
        }
        return last;
    }

    private static String largest(Set<String> values, Map<String, Fact> facts) {
        return values.stream()
                .max((one, other) -> Long.compare(bytes(facts.get(one)), bytes(facts.get(other))))
                .orElseThrow();
    }

    /** At least: a dimension that is not known counts as 1. */
    private static long bytes(Fact fact) {
        if (!fact.hasRank()) {
            return 0;
        }
        long bytes = elementBytes(fact.type());
        for (long extent : fact.shape()) {
            bytes = extent == 0
                    ? 0
                    : bytes > Long.MAX_VALUE / Math.max(1, extent) ? Long.MAX_VALUE : bytes * Math.max(1, extent);
        }
        return bytes;
    }

    private static long elementBytes(int type) {
        return switch (type) {
            case DataType.DOUBLE_VALUE, DataType.INT64_VALUE, DataType.UINT64_VALUE -> 8;
            case DataType.FLOAT16_VALUE, DataType.BFLOAT16_VALUE, DataType.INT16_VALUE, DataType.UINT16_VALUE -> 2;
            case DataType.INT8_VALUE, DataType.UINT8_VALUE, DataType.BOOL_VALUE -> 1;
            default -> 4;
        };
    }

    private static long saturated(long one, long other) {
        return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
    }
}
