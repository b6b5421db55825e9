package dev.vigil.workshop.optimize;

import static dev.vigil.OnnxFile.attribute;
import static dev.vigil.workshop.optimize.BeforeAfter.ints;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.OnnxFile;
import dev.vigil.graph.OnnxModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Graphs that nobody thought of give the same after all passes. Each is made by its seed alone. */
@Timeout(300)
class OptimizerFuzzTest {
    private static final int GRAPHS = 250;
    private static final int NODES = 14;
    private static final int[][] ORDERS = {
        {0, 2, 3, 1}, {0, 3, 1, 2}, {0, 1, 3, 2}, {3, 0, 1, 2}, {1, 0, 2, 3}, {0, 1, 2, 3}
    };

    @TempDir
    private Path folder;

    /** A value on the way, all of four dimensions. */
    private record Value(String name, int[] shape) {}

    @Test
    void shouldGiveTheSameWhenGraphsAreRandom() throws Exception {
        int fewer = 0;
        for (int seed = 0; seed < GRAPHS; seed++) {
            Random random = new Random(seed);
            OnnxFile file = OnnxFile.empty();
            int nodes = fill(file, random);
            OnnxModel model = BeforeAfter.optimised(folder, file);
            assertThat(model.graph().nodes().size()).as("seed " + seed).isLessThanOrEqualTo(nodes + 2);
            fewer += model.graph().nodes().size() < nodes ? 1 : 0;
        }
        assertThat(fewer).isGreaterThan(GRAPHS / 2);
    }

    private static int fill(OnnxFile file, Random random) {
        List<Value> values = new ArrayList<>();
        values.add(new Value("x", new int[] {2, 3, 4, 5}));
        file.input("x", DataType.FLOAT, 2, 3, 4, 5);
        for (int i = 0; i < NODES; i++) {
            // Mostly the newest, so that chains come about.
            int at = random.nextInt(3) == 0 ? random.nextInt(values.size()) : values.size() - 1;
            values.add(node(file, random, "v" + i, values.get(at), values));
        }
        Value last = values.get(values.size() - 1);
        file.declareOutput(last.name, DataType.FLOAT, last.shape);
        Value other = values.get(1 + random.nextInt(values.size() - 2));
        file.declareOutput(other.name, DataType.FLOAT, other.shape);
        return file.model().getGraph().getNodeCount();
    }

    private static Value node(OnnxFile file, Random random, String name, Value in, List<Value> all) {
        int[] shape = in.shape.clone();
        switch (random.nextInt(14)) {
            case 0 -> file.node("Relu", name, List.of(in.name));
            case 1 -> file.node(random.nextBoolean() ? "Identity" : "Dropout", name, List.of(in.name));
            case 2, 3 -> {
                int axis = random.nextInt(4);
                int[] by = new int[] {1, 1, 1, 1};
                by[axis] = random.nextInt(3) == 0 ? 1 : shape[axis];
                int drop = random.nextBoolean() ? axis : 0;
                int[] dims = Arrays.copyOfRange(by, drop, 4);
                file.floats(name + "_c", BeforeAfter.random(by[axis], random.nextInt(4)), dims);
                String[] operators = {"Add", "Sub", "Mul", "Div"};
                boolean swap = random.nextInt(4) == 0;
                file.node(
                        operators[random.nextInt(swap ? 3 : 4)],
                        name,
                        swap ? List.of(name + "_c", in.name) : List.of(in.name, name + "_c"));
            }
            case 4, 5, 6 -> {
                int[] order = ORDERS[random.nextInt(ORDERS.length)];
                file.node(
                        "Transpose",
                        name,
                        List.of(in.name),
                        ints("perm", Arrays.stream(order).asLongStream().toArray()));
                for (int i = 0; i < 4; i++) {
                    shape[i] = in.shape[order[i]];
                }
            }
            case 7, 8 -> {
                int outs = 1 + random.nextInt(4);
                float[] weights = BeforeAfter.random(outs * shape[1] * 9, random.nextInt(9));
                for (int i = 0; i < weights.length; i++) {
                    weights[i] = (weights[i] - 1) / shape[1];
                }
                file.floats(name + "_w", weights, outs, shape[1], 3, 3);
                int pad = Math.min(shape[2], shape[3]) < 3 ? 1 : random.nextInt(2);
                file.node("Conv", name, List.of(in.name, name + "_w"), ints("pads", pad, pad, pad, pad));
                shape[1] = outs;
                shape[2] += 2 * pad - 2;
                shape[3] += 2 * pad - 2;
            }
            case 9 -> {
                for (String part : List.of("s", "b", "m", "v")) {
                    file.floats(name + part, BeforeAfter.random(shape[1], random.nextInt(9)), shape[1]);
                }
                file.node("BatchNormalization", name, List.of(in.name, name + "s", name + "b", name + "m", name + "v"));
            }
            case 10 -> {
                Value same = all.stream()
                        .filter(v -> Arrays.equals(v.shape, in.shape))
                        .findFirst()
                        .orElseThrow();
                file.node(random.nextBoolean() ? "Add" : "Sum", name, List.of(in.name, same.name));
            }
            case 11 -> {
                long[] pads = {0, 0, random.nextInt(2), 1, 0, 0, 0, random.nextInt(2)};
                file.longs(name + "_p", pads);
                file.node("Pad", name, List.of(in.name, name + "_p"));
                shape[2] += (int) (pads[2] + pads[6]);
                shape[3] += (int) (pads[3] + pads[7]);
            }
            case 12 -> {
                int axis = random.nextInt(4);
                file.node("Concat", name, List.of(in.name, in.name), attribute("axis", axis));
                shape[axis] *= 2;
                if (Arrays.stream(shape).reduce(1, (a, b) -> a * b) > 4000) {
                    file.node("ReduceMean", name + "_m", List.of(name), ints("axes", axis), attribute("keepdims", 1));
                    shape[axis] = 1;
                    return new Value(name + "_m", shape);
                }
            }
            default -> {
                file.longs(name + "_f", shape[0], -1)
                        .longs(name + "_t", Arrays.stream(shape).asLongStream().toArray());
                file.node("Reshape", name + "_flat", List.of(in.name, name + "_f"))
                        .node("Reshape", name, List.of(name + "_flat", name + "_t"));
            }
        }
        return new Value(name, shape);
    }
}
