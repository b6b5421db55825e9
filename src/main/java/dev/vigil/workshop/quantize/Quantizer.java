package dev.vigil.workshop.quantize;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.Weights;
import dev.vigil.graph.shape.Cost;
import dev.vigil.graph.shape.Fact;
import dev.vigil.infer.InferException;
import dev.vigil.workshop.ModelBytes;
import dev.vigil.workshop.ModelShapes;
import dev.vigil.workshop.Scratch;
import dev.vigil.workshop.quantize.IntegerParts.Layer;
import dev.vigil.workshop.quantize.Quantized.LayerReport;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.Latency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Makes of a model one that computes in 8 bits and finds the same, or says why it can not. Ranges come from one half of the frames
 * and losses from the other, so that nothing is judged by what it was fitted to. Not threadsafe; one for each model.
 */
public final class Quantizer {
    /** That each layer is tried alone on. */
    private static final int ERROR_FRAMES = 4;

    private final Path in;
    private final ModelDescription description;
    private final FrameSet frames;
    private final LossMeter.TruthReader truth;
    private final QuantizeOptions options;
    private final Path cacheDir;
    private final Consumer<String> progress;

    private final int[] calibrating;
    private final int[] measuring;

    /** The folder of one run, and the model in it that has operator set 13. */
    private Path folder;

    private Path prepared;
    private int opset;
    private Map<String, Fact> facts;
    private Set<String> kept;
    private LossMeter meter;
    private Activations activations;
    private OutputError outputs;
    private Map<String, Histogram> histograms;
    /** By calibration. */
    private final Map<Calibration, Map<String, LayerErrors>> errors = new EnumMap<>(Calibration.class);

    /**
     * Runs nothing yet.
     *
     * @param frames two at least, or losses are measured on the very frame that ranges are from
     * @param truth what is in them; null for what the model finds
     * @param cacheDir for what inference unpacks, and for models that are tried
     */
    public Quantizer(
            Path in,
            ModelDescription description,
            FrameSet frames,
            LossMeter.TruthReader truth,
            QuantizeOptions options,
            Path cacheDir,
            Consumer<String> progress) {
        this.in = in;
        this.description = description;
        this.frames = frames;
        this.truth = truth;
        this.options = options;
        this.cacheDir = cacheDir;
        this.progress = progress;
        boolean few = frames.size() < 2;
        calibrating =
                IntStream.range(0, frames.size()).filter(i -> few || i % 2 == 0).toArray();
        measuring =
                IntStream.range(0, frames.size()).filter(i -> few || i % 2 == 1).toArray();
    }

    /**
     * Tries, and writes the model when its loss keeps within the bound.
     *
     * @throws GraphException when it can not be read or raised, or has no layers for it; to be read after the file's name
     * @throws ModelException when it is no detection model, or finds nothing on the frames
     */
    public Quantized write(Path out)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        try (Scratch scratch = Scratch.in(cacheDir)) {
            folder = scratch.folder();
            prepare();
            return search(out);
        } catch (Activations.NotFinite e) {
            throw new ModelException("the model " + in + " can not be calibrated: " + e.getMessage(), e);
        }
    }

    private void prepare() throws GraphException, ModelException, InferException, ConvertException, IOException {
        OnnxModel model = OnnxModel.read(in);
        requireFloat(model);
        opset = model.opset("");
        Opset13.raise(model, ModelShapes.of(model, size()).facts());
        facts = ModelShapes.of(model, size()).facts();
        IntegerParts all = IntegerParts.of(model.graph(), facts, Set.of());
        kept = KeptLayers.of(all, options.keep());
        IntegerParts parts = IntegerParts.of(model.graph(), facts, kept);
        if (parts.layers().isEmpty()) {
            throw new GraphException(
                    all.layers().isEmpty()
                            ? "has no convolution or matrix of float32 with constant weights: there is nothing to do in 8 bits"
                            : "has no layer that is not kept in float: there is nothing to do in 8 bits");
        }
        prepared = folder.resolve("model.onnx");
        model.write(prepared);
        progress.accept("running the model on " + measuring.length + " frames");
        meter = LossMeter.of(in, description, options.scoreMin(), frames, measuring, truth, cacheDir);
        activations = new Activations(folder, size(), meter.input(), cacheDir, progress);
        OnnxModel equalized = OnnxModel.read(prepared);
        if (options.equalize()) {
            Equalization.apply(equalized, activations, facts, frames, calibrating);
            equalized.write(prepared);
        }
        histograms = activations.histograms(prepared, parts.values(), facts, frames, calibrating);
    }

    private static void requireFloat(OnnxModel model) throws GraphException {
        for (var node : model.graph().nodes()) {
            if (node.getOpType().contains("QuantizeLinear") || node.getOpType().startsWith("QLinear")) {
                throw new GraphException("is in 8 bits already: " + Nodes.shown(node));
            }
        }
    }

    private ModelDescription.Size size() {
        return options.size() != null ? options.size() : description.input().size();
    }

    private Quantized search(Path out)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        Map<Calibration, Double> tried = new EnumMap<>(Calibration.class);
        Map<Calibration, Double> apart = new EnumMap<>(Calibration.class);
        for (Calibration calibration : Calibration.values()) {
            if (options.calibration() == null || options.calibration() == calibration) {
                progress.accept("trying " + calibration.word());
                tried.put(calibration, loss(calibration, Set.of()));
                apart.put(calibration, error(calibration, Set.of()));
            }
        }
        // Where the losses keep the bound, or are the same, the outputs say what is better.
        Calibration taken = tried.keySet().stream()
                .min(Comparator.comparingDouble((Calibration c) -> Math.max(options.lossMax(), rank(tried.get(c))))
                        .thenComparingDouble(apart::get))
                .orElseThrow();
        double lossAll = tried.get(taken);
        FloatSearch search = new FloatSearch(new Trials(taken, lossAll), options.lossMax(), progress);
        FloatSearch.Found found = search.search(noisiest(taken));
        List<LayerReport> layers = report(taken, found.inFloat(), search.alone());
        String refused = Refusal.of(found, layers, lossAll, options.lossMax());
        if (refused != null) {
            return new Quantized(
                    refused,
                    opset,
                    bytes(in),
                    0,
                    tried,
                    taken,
                    found.loss(),
                    lossAll,
                    calibrating.length,
                    measuring.length,
                    null,
                    null,
                    layers);
        }
        OnnxModel model = quantized(taken, found.inFloat());
        long inBytes = layers.stream().filter(l -> l.inFloat() == null).count();
        model.metadata()
                .put(
                        "quantized",
                        String.format(
                                java.util.Locale.ROOT,
                                "int8, %d of %d layers, %s of %d frames, loss %.2f of mAP50",
                                inBytes,
                                layers.size(),
                                taken.word(),
                                calibrating.length,
                                found.loss()));
        model.write(out);
        progress.accept("measuring speed");
        Latency.Pair speeds = meter.speeds(in, out);
        return new Quantized(
                null,
                opset,
                bytes(in),
                bytes(out),
                tried,
                taken,
                found.loss(),
                lossAll,
                calibrating.length,
                measuring.length,
                speeds.first(),
                speeds.second(),
                layers);
    }

    private static double rank(double loss) {
        return Double.isNaN(loss) ? Double.MAX_VALUE : loss;
    }

    /** Forms of the model with ranges of one calibration. */
    private final class Trials implements FloatSearch.Trials {
        private final Calibration calibration;
        private final double lossAll;

        Trials(Calibration calibration, double lossAll) {
            this.calibration = calibration;
            this.lossAll = lossAll;
        }

        @Override
        public double loss(Set<String> inFloat)
                throws GraphException, ModelException, InferException, ConvertException, IOException {
            return inFloat.isEmpty() ? lossAll : Quantizer.this.loss(calibration, inFloat);
        }

        @Override
        public double error(String inBytes)
                throws GraphException, ModelException, InferException, ConvertException, IOException {
            Set<String> others = new HashSet<>(errors(calibration).keySet());
            others.remove(inBytes);
            return Quantizer.this.error(calibration, others);
        }
    }

    private double error(Calibration calibration, Set<String> inFloat)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        if (outputs == null) {
            int[] few = Arrays.copyOf(calibrating, Math.min(ERROR_FRAMES, calibrating.length));
            outputs = OutputError.of(activations, prepared, frames, few);
        }
        Path file = folder.resolve("outputs.onnx");
        quantized(calibration, inFloat).write(file);
        double error = outputs.measure(file);
        Files.delete(file);
        return error;
    }

    private double loss(Calibration calibration, Set<String> inFloat)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        Path file = folder.resolve("trial.onnx");
        quantized(calibration, inFloat).write(file);
        double loss = meter.loss(file);
        Files.delete(file);
        return loss;
    }

    private OnnxModel quantized(Calibration calibration, Set<String> inFloat)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        OnnxModel model = OnnxModel.read(prepared);
        Set<String> all = new HashSet<>(kept);
        all.addAll(inFloat);
        IntegerParts parts = IntegerParts.of(model.graph(), facts, all);
        Map<String, float[]> biases = new HashMap<>();
        if (options.biasCorrection()) {
            Map<String, LayerErrors> measured = errors(calibration);
            for (Layer layer : parts.layers().values()) {
                if (!Nodes.is(layer.node(), "MatMul")) { // it has no bias
                    biases.put(layer.name(), corrected(model, layer, measured.get(layer.name())));
                }
            }
        }
        new QdqWriter(model, parts, steps(calibration, parts), biases, options.levels()).write();
        return model;
    }

    private static float[] corrected(OnnxModel model, Layer layer, LayerErrors errors) throws GraphException {
        float[] bias = layer.bias().isEmpty()
                ? new float[layer.channels()]
                : Weights.floats(model.graph().initializers().get(layer.bias()), model.folder());
        for (int i = 0; i < bias.length; i++) {
            bias[i] -= errors.meanError()[i];
        }
        return bias;
    }

    private Map<String, Range> ranges(Calibration calibration) {
        Map<String, Range> ranges = new HashMap<>();
        histograms.forEach((name, histogram) -> ranges.put(name, calibration.range(histogram)));
        return ranges;
    }

    private Map<String, Step> steps(Calibration calibration, IntegerParts parts) {
        Map<String, Range> ranges = ranges(calibration);
        parts.gates()
                .forEach((value, result) ->
                        ranges.put(value, ranges.get(value).beforeSilu(Step.of(ranges.get(result)))));
        Map<String, String> groups = parts.groups();
        Map<String, Range> ofGroup = new HashMap<>();
        groups.forEach((value, group) -> ofGroup.merge(group, ranges.get(value), Range::with));
        Map<String, Step> steps = new HashMap<>();
        groups.forEach((value, group) -> steps.put(value, Step.of(ofGroup.get(group))));
        return steps;
    }

    private Map<String, LayerErrors> errors(Calibration calibration)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        if (!errors.containsKey(calibration)) {
            OnnxModel model = OnnxModel.read(prepared);
            IntegerParts parts = IntegerParts.of(model.graph(), facts, kept);
            errors.put(
                    calibration,
                    LayerErrors.measure(
                            activations,
                            prepared,
                            parts,
                            steps(calibration, parts),
                            options.levels(),
                            facts,
                            frames,
                            calibrating));
        }
        return errors.get(calibration);
    }

    private List<String> noisiest(Calibration calibration)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        Map<String, LayerErrors> measured = errors(calibration);
        return measured.keySet().stream()
                .sorted(Comparator.comparingDouble(
                        (String layer) -> measured.get(layer).signalToNoiseDb()))
                .toList();
    }

    private List<LayerReport> report(Calibration calibration, Set<String> inFloat, Map<String, Double> alone)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        OnnxModel model = OnnxModel.read(prepared);
        IntegerParts parts = IntegerParts.of(model.graph(), facts, Set.of());
        Map<String, Range> ranges = ranges(calibration);
        Map<String, LayerErrors> measured = errors(calibration);
        double all = parts.layers().values().stream()
                .mapToDouble(layer -> work(layer))
                .sum();
        List<LayerReport> layers = new ArrayList<>();
        for (Layer layer : parts.layers().values()) {
            LayerErrors error = measured.get(layer.name());
            layers.add(new LayerReport(
                    layer.name(),
                    layer.node().getOpType(),
                    work(layer) / all,
                    ranges.get(layer.node().getInput(0)),
                    ranges.get(parts.result(layer.name())),
                    error == null ? Double.NaN : error.signalToNoiseDb(),
                    alone.getOrDefault(layer.name(), Double.NaN),
                    kept.contains(layer.name())
                            ? LayerReport.KEPT
                            : inFloat.contains(layer.name()) ? LayerReport.LOSS : null));
        }
        return layers;
    }

    private double work(Layer layer) {
        double work = Cost.multiplyAdds(layer.node(), facts);
        return Double.isNaN(work) ? 0 : work;
    }

    private static long bytes(Path file) throws GraphException, IOException {
        return ModelBytes.of(OnnxModel.read(file));
    }
}
