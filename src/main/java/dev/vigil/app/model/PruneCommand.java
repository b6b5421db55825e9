package dev.vigil.app.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.app.TextTable;
import dev.vigil.config.ConfigException;
import dev.vigil.config.Surroundings;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.InferException;
import dev.vigil.source.SourceException;
import dev.vigil.workshop.prune.Prune;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.Reference;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code vigil model prune}: a model without the channels that contribute nothing. */
@Command(
        name = "prune",
        mixinStandardHelpOptions = true,
        description = {
            "Removes channels that contribute nothing, with all that depends on them: those that are constant, whose constant goes"
                    + " into the next layer's bias, and those that nobody reads. What is left is smaller and faster, and finds"
                    + " the same.",
            "",
            "With --threshold, weights next to nothing count as zero too: then the model finds something else, and how much may"
                    + " be lost is said by --loss. Single zeros among other weights make nothing faster, and are only counted.",
            "",
            "Where there is nothing to remove, OUT is the same model: after exit code 0 there is an OUT."
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 it can not be done or loses too much, 2 wrong usage.",
            "",
            "Examples:",
            "  vigil model prune mine.onnx -o mine-pruned.onnx",
            "  vigil model prune mine.onnx -o mine-pruned.onnx --threshold 0.01 --loss 0.5 --frames cameras"
        })
final class PruneCommand extends NewModelTool {
    private static final double LOSS_USUAL = 0.5;

    @Option(
            names = "--threshold",
            paramLabel = "X",
            defaultValue = "0",
            description =
                    "Weights of a channel count as zero up to this norm (root of the sum of squares), in parts of the"
                            + " largest of the layer's channels (default: ${DEFAULT-VALUE}).")
    private double threshold;

    @Option(
            names = "--loss",
            paramLabel = "POINTS",
            description =
                    "How many points of mAP50 may be lost against IN; of a model that is no detector, hundredths of an"
                            + " output's largest value (default: none without --threshold, " + LOSS_USUAL
                            + " with it).")
    private Double lossMax;

    @Mixin
    private FramesOption frames;

    @Mixin
    private TrialOptions trial;

    @Option(names = "--json", description = "Print one JSON object to standard output, and nothing else.")
    private boolean json;

    PruneCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    int work()
            throws ConfigException, GraphException, ModelException, InferException, SourceException, ConvertException,
                    IOException {
        if (!(threshold >= 0 && threshold < 1)) {
            throw new ParameterException(spec().commandLine(), "--threshold must be 0 to less than 1");
        }
        if (lossMax != null && !(lossMax >= 0 && lossMax <= 100)) {
            throw new ParameterException(spec().commandLine(), "--loss must be 0 to 100 points");
        }
        requireFiles();
        Path in = modelIn();
        Path out = modelOut();
        ModelDescription description = trial.sized(description(in));
        double usual = threshold > 0 ? LOSS_USUAL : Double.NaN;
        Prune.Options options = new Prune.Options(threshold, lossMax == null ? usual : lossMax);
        Path cache = surroundings().cacheDir();
        try (FrameSet pictures = frames.take(this, TrialOptions.demoClip(surroundings()))) {
            Reference reference =
                    Reference.of(in, description, pictures, trial.scoreMin(), Prune.EXACT, cache, this::progress);
            Prune.Report report = new Prune(cache, this::progress).write(in, out, description, reference, options);
            bringDescription(in, out);
            PrintWriter to = out();
            if (json) {
                to.println(json(reference, report));
            } else {
                print(to, reference, report);
            }
            to.flush();
        } catch (GraphException e) {
            throw reading(in, e);
        }
        return 0;
    }

    private void print(PrintWriter to, Reference reference, Prune.Report report) {
        int channels = report.layers().stream().mapToInt(Prune.Layer::before).sum();
        if (report.removed() == 0) {
            to.println("nothing to prune: each of the " + channels + " channels of "
                    + report.layers().size() + " layers contributes, or is where it can not be followed; " + modelOut()
                    + " is the same model");
            sparsity(to, report.after());
            return;
        }
        to.println(modelOut() + ": " + report.removed() + " of " + channels + " channels less than " + modelIn());
        TextTable layers = new TextTable("layer", "channels", "before");
        report.layers().stream()
                .filter(layer -> layer.after() < layer.before())
                .forEach(layer ->
                        layers.row(layer.name(), Integer.toString(layer.after()), Integer.toString(layer.before())));
        layers.lines().forEach(line -> to.println("  " + line));
        to.println("");
        Prune.Size before = report.before();
        Prune.Size after = report.after();
        TextTable sizes = new TextTable("", "after", "before");
        sizes.row("bytes", Long.toString(after.bytes()), Long.toString(before.bytes()));
        sizes.row("weights", Long.toString(after.parameters()), Long.toString(before.parameters()));
        sizes.row("multiply-adds", millions(after.multiplyAdds()), millions(before.multiplyAdds()));
        sizes.row(
                "ms an inference",
                String.format(Locale.ROOT, "%.2f", report.duel().afterMs()),
                String.format(Locale.ROOT, "%.2f", report.duel().beforeMs()));
        sizes.lines().forEach(line -> to.println("  " + line));
        to.println("  measured in turns on " + report.duel().device() + " with all cores");
        to.println("  " + LikenessText.shown(report.likeness()) + " on " + reference.shown());
        sparsity(to, after);
    }

    private static void sparsity(PrintWriter to, Prune.Size size) {
        if (size.zeros() > 0) {
            to.println(String.format(
                    Locale.ROOT,
                    "  %.2f %% of its weights are zeros among others, which makes nothing here faster",
                    100.0 * size.zeros() / size.parameters()));
        }
    }

    private static String millions(double count) {
        return String.format(Locale.ROOT, "%.2f M", count / 1e6);
    }

    private ObjectNode json(Reference reference, Prune.Report report) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("file", modelOut().toString());
        object.put("made_from", modelIn().toString());
        object.put("removed", report.removed());
        ArrayNode layers = object.putArray("layers");
        for (Prune.Layer layer : report.layers()) {
            layers.addObject()
                    .put("name", layer.name())
                    .put("channels", layer.after())
                    .put("channels_before", layer.before());
        }
        object.set("before", json(report.before()));
        object.set("after", json(report.after()));
        object.put("tried_on", reference.shown());
        object.set("agreement", report.likeness() == null ? null : LikenessText.json(report.likeness()));
        object.set("latency", report.duel() == null ? null : LikenessText.json(report.duel()));
        return object;
    }

    private static ObjectNode json(Prune.Size size) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("bytes", size.bytes())
                .put("weights", size.parameters())
                .put("zero_weights", size.zeros())
                .put("multiply_adds", (long) size.multiplyAdds());
    }
}
