package dev.vigil.workshop.quantize;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.Weights;
import dev.vigil.graph.shape.Cost;
import dev.vigil.graph.shape.Fact;
import dev.vigil.infer.InferException;
import dev.vigil.workshop.quantize.IntegerParts.Layer;
import dev.vigil.workshop.quantize.Quantized.LayerReport;
import dev.vigil.workshop.trial.FrameSet;
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

/**
 * The forms of one model with all or some of its layers in 8 bits, and how far they are from it. What several forms need is
 * measured once: ranges, rounded weights, errors of layers. One form is loaded at a time. Not threadsafe.
 */
final class Forms {
    /** That each layer is tried alone on. */
    private static final int ERROR_FRAMES = 4;

    /** Of operator set 13, equalised; never changed. */
    private final OnnxModel model;

    private final Map<String, Fact> facts;
    /** Layers that the user wants in float. */
    private final Set<String> kept;

    private final boolean biasCorrection;
    private final RoundedWeights weights;
    private final LossMeter meter;
    private final Activations activations;
    private final FrameSet frames;
    private final int[] calibrating;
    private final Map<String, Histogram> histograms;
    private final Map<Calibration, Map<String, LayerErrors>> errors = new EnumMap<>(Calibration.class);
    /** Null until the first error is asked for. */
    private OutputError outputs;

    /**
     * Runs the model for its ranges.
     *
     * @param model of operator set 13, in the pool of the activations' folder
     * @param kept layers that stay in float in all forms
     * @param calibrating which of the frames ranges are from
     */
    Forms(
            OnnxModel model,
            Map<String, Fact> facts,
            Set<String> kept,
            QuantizeOptions options,
            LossMeter meter,
            Activations activations,
            FrameSet frames,
            int[] calibrating)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        this.model = model;
        this.facts = facts;
        this.kept = kept;
        this.biasCorrection = options.biasCorrection();
        this.weights = new RoundedWeights(options.levels());
        this.meter = meter;
        this.activations = activations;
        this.frames = frames;
        this.calibrating = calibrating;
        this.histograms = activations.histograms(
                model, IntegerParts.of(model.graph(), facts, kept).values(), facts, frames, calibrating);
    }

    /** In points, with these layers in float besides those that are kept so. */
    double loss(Calibration calibration, Set<String> inFloat)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        Path file = activations.folder().resolve("trial.onnx");
        of(calibration, inFloat).write(file);
        double loss = meter.loss(file);
        Files.delete(file);
        return loss;
    }

    /** Of the outputs: see {@link OutputError#measure}. */
    double error(Calibration calibration, Set<String> inFloat)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        Path file = activations.folder().resolve("outputs.onnx");
        if (outputs == null) {
            int[] few = Arrays.copyOf(calibrating, Math.min(ERROR_FRAMES, calibrating.length));
            model.write(file);
            outputs = OutputError.of(activations, file, frames, few);
        }
        of(calibration, inFloat).write(file);
        double error = outputs.measure(file);
        Files.delete(file);
        return error;
    }

    /**
     * Those with ranges of one calibration.
     *
     * @param lossAll in points, with all layers in 8 bits
     */
    FloatSearch.Trials with(Calibration calibration, double lossAll) {
        return new FloatSearch.Trials() {
            @Override
            public double loss(Set<String> inFloat)
                    throws GraphException, ModelException, InferException, ConvertException, IOException {
                return inFloat.isEmpty() ? lossAll : Forms.this.loss(calibration, inFloat);
            }

            @Override
            public double error(String inBytes)
                    throws GraphException, ModelException, InferException, ConvertException, IOException {
                Set<String> others = new HashSet<>(errors(calibration).keySet());
                others.remove(inBytes);
                return Forms.this.error(calibration, others);
            }
        };
    }

    /** The model with all layers in 8 bits but these, and those that are kept in float. */
    OnnxModel of(Calibration calibration, Set<String> inFloat)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        OnnxModel form = model.copy();
        Set<String> all = new HashSet<>(kept);
        all.addAll(inFloat);
        IntegerParts parts = IntegerParts.of(form.graph(), facts, all);
        Map<String, float[]> biases = new HashMap<>();
        if (biasCorrection) {
            Map<String, LayerErrors> measured = errors(calibration);
            for (Layer layer : parts.layers().values()) {
                if (!Nodes.is(layer.node(), "MatMul")) { // it has no bias
                    biases.put(layer.name(), corrected(form, layer, measured.get(layer.name())));
                }
            }
        }
        new QdqWriter(form, parts, steps(calibration, parts), biases, weights).write();
        return form;
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
        Map<String, LayerErrors> known = errors.get(calibration);
        if (known == null) {
            IntegerParts parts = IntegerParts.of(model.graph(), facts, kept);
            known = LayerErrors.measure(
                    activations, model, parts, steps(calibration, parts), weights, facts, frames, calibrating);
            errors.put(calibration, known);
        }
        return known;
    }

    /** Layers that are not kept in float, those with the most noise by themselves first. */
    List<String> noisiest(Calibration calibration)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        Map<String, LayerErrors> measured = errors(calibration);
        return measured.keySet().stream()
                .sorted(Comparator.comparingDouble(
                        (String layer) -> measured.get(layer).signalToNoiseDb()))
                .toList();
    }

    /**
     * What there is to say of each layer, in the order of the graph.
     *
     * @param inFloat layers that were left in float for the loss
     * @param alone errors of the outputs with one layer in 8 bits, of those that were tried so
     */
    List<LayerReport> report(Calibration calibration, Set<String> inFloat, Map<String, Double> alone)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
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
}
