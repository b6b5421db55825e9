package dev.vigil.app.model;

import dev.vigil.config.ConfigException;
import dev.vigil.config.Surroundings;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.frame.InputSpec.Element;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.InferException;
import dev.vigil.source.SourceException;
import dev.vigil.workshop.half.Half;
import dev.vigil.workshop.half.KeepPattern;
import dev.vigil.workshop.trial.Bound;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.Reference;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code vigil model half}: a model in half precision. */
@Command(
        name = "half",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a model of half the bytes: weights in FP16, and arithmetic too, which GPUs do twice as fast and more. What would"
                    + " overflow, lose too much, or is not had in FP16 stays in FP32; it is found by looking at the weights and"
                    + " by running the model on frames. Nothing is written unless the new model finds the same boxes.",
            "",
            "Most CPUs have no FP16 arithmetic: there the model is converted back on the way, and slower than it was. For a"
                    + " box without a GPU --weights-only is right: as small a file, and as fast as before. The report says"
                    + " what both models take on this box."
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 it can not be done within the bounds, with the nodes that are in the way, 2 wrong usage.",
            "",
            "Examples:",
            "  vigil model half mine.onnx -o mine-fp16.onnx --frames cameras      for a GPU",
            "  vigil model half mine.onnx -o mine-small.onnx --weights-only       for a CPU"
        })
final class HalfCommand extends NewModelTool {
    enum Edge {
        KEEP,
        HALF
    }

    @Option(
            names = "--weights-only",
            description = "Only store the weights in FP16, and compute in FP32 as before: for CPUs.")
    private boolean weightsOnly;

    @Option(
            names = "--keep",
            paramLabel = "PATTERN",
            description =
                    "Nodes that stay in FP32: a node's name or an operator, with * and ?. May be given several times.")
    private List<String> keep = List.of();

    @Option(
            names = "--inputs",
            paramLabel = "TYPE",
            defaultValue = "keep",
            description =
                    "keep: the picture is given in its type of before, half: in FP16 (default: ${DEFAULT-VALUE}).")
    private Edge inputs;

    @Option(
            names = "--outputs",
            paramLabel = "TYPE",
            defaultValue = "keep",
            description = "The same for what comes out (default: ${DEFAULT-VALUE}).")
    private Edge outputs;

    @Option(
            names = "--within-score",
            paramLabel = "X",
            defaultValue = "0.01",
            description =
                    "How far a score may be off; of a model that is no detector, how far a value may be, in parts of its"
                            + " output's largest (default: ${DEFAULT-VALUE}).")
    private double withinScore;

    @Option(
            names = "--within-px",
            paramLabel = "PX",
            defaultValue = "1",
            description =
                    "How far a box's corner may be off, in pixels of the model's input (default: ${DEFAULT-VALUE}).")
    private double withinPx;

    @Mixin
    private FramesOption frames;

    @Mixin
    private TrialOptions trial;

    @Option(names = "--json", description = "Print one JSON object to standard output, and nothing else.")
    private boolean json;

    HalfCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    int work()
            throws ConfigException, GraphException, ModelException, InferException, SourceException, ConvertException,
                    IOException {
        if (!(withinScore > 0) || !(withinPx > 0)) {
            throw new ParameterException(spec().commandLine(), "--within-score and --within-px must be above 0");
        }
        if (weightsOnly && (inputs == Edge.HALF || outputs == Edge.HALF)) {
            throw new ParameterException(
                    spec().commandLine(), "--weights-only computes in FP32: inputs and outputs stay as they are");
        }
        requireFiles();
        Path in = modelIn();
        Path out = modelOut();
        ModelDescription description = trial.sized(description(in));
        if (inputs == Edge.HALF && description.input().element() == Element.FLOAT32) {
            throw new ModelException("--inputs half: the .yml beside " + in
                    + " says element: float32, which would not be so any more; take the line out");
        }
        Bound bound = new Bound(withinScore, withinPx);
        Half.Options options = new Half.Options(
                keep.stream().map(KeepPattern::new).toList(),
                inputs == Edge.HALF,
                outputs == Edge.HALF,
                weightsOnly,
                bound);
        Path cache = surroundings().cacheDir();
        try (FrameSet pictures = frames.take(this, TrialOptions.demoClip(surroundings()))) {
            Reference reference =
                    Reference.of(in, description, pictures, trial.scoreMin(), bound, cache, this::progress);
            Half.Report report = new Half(cache, this::progress).write(in, out, description, reference, options);
            bringDescription(in, out);
            PrintWriter to = out();
            if (json) {
                to.println(HalfText.json(in, out, reference, report));
            } else {
                HalfText.print(to, in, out, reference, report);
            }
            to.flush();
        } catch (GraphException e) {
            throw reading(in, e);
        }
        return 0;
    }
}
