package dev.vigil.workshop.quantize;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.WeightPool;
import dev.vigil.graph.shape.Fact;
import dev.vigil.infer.InferException;
import dev.vigil.workshop.ModelBytes;
import dev.vigil.workshop.ModelShapes;
import dev.vigil.workshop.Scratch;
import dev.vigil.workshop.quantize.Quantized.LayerReport;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.Latency;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
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
    private final Path in;
    private final ModelDescription description;
    private final FrameSet frames;
    private final LossMeter.TruthReader truth;
    private final QuantizeOptions options;
    private final Path cacheDir;
    private final Consumer<String> progress;

    private final int[] calibrating;
    private final int[] measuring;

    /** @param opset that the model was of */
    private record Prepared(int opset, LossMeter meter, Forms forms) {}

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
        try (Scratch scratch = Scratch.in(cacheDir);
                WeightPool pool = WeightPool.in(scratch.folder())) {
            return search(prepare(OnnxModel.read(in).in(pool), scratch.folder()), out);
        } catch (Activations.NotFinite e) {
            throw new ModelException("the model " + in + " can not be calibrated: " + e.getMessage(), e);
        }
    }

    private Prepared prepare(OnnxModel model, Path folder)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        requireFloat(model);
        int opset = model.opset("");
        Opset13.raise(model, ModelShapes.of(model, size()).facts());
        Map<String, Fact> facts = ModelShapes.of(model, size()).facts();
        IntegerParts all = IntegerParts.of(model.graph(), facts, Set.of());
        Set<String> kept = KeptLayers.of(all, options.keep());
        if (IntegerParts.of(model.graph(), facts, kept).layers().isEmpty()) {
            throw new GraphException(
                    all.layers().isEmpty()
                            ? "has no convolution or matrix of float32 with constant weights: there is nothing to do in 8 bits"
                            : "has no layer that is not kept in float: there is nothing to do in 8 bits");
        }
        progress.accept("running the model on " + measuring.length + " frames");
        LossMeter meter = LossMeter.of(in, description, options.scoreMin(), frames, measuring, truth, cacheDir);
        Activations activations = new Activations(folder, size(), meter.input(), cacheDir, progress);
        if (options.equalize()) {
            Equalization.apply(model, activations, facts, frames, calibrating);
        }
        return new Prepared(
                opset, meter, new Forms(model, facts, kept, options, meter, activations, frames, calibrating));
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

    private Quantized search(Prepared prepared, Path out)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        Forms forms = prepared.forms;
        Map<Calibration, Double> tried = new EnumMap<>(Calibration.class);
        Map<Calibration, Double> apart = new EnumMap<>(Calibration.class);
        for (Calibration calibration : Calibration.values()) {
            if (options.calibration() == null || options.calibration() == calibration) {
                progress.accept("trying " + calibration.word());
                tried.put(calibration, forms.loss(calibration, Set.of()));
                apart.put(calibration, forms.error(calibration, Set.of()));
            }
        }
        // Where the losses keep the bound, or are the same, the outputs say what is better.
        Calibration taken = tried.keySet().stream()
                .min(Comparator.comparingDouble((Calibration c) -> Math.max(options.lossMax(), rank(tried.get(c))))
                        .thenComparingDouble(apart::get))
                .orElseThrow();
        double lossAll = tried.get(taken);
        FloatSearch search = new FloatSearch(forms.with(taken, lossAll), options.lossMax(), progress);
        FloatSearch.Found found = search.search(forms.noisiest(taken));
        List<LayerReport> layers = forms.report(taken, found.inFloat(), search.alone());
        String refused = Refusal.of(found, layers, lossAll, options.lossMax());
        if (refused != null) {
            return new Quantized(
                    refused,
                    prepared.opset,
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
        OnnxModel model = forms.of(taken, found.inFloat());
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
        Latency.Pair speeds = prepared.meter.speeds(in, out);
        return new Quantized(
                null,
                prepared.opset,
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

    private static long bytes(Path file) throws GraphException, IOException {
        return ModelBytes.of(OnnxModel.read(file));
    }
}
