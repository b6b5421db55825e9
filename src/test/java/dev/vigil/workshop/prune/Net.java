package dev.vigil.workshop.prune;

import dev.vigil.OnnxFile;
import dev.vigil.graph.Nodes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.TensorProto.DataType;

/** Builds small networks on a picture {@code image} of 8 by 8, with random weights and filters of zeros. */
final class Net {
    static final int SIDE = 8;

    final OnnxFile file = OnnxFile.empty().input("image", DataType.FLOAT, 1, 3, SIDE, SIDE);
    final Map<String, Integer> channels = new HashMap<>(Map.of("image", 3));
    private final Random random;

    Net(long seed) {
        random = new Random(seed);
    }

    float[] numbers(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian() * 0.5f;
        }
        return values;
    }

    /** A convolution of which some filters are zeros, their bias being what it is. */
    Net conv(String out, String in, int outputs, int side, int groups, int... zeros) {
        int reads = channels.get(in) / groups;
        int size = reads * side * side;
        float[] weights = numbers(outputs * size);
        for (int zero : zeros) {
            Arrays.fill(weights, zero * size, (zero + 1) * size, 0);
        }
        file.floats(out + "_w", weights, outputs, reads, side, side).floats(out + "_b", numbers(outputs), outputs);
        int pad = side / 2;
        return node(
                "Conv",
                out,
                outputs,
                List.of(in, out + "_w", out + "_b"),
                Nodes.integer("group", groups),
                Nodes.integers("pads", pad, pad, pad, pad));
    }

    Net node(String operator, String out, int outputs, List<String> in, AttributeProto... attributes) {
        file.node(operator, out, in, attributes);
        channels.put(out, outputs);
        return this;
    }

    Net same(String operator, String out, String... in) {
        return node(operator, out, channels.get(in[0]), List.of(in));
    }

    Net batchNorm(String out, String in) {
        int count = channels.get(in);
        float[] variances = numbers(count);
        for (int i = 0; i < count; i++) {
            variances[i] = 0.5f + Math.abs(variances[i]);
        }
        file.floats(out + "_s", numbers(count), count)
                .floats(out + "_o", numbers(count), count)
                .floats(out + "_m", numbers(count), count)
                .floats(out + "_v", variances, count);
        return same("BatchNormalization", out, in, out + "_s", out + "_o", out + "_m", out + "_v");
    }

    Net concat(String out, String... in) {
        int sum = Arrays.stream(in).mapToInt(channels::get).sum();
        return node("Concat", out, sum, List.of(in), Nodes.integer("axis", 1));
    }

    /** Channels from one place to another. */
    Net slice(String out, String in, int from, int to) {
        file.longs(out + "_from", from).longs(out + "_to", to).longs(out + "_axis", 1);
        return node("Slice", out, to - from, List.of(in, out + "_from", out + "_to", out + "_axis"));
    }

    Net output(String name) {
        file.declareOutput(name, DataType.FLOAT, 1, channels.get(name), SIDE, SIDE);
        return this;
    }

    Path write(Path to) throws java.io.IOException {
        return file.write(to);
    }

    /** A network of some twenty random layers, of which two convolutions are the outputs. */
    static Net random(long seed) {
        Net net = new Net(seed);
        Random random = net.random;
        List<String> values = new ArrayList<>(List.of("image"));
        for (int i = 0; i < 20; i++) {
            String in = values.get(Math.max(0, values.size() - 1 - random.nextInt(3)));
            String other = values.get(random.nextInt(values.size()));
            String out = "v" + i;
            int count = net.channels.get(in);
            boolean alike = count == net.channels.get(other);
            switch (random.nextInt(11)) {
                case 0, 1, 2 -> net.conv(out, in, 4 + random.nextInt(5), random.nextBoolean() ? 3 : 1, 1, 0, 2);
                case 3 -> net.conv(out, in, count, 3, count, random.nextInt(count));
                case 4 -> net.same("Relu", out, in);
                case 5 -> net.same("Sigmoid", out, in);
                case 6 -> net.batchNorm(out, in);
                case 7 -> net.same(random.nextBoolean() ? "Add" : "Mul", out, in, alike ? other : in);
                case 8 -> net.concat(out, in, other);
                case 9 -> net.slice(out, in, count > 3 ? 1 : 0, count);
                default -> {
                    net.file.floats(out + "_k", net.numbers(count), count, 1, 1);
                    net.node("Mul", out, count, List.of(in, out + "_k"));
                }
            }
            values.add(out);
        }
        return net.conv("first", values.get(20), 4, 1, 1)
                .output("first")
                .conv("second", values.get(14), 4, 3, 1)
                .output("second");
    }
}
