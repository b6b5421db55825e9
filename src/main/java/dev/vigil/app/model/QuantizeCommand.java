package dev.vigil.app.model;

import dev.vigil.config.ConfigException;
import dev.vigil.config.Surroundings;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription.Size;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.InferException;
import dev.vigil.source.SourceException;
import dev.vigil.workshop.quantize.ByteArithmetic;
import dev.vigil.workshop.quantize.Calibration;
import dev.vigil.workshop.quantize.QuantizeOptions;
import dev.vigil.workshop.quantize.Quantized;
import dev.vigil.workshop.quantize.Quantizer;
import dev.vigil.workshop.trial.FrameSet;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code vigil model quantize}: a model in 8 bits that finds the same. */
@Command(
        name = "quantize",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a model compute in 8 bits: a quarter of the bytes, and faster on processors with VNNI.",
            "",
            "Frames show which values occur: those that the model will see, best of the box's own cameras. Every other one is kept"
                    + " back, and the loss is measured on those: how much of what the model finds the new one does not find."
                    + " Where it is too much, the layers that cost most stay in float; where too many would have to, nothing is"
                    + " written."
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 failed, or refused because the loss is too much, 2 wrong usage.",
            "",
            "Examples: vigil model quantize mine.onnx -o models/mine-int8.onnx --frames recordings/",
            "          vigil model quantize mine.onnx -o models/mine-int8.onnx --frames cameras --frames-for 10m"
        })
final class QuantizeCommand extends NewModelTool {
    @Mixin
    private FramesOption frames;

    @Mixin
    private TruthOption truth;

    @Option(
            names = "--calibration",
            paramLabel = "WAY",
            description =
                    "Which part of the values becomes bytes: minmax (all that were seen), percentile (all but one in 20000 on"
                            + " either side) or entropy (the part that tells most) (default: all three are tried).")
    private Calibration calibration;

    @Option(
            names = "--loss",
            paramLabel = "POINTS",
            defaultValue = "0.5",
            description =
                    "The most that mAP50 may fall, in points of a hundred, with --truth, else with what the model finds as"
                            + " truth (default: ${DEFAULT-VALUE}).")
    private double lossMax;

    @Option(
            names = "--score",
            paramLabel = "SCORE",
            defaultValue = "0.4",
            description = "What the model finds: boxes with a score above this (default: ${DEFAULT-VALUE}).")
    private float scoreMin;

    @Option(
            names = "--keep",
            paramLabel = "LAYER",
            description =
                    "A layer that stays in float, by its name in the report; * stands for anything. May be given several"
                            + " times.")
    private List<String> keep = List.of();

    @Option(
            names = "--bias-correction",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Take the mean error of each channel off its bias (default: yes).")
    private boolean biasCorrection;

    @Option(
            names = "--equalize",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description =
                    "Make channels as large as each other between convolutions, where that changes nothing in float"
                            + " (default: yes).")
    private boolean equalize;

    @Option(
            names = "--reduce-range",
            negatable = true,
            fallbackValue = "true",
            description =
                    "Weights of 7 bits, for x86 processors without VNNI (no avx512_vnni or avx_vnni in /proc/cpuinfo): with 8"
                            + " bits their sums overflow (default: as this box's processor wants it).")
    private Boolean reduceRange;

    @Option(
            names = "--size",
            paramLabel = "WxH",
            converter = SizeOption.class,
            description = "The picture's size, for a model that leaves it open.")
    private Size size;

    @Option(names = "--json", description = "Print one JSON object to standard output, and nothing else.")
    private boolean json;

    QuantizeCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    int work()
            throws ConfigException, GraphException, ModelException, InferException, SourceException, ConvertException,
                    IOException {
        if (!(lossMax >= 0)) {
            throw new ParameterException(spec().commandLine(), "--loss " + lossMax + " is not allowed: 0 and more");
        }
        if (!(scoreMin > 0 && scoreMin < 1)) {
            throw new ParameterException(spec().commandLine(), "--score " + scoreMin + " is not allowed: 0..1");
        }
        requireFiles();
        Path in = modelIn();
        Path out = modelOut();
        ByteArithmetic arithmetic = ByteArithmetic.ofThisBox();
        QuantizeOptions options = new QuantizeOptions(
                calibration,
                lossMax,
                keep,
                biasCorrection,
                equalize,
                reduceRange == null ? arithmetic.saturates() : reduceRange,
                scoreMin,
                size);
        Quantized result;
        try (FrameSet set = frames.take(this, null)) {
            result = new Quantizer(
                            in,
                            description(in),
                            set,
                            truth.isGiven() ? truth::read : null,
                            options,
                            surroundings().cacheDir(),
                            this::progress)
                    .write(out);
        } catch (GraphException e) {
            throw reading(in, e);
        }
        Path brought = result.refused() == null ? bringDescription(in, out) : null;
        PrintWriter to = out();
        if (json) {
            to.println(QuantizeJson.of(in, out, result, options, arithmetic));
        } else {
            new QuantizeText(to).print(in, out, brought, result, options, arithmetic);
        }
        to.flush();
        return result.refused() == null
                ? 0
                : fail("the model " + in + " is not written in 8 bits: " + result.refused());
    }
}
