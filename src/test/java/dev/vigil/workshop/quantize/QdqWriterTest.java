package dev.vigil.workshop.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.OnnxFile;
import dev.vigil.config.Surroundings;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.infer.ort.OrtEngine;
import dev.vigil.infer.ort.OrtGraph;
import dev.vigil.infer.ort.OrtProfile;
import dev.vigil.workshop.ModelShapes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Graphs in 8 bits in ONNX Runtime, against the same in float. */
class QdqWriterTest {
    private static final Path CACHE = Surroundings.ofProcess().cacheDir();
    private static final int SIDE = 8;

    @TempDir
    private Path folder;

    private final Random random = new Random(5);

    @Test
    void shouldStayWithinTheStepsOfWhatEachLayerRounds() throws Exception {
        // A layer alone: its error is that of its own output's step, of its input's and of its weights', each half a
        // step.
        OnnxFile file = picture();
        conv(file, "conv", "image", 3, 16, 1);
        file.declareOutput("conv", DataType.FLOAT, 1, 16, SIDE, SIDE);
        Both both = both(file, Set.of());
        float outputStep = both.steps.get("conv").scale();
        float inputStep = both.steps.get("image").scale();
        OnnxModel original = OnnxModel.read(folder.resolve("float.onnx"));
        float[] weights =
                dev.vigil.graph.Weights.floats(original.graph().initializers().get("conv_w"), folder);
        double most = 0;
        for (int channel = 0; channel < 16; channel++) {
            double sum = 0;
            float largest = 0;
            for (int i = 0; i < 27; i++) {
                sum += Math.abs(weights[27 * channel + i]);
                largest = Math.max(largest, Math.abs(weights[27 * channel + i]));
            }
            most = Math.max(most, sum * inputStep / 2 + 27 * largest / 127 / 2 + inputStep * largest / 127);
        }
        assertThat(both.largestDifference("conv")).isLessThan(outputStep / 2 + most);
        assertThat(both.signalToNoiseDb("conv")).isGreaterThan(30);
    }

    @Test
    void shouldFuseEveryLayerAndSumWhenRunByOnnxRuntime() throws Exception {
        OnnxFile file = picture();
        conv(file, "c1", "image", 3, 16, 1);
        file.floats("zero", new float[] {0});
        file.floats("six", new float[] {6});
        file.node("Clip", "a1", List.of("c1", "zero", "six"));
        conv(file, "depthwise", "a1", 16, 16, 16);
        file.node("Relu", "a2", List.of("depthwise"));
        conv(file, "c3", "a2", 16, 16, 1);
        file.node("Add", "sum", List.of("c3", "a1"));
        conv(file, "c4", "sum", 16, 8, 1);
        file.node("Sigmoid", "scores", List.of("c4"));
        file.declareOutput("scores", DataType.FLOAT, 1, 8, SIDE, SIDE);
        Both both = both(file, Set.of());
        Map<String, Integer> written = operators(OnnxModel.read(folder.resolve("bytes.onnx")));
        assertThat(written)
                .doesNotContainKeys("Clip", "Relu")
                .containsEntry("Conv", 4)
                .containsEntry("Add", 1);
        assertThat(both.signalToNoiseDb("scores")).isGreaterThan(30);
        assertThat(fused(folder.resolve("bytes.onnx")))
                .containsEntry("com.microsoft.QLinearConv", 4)
                .containsEntry("com.microsoft.QLinearAdd", 1)
                .doesNotContainKeys("Conv", "com.microsoft.FusedConv", "Add");
    }

    @Test
    void shouldLeaveALayerInFloatWhenItIsKept() throws Exception {
        OnnxFile file = picture();
        conv(file, "c1", "image", 3, 16, 1);
        conv(file, "c2", "c1", 16, 16, 1);
        conv(file, "c3", "c2", 16, 8, 1);
        file.declareOutput("c3", DataType.FLOAT, 1, 8, SIDE, SIDE);
        both(file, Set.of("c2"));
        OnnxModel model = OnnxModel.read(folder.resolve("bytes.onnx"));
        assertThat(model.graph().initializers().get("c2_w").getDataType()).isEqualTo(DataType.FLOAT_VALUE);
        assertThat(model.graph().initializers()).doesNotContainKeys("c1_w", "c3_w");
        assertThat(fused(folder.resolve("bytes.onnx"))).containsEntry("com.microsoft.QLinearConv", 2);
    }

    @Test
    void shouldGiveWhatIsReadInFloatTooUnderItsName() throws Exception {
        OnnxFile file = picture();
        conv(file, "c1", "image", 3, 16, 1);
        conv(file, "c2", "c1", 16, 8, 1);
        file.node("Exp", "grown", List.of("c1"));
        file.declareOutput("c1", DataType.FLOAT, 1, 16, SIDE, SIDE);
        file.declareOutput("c2", DataType.FLOAT, 1, 8, SIDE, SIDE);
        file.declareOutput("grown", DataType.FLOAT, 1, 16, SIDE, SIDE);
        Both both = both(file, Set.of());
        assertThat(both.signalToNoiseDb("c1")).isGreaterThan(30);
        assertThat(both.signalToNoiseDb("c2")).isGreaterThan(30);
        assertThat(both.signalToNoiseDb("grown")).isGreaterThan(25);
    }

    @Test
    void shouldShareOneStepWhenAnOperatorOnlyMovesValues() throws Exception {
        OnnxFile file = picture();
        conv(file, "c1", "image", 3, 16, 1);
        file.node(
                "MaxPool",
                "pooled",
                List.of("c1"),
                Nodes.integers("kernel_shape", 2, 2),
                Nodes.integers("strides", 1, 1),
                Nodes.integers("pads", 0, 0, 1, 1));
        file.node("Concat", "joined", List.of("c1", "pooled"), Nodes.integer("axis", 1));
        conv(file, "c2", "joined", 32, 8, 1);
        file.declareOutput("c2", DataType.FLOAT, 1, 8, SIDE, SIDE);
        Both both = both(file, Set.of());
        assertThat(both.steps.get("pooled")).isEqualTo(both.steps.get("c1"));
        assertThat(both.signalToNoiseDb("c2")).isGreaterThan(28);
        assertThat(fused(folder.resolve("bytes.onnx")))
                .containsEntry("com.microsoft.QLinearConv", 2)
                .containsEntry("com.microsoft.QLinearConcat", 1);
    }

    @Test
    void shouldQuantizeMatricesByColumn() throws Exception {
        OnnxFile file = picture();
        conv(file, "c1", "image", 3, 16, 1);
        file.node("Flatten", "row", List.of("c1"));
        file.floats("m", random(16 * SIDE * SIDE * 10, 0.05f), 16 * SIDE * SIDE, 10);
        file.floats("b", random(10, 1), 10);
        file.node("Gemm", "scores", List.of("row", "m", "b"));
        file.declareOutput("scores", DataType.FLOAT, 1, 10);
        Both both = both(file, Set.of());
        assertThat(both.signalToNoiseDb("scores")).isGreaterThan(28);
        assertThat(OnnxModel.read(folder.resolve("bytes.onnx"))
                        .graph()
                        .initializers()
                        .values())
                .anyMatch(t -> t.getDataType() == DataType.INT8_VALUE && t.getDimsCount() == 2);
    }

    // --- A graph, and the same in 8 bits

    /** What both give for one picture of random numbers, whose values all ranges are from. */
    private record Both(Map<String, Step> steps, Map<String, FloatBuffer> inFloat, Map<String, FloatBuffer> inBytes) {
        double largestDifference(String output) {
            FloatBuffer a = inFloat.get(output);
            FloatBuffer b = inBytes.get(output);
            double largest = 0;
            for (int i = 0; i < a.limit(); i++) {
                largest = Math.max(largest, Math.abs(a.get(i) - b.get(i)));
            }
            return largest;
        }

        double signalToNoiseDb(String output) {
            FloatBuffer a = inFloat.get(output);
            FloatBuffer b = inBytes.get(output);
            double signal = 0;
            double noise = 0;
            for (int i = 0; i < a.limit(); i++) {
                signal += (double) a.get(i) * a.get(i);
                noise += Math.pow(a.get(i) - b.get(i), 2);
            }
            return 10 * Math.log10(signal / noise);
        }
    }

    private Both both(OnnxFile file, Set<String> inFloat) throws Exception {
        Path original = file.write(folder.resolve("float.onnx"));
        OnnxModel model = OnnxModel.read(original);
        ModelShapes shapes = ModelShapes.of(model, null);
        IntegerParts parts = IntegerParts.of(model.graph(), shapes.facts(), inFloat);
        OnnxModel watched = OnnxModel.read(original);
        Set<String> outputs = new java.util.HashSet<>();
        watched.graph().outputs().forEach(o -> outputs.add(o.getName()));
        for (String value : parts.values()) {
            if (!outputs.contains(value) && !value.equals("image")) {
                watched.graph().outputs().add(Activations.output(value));
            }
        }
        Path all = folder.resolve("watched.onnx");
        watched.write(all);
        ByteBuffer picture =
                ByteBuffer.allocateDirect(Float.BYTES * 3 * SIDE * SIDE).order(ByteOrder.nativeOrder());
        picture.asFloatBuffer().put(random(3 * SIDE * SIDE, 1));
        Map<String, FloatBuffer> seen = run(all, picture);
        seen.put("image", picture.asFloatBuffer());
        Map<String, Range> ranges = new HashMap<>();
        parts.groups().forEach((value, group) -> ranges.merge(group, range(seen.get(value)), Range::with));
        Map<String, Step> steps = new HashMap<>();
        parts.groups().forEach((value, group) -> steps.put(value, Step.of(ranges.get(group))));
        new QdqWriter(model, parts, steps, Map.of(), new RoundedWeights(ChannelWeights.LEVELS)).write();
        Path bytes = folder.resolve("bytes.onnx");
        model.write(bytes);
        return new Both(Map.copyOf(steps), seen, run(bytes, picture));
    }

    private static Range range(FloatBuffer values) {
        Histogram histogram = new Histogram();
        histogram.add(values);
        return Calibration.MINMAX.range(histogram);
    }

    private static Map<String, FloatBuffer> run(Path model, ByteBuffer picture) throws Exception {
        Map<String, FloatBuffer> outputs = new HashMap<>();
        try (OrtGraph graph = OrtGraph.open(model, OrtGraph.Optimizing.ALL, 1, CACHE)) {
            long[] shape = {1, 3, SIDE, SIDE};
            OrtGraph.Tensor input = new OrtGraph.Tensor(dev.vigil.frame.TensorInfo.ElementType.FLOAT32, shape, picture);
            graph.run(Map.of("image", input))
                    .forEach((name, tensor) -> outputs.put(name, tensor.bytes().asFloatBuffer()));
        }
        return outputs;
    }

    /** How often each operator is in the graph that ONNX Runtime makes of it. */
    private Map<String, Integer> fused(Path model) throws Exception {
        OrtProfile profile = new OrtProfile(java.nio.file.Files.createTempDirectory(folder, "profile"));
        OrtEngine.openProfiled(model, LossMeter.ON_CPU, CACHE, profile).close();
        return operators(OnnxModel.read(profile.graph()));
    }

    private static OnnxFile picture() {
        return OnnxFile.empty().input("image", DataType.FLOAT, 1, 3, SIDE, SIDE);
    }

    private void conv(OnnxFile file, String name, String input, int in, int out, int group) {
        file.floats(name + "_w", random(out * (in / group) * 9, 0.2f), out, in / group, 3, 3);
        file.floats(name + "_b", random(out, 0.5f), out);
        file.node(
                "Conv",
                name,
                List.of(input, name + "_w", name + "_b"),
                Nodes.integers("pads", 1, 1, 1, 1),
                Nodes.integer("group", group));
    }

    private float[] random(int count, float size) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = size * (float) random.nextGaussian();
        }
        return values;
    }

    private static Map<String, Integer> operators(OnnxModel model) {
        Map<String, Integer> operators = new TreeMap<>();
        for (NodeProto node : model.graph().nodes()) {
            operators.merge(Nodes.operator(node), 1, Integer::sum);
        }
        return operators;
    }
}
