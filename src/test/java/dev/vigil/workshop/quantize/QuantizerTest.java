package dev.vigil.workshop.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.OnnxFile;
import dev.vigil.base.Clock;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.Surroundings;
import dev.vigil.detect.ModelDescription;
import dev.vigil.frame.InputSpec;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.Weights;
import dev.vigil.graph.shape.Fact;
import dev.vigil.source.SourceOptions;
import dev.vigil.workshop.ModelShapes;
import dev.vigil.workshop.trial.FrameSet;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizerTest {
    private static final Path MODEL = Path.of("models/ssdlite-mobilenet-v2-coco.onnx");
    private static final Path CACHE = Surroundings.ofProcess().cacheDir();
    private static final int SIDE = 16;
    private static final int[] FRAMES = {0, 1, 2, 3};

    @TempDir
    private Path folder;

    private final Random random = new Random(11);

    @Test
    void shouldKeepTheLossWithinTheBoundAndTheBytesBelowAThirdWhenItIsTheDefaultModel() throws Exception {
        Path out = folder.resolve("int8.onnx");
        QuantizeOptions options =
                new QuantizeOptions(Calibration.PERCENTILE, 0.5, List.of(), true, true, false, 0.4f, null);
        Quantized result;
        try (FrameSet frames = frames(40)) {
            result = new Quantizer(MODEL, description(), frames, null, options, folder, line -> {}).write(out);
        }
        assertThat(result.refused()).isNull();
        assertThat(result.loss()).isLessThanOrEqualTo(0.5);
        assertThat(result.calibrated()).isEqualTo(20);
        assertThat(result.layers()).hasSize(88);
        assertThat(result.layers().stream()
                        .filter(layer -> layer.inFloat() == null)
                        .count())
                .isGreaterThan(80);
        assertThat(result.layers()).allMatch(layer -> layer.signalToNoiseDb() > 20);
        assertThat((double) Files.size(out)).isLessThan(0.3 * Files.size(MODEL));
        assertThat(result.bytesAfter()).isEqualTo(Files.size(out));
        assertThat(OnnxModel.read(out).metadata())
                .hasEntrySatisfying("quantized", said -> assertThat(said).startsWith("int8, "))
                .containsKeys("names", "source");
        try (var left = Files.list(folder)) {
            assertThat(left.map(Path::getFileName).map(Path::toString)).noneMatch(name -> name.startsWith("quantize-"));
        }
    }

    @Test
    void shouldRefuseAndWriteNothingWhenTheBoundCanNotBeKept() throws Exception {
        Path out = folder.resolve("int8.onnx");
        QuantizeOptions options = new QuantizeOptions(
                Calibration.MINMAX,
                -1,
                List.of("BoxPredictor*", "*/expanded_conv*", "*/layer_19_1*"),
                false,
                false,
                false,
                0.4f,
                null);
        Quantized result;
        try (FrameSet frames = frames(2)) {
            result = new Quantizer(MODEL, description(), frames, null, options, folder, line -> {}).write(out);
        }
        assertThat(result.refused())
                .contains("allowed are -1.00 points and 50 %")
                .contains("FeatureExtractor/");
        assertThat(result.layers())
                .filteredOn(layer -> layer.name().startsWith("BoxPredictor"))
                .isNotEmpty()
                .allMatch(layer -> layer.inFloat().equals("kept"));
        assertThat(out).doesNotExist();
    }

    @Test
    void shouldSayWhatIsWrongWhenThereIsNothingToDo() throws Exception {
        Path none = folder.resolve("none.onnx");
        Files.write(
                none,
                OnnxFile.ofPicture(2)
                        .constantOutput("y", DataType.FLOAT, new float[] {1}, 1)
                        .bytes());
        try (FrameSet frames = frames(1)) {
            Quantizer nothing = new Quantizer(
                    none, ModelDescription.EMPTY, frames, null, QuantizeOptions.DEFAULT, folder, line -> {});
            assertThatThrownBy(() -> nothing.write(folder.resolve("out.onnx")))
                    .isInstanceOf(GraphException.class)
                    .hasMessageContaining("no convolution or matrix of float32");
            QuantizeOptions wrong = new QuantizeOptions(null, 0.5, List.of("Nothing*"), true, true, false, 0.4f, null);
            Quantizer kept = new Quantizer(MODEL, description(), frames, null, wrong, folder, line -> {});
            assertThatThrownBy(() -> kept.write(folder.resolve("out.onnx")))
                    .isInstanceOf(GraphException.class)
                    .hasMessageContaining("no layer Nothing* to keep");
        }
    }

    @Test
    void shouldMeasureTheMeanErrorThatTheBiasThenTakesOff() throws Exception {
        // Weights of one large and many small ones, all of one sign: what rounding takes from the small ones adds up.
        float[] weights = new float[16 * 27];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = i % 27 == 0 ? 10 : 0.02f + 0.01f * random.nextFloat();
        }
        OnnxFile file = OnnxFile.empty().input("images", DataType.FLOAT, 1, 3, SIDE, SIDE);
        file.floats("w", weights, 16, 3, 3, 3);
        file.node("Conv", "y", List.of("images", "w"));
        file.declareOutput("y", DataType.FLOAT, 1, 16, SIDE - 2, SIDE - 2);
        Path model = file.write(folder.resolve("biased.onnx"));
        Map<String, LayerErrors> before = errors(model);
        OnnxModel corrected = OnnxModel.read(model);
        corrected
                .graph()
                .initializers()
                .put("b", Weights.of("b", new long[] {16}, minus(before.get("y").meanError())));
        corrected.graph().nodes().replaceAll(node -> node.toBuilder()
                .addInput("b")
                .build());
        // The reference keeps its own bias of zero; only what is rounded gets the other one, so compare their means.
        float mean = 0;
        for (float error : before.get("y").meanError()) {
            mean += Math.abs(error) / 16;
        }
        assertThat(mean).isGreaterThan(0.05f);
        float left = meanDifference(model, corrected, before);
        assertThat(left).isLessThan(mean / 50);
    }

    @Test
    void shouldGiveWhatItGaveWhenChannelsAreMadeEquallyLarge() throws Exception {
        OnnxFile file = OnnxFile.empty().input("images", DataType.FLOAT, 1, 3, SIDE, SIDE);
        float[] first = random(8 * 27, 0.1f);
        for (int i = 0; i < 27; i++) {
            first[i] *= 40; // one channel is much larger than all others
        }
        file.floats("w1", first, 8, 3, 3, 3);
        file.floats("b1", random(8, 0.1f), 8);
        file.node("Conv", "c1", List.of("images", "w1", "b1"), Nodes.integers("pads", 1, 1, 1, 1));
        file.node("Relu", "r1", List.of("c1"));
        file.floats("w2", random(8 * 9, 0.3f), 8, 1, 3, 3);
        file.node("Conv", "c2", List.of("r1", "w2"), Nodes.integers("pads", 1, 1, 1, 1), Nodes.integer("group", 8));
        file.node("Add", "sum", List.of("c2", "c2"));
        file.floats("w3", random(4 * 8, 0.3f), 4, 8, 1, 1);
        file.node("Conv", "y", List.of("sum", "w3"));
        file.declareOutput("y", DataType.FLOAT, 1, 4, SIDE, SIDE);
        Path model = file.write(folder.resolve("unequal.onnx"));
        OnnxModel equal = OnnxModel.read(model);
        Map<String, Fact> facts = ModelShapes.of(equal, null).facts();
        Path made = folder.resolve("equal.onnx");
        Map<String, float[]> before;
        Map<String, float[]> after;
        try (FrameSet frames = frames(4)) {
            assertThat(Equalization.apply(equal, activations(), facts, frames, FRAMES))
                    .isEqualTo(2);
            equal.write(made);
            before = values(model, facts, frames, "y", "c1");
            after = values(made, facts, frames, "y", "c1");
        }
        for (int i = 0; i < before.get("y").length; i++) {
            assertThat(after.get("y")[i]).isCloseTo(before.get("y")[i], within(1e-4f));
        }
        assertThat(spread(after.get("c1"))).isLessThan(spread(before.get("c1")) / 3);
    }

    /** How many times as large as the smallest channel the largest one is, of 8. */
    private static double spread(float[] values) {
        double[] most = new double[8];
        for (int i = 0; i < values.length; i++) {
            int channel = i / (SIDE * SIDE) % 8;
            most[channel] = Math.max(most[channel], Math.abs(values[i]));
        }
        return java.util.Arrays.stream(most).max().orElseThrow()
                / java.util.Arrays.stream(most).min().orElseThrow();
    }

    private Map<String, LayerErrors> errors(Path model) throws Exception {
        OnnxModel read = OnnxModel.read(model);
        Map<String, Fact> facts = ModelShapes.of(read, null).facts();
        IntegerParts parts = IntegerParts.of(read.graph(), facts, Set.of());
        try (FrameSet frames = frames(4)) {
            Map<String, Step> steps = steps(model, parts, facts, frames);
            return LayerErrors.measure(
                    activations(), read, parts, steps, new RoundedWeights(127), facts, frames, FRAMES);
        }
    }

    private Map<String, Step> steps(Path model, IntegerParts parts, Map<String, Fact> facts, FrameSet frames)
            throws Exception {
        Map<String, Step> steps = new HashMap<>();
        activations()
                .histograms(OnnxModel.read(model), parts.values(), facts, frames, FRAMES)
                .forEach((name, seen) -> steps.put(name, Step.of(Calibration.MINMAX.range(seen))));
        return steps;
    }

    /** Mean over channels of how far the mean of a model in 8 bits with another bias is from that of the model. */
    private float meanDifference(Path model, OnnxModel corrected, Map<String, LayerErrors> errors) throws Exception {
        OnnxModel read = OnnxModel.read(model);
        Map<String, Fact> facts = ModelShapes.of(read, null).facts();
        IntegerParts parts = IntegerParts.of(read.graph(), facts, Set.of());
        float[] bias = Weights.floats(corrected.graph().initializers().get("b"), folder);
        try (FrameSet frames = frames(4)) {
            Map<String, Step> steps = steps(model, parts, facts, frames);
            new QdqWriter(read, parts, steps, Map.of("y", bias), new RoundedWeights(127)).write();
            Path bytes = folder.resolve("bytes.onnx");
            read.write(bytes);
            float[] was = values(model, facts, frames, "y").get("y");
            float[] is = values(bytes, facts, frames, "y").get("y");
            double[] sums = new double[16];
            int pixels = (SIDE - 2) * (SIDE - 2);
            for (int i = 0; i < was.length; i++) {
                sums[i / pixels % 16] += (is[i] - was[i]) / (double) (pixels * FRAMES.length);
            }
            return (float)
                    java.util.Arrays.stream(sums).map(Math::abs).average().orElseThrow();
        }
    }

    private static float[] minus(float[] values) {
        float[] minus = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            minus[i] = -values[i];
        }
        return minus;
    }

    /** All values of all frames, one frame after the other. */
    private Map<String, float[]> values(Path model, Map<String, Fact> facts, FrameSet frames, String... names)
            throws Exception {
        Map<String, float[]> all = new HashMap<>();
        activations().read(OnnxModel.read(model), List.of(names), facts, frames, FRAMES, (name, values) -> {
            float[] before = all.getOrDefault(name, new float[0]);
            float[] more = java.util.Arrays.copyOf(before, before.length + values.limit());
            FloatBuffer from = values.duplicate();
            from.position(0);
            from.get(more, before.length, values.limit());
            all.put(name, more);
        });
        return all;
    }

    private Activations activations() throws IOException {
        InputSpec input = new InputSpec(
                SIDE,
                SIDE,
                InputSpec.Layout.NCHW,
                InputSpec.Element.FLOAT32,
                InputSpec.Color.RGB,
                new float[] {0, 0, 0},
                new float[] {255, 255, 255},
                InputSpec.Resize.STRETCH,
                new int[] {0, 0, 0});
        return new Activations(folder, null, input, CACHE, line -> {});
    }

    private float[] random(int count, float size) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = size * (float) random.nextGaussian();
        }
        return values;
    }

    private static ModelDescription description() throws Exception {
        return new ConfigReader(Surroundings.ofProcess()).readDescription(MODEL);
    }

    private FrameSet frames(int most) throws Exception {
        SourceOptions clip =
                SourceOptions.builder(Path.of("media/demo-clip.mp4").toUri()).build();
        return FrameSet.take(
                List.of(new FrameSet.Source("clip", clip, false)),
                most,
                Duration.ofSeconds(1),
                folder,
                Clock.SYSTEM,
                line -> {});
    }
}
