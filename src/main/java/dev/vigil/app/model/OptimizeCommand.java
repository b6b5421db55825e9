package dev.vigil.app.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.app.TextTable;
import dev.vigil.app.VersionCommand;
import dev.vigil.config.ConfigException;
import dev.vigil.config.Surroundings;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription.Size;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.InferException;
import dev.vigil.source.SourceException;
import dev.vigil.workshop.optimize.ModelSize;
import dev.vigil.workshop.optimize.Optimization;
import dev.vigil.workshop.optimize.Optimizer;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.Latency;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code vigil model optimize}: the same model with fewer nodes. */
@Command(
        name = "optimize",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a graph smaller and faster without changing what it gives: computes what is constant, folds batch norm,"
                    + " scale and bias into convolutions, removes what does nothing or is there twice, cancels transposes.",
            "",
            "The new model is run beside the old one on random input and on frames. It is written only if every number of"
                    + " every output is the same within 1e-4 * max(1, |x|); if not, the pass that broke it is named."
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 refused, with the reason, 2 wrong usage.",
            "",
            "Example: vigil model optimize mine.onnx -o models/mine.onnx --size 640x384 --frames videos/"
        })
final class OptimizeCommand extends NewModelTool {
    enum Nms {
        KEEP,
        CPU
    }

    @Option(
            names = "--size",
            paramLabel = "WxH",
            converter = SizeOption.class,
            description = "Settles the picture's size, where the model leaves it open.")
    private Size size;

    @Option(names = "--batch", paramLabel = "N", description = "Settles the batch, where the model leaves it open.")
    private Integer batch;

    @Option(
            names = "--nms",
            paramLabel = "WHERE",
            defaultValue = "keep",
            description = "cpu cuts away NMS that the model has inside, for Vigil's own, as vigil model split does"
                    + " (default: ${DEFAULT-VALUE}).")
    private Nms nms;

    @Option(
            names = "--skip",
            paramLabel = "PASS",
            split = ",",
            description = "Leaves passes out, by the names that the table has. May be given several times.")
    private List<String> skipped = List.of();

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "4",
            description = "How long inference is timed, of both models in turns (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(names = "--json", description = "Print one JSON object to standard output, and nothing else.")
    private boolean json;

    @Mixin
    private FramesOption frames;

    OptimizeCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    int work()
            throws ConfigException, GraphException, ModelException, InferException, SourceException, ConvertException,
                    IOException {
        checkUsage();
        requireFiles();
        Path in = modelIn();
        Path out = modelOut();
        Optimization.Request request = new Optimization.Request(
                description(in),
                size,
                batch == null ? 0 : batch,
                nms == Nms.CPU,
                new LinkedHashSet<>(skipped),
                seconds);
        Path clip = surroundings().home().resolve("media/demo-clip.mp4");
        boolean some = frames.isGiven() || Files.exists(clip);
        try (FrameSet pictures = some ? frames.take(this, clip) : null) {
            Optimization.Report report = new Optimization(surroundings().cacheDir(), this::progress)
                    .run(in, out, request, pictures, "vigil " + VersionCommand.version());
            Path description = bringDescription(in, out);
            if (json) {
                out().println(json(report));
                out().flush();
            } else {
                print(report, description);
            }
            return 0;
        } catch (GraphException e) {
            throw reading(in, e);
        } catch (ModelException e) {
            throw new ModelException("the model " + in + " can not be optimised: " + e.getMessage(), e);
        }
    }

    private void checkUsage() {
        Set<String> unknown = new LinkedHashSet<>(skipped);
        Optimizer.passes().forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw wrong("--skip " + String.join(",", unknown) + " is not allowed: "
                    + String.join(", ", Optimizer.passes()));
        }
        if (batch != null && (batch < 1 || batch > 1024)) {
            throw wrong("--batch " + batch + " is not allowed: 1 to 1024");
        }
        if (!(seconds >= 0 && seconds <= 600)) {
            throw wrong("--seconds " + seconds + " is not allowed: 0 to 600");
        }
    }

    private ParameterException wrong(String what) {
        return new ParameterException(spec().commandLine(), what);
    }

    private void print(Optimization.Report report, Path description) {
        PrintWriter to = out();
        Optimizer.Outcome outcome = report.outcome();
        TextTable table = new TextTable("pass", "changes", "nodes", "parameters", "bytes", "ms");
        ModelSize before = outcome.before();
        ModelSize after = outcome.after();
        table.row(
                "before",
                "",
                text(before.nodes()),
                text(before.parameters()),
                text(before.bytes()),
                ms(report.before()));
        for (Optimizer.Done done : outcome.passes()) {
            if (done.changes() > 0) {
                ModelSize grown = done.grown();
                table.row(
                        done.pass(),
                        text(done.changes()),
                        signed(grown.nodes()),
                        signed(grown.parameters()),
                        signed(grown.bytes()),
                        "");
            }
        }
        table.row("after", "", text(after.nodes()), text(after.parameters()), text(after.bytes()), ms(report.after()));
        table.lines().forEach(to::println);
        to.printf(
                Locale.ROOT,
                "ms: median of %d runs of each on one thread, in turns, ONNX Runtime optimising both (minimum %.2f, then %.2f)%n",
                report.before().runs(),
                report.before().minMs(),
                report.after().minMs());
        to.printf(
                Locale.ROOT,
                "same: %d random inputs, %d frames%s; largest difference %.2g of output %s, relative to max(1, |x|)%n",
                report.randoms(),
                report.frames(),
                report.framesLack() == null ? "" : " (" + report.framesLack() + ")",
                report.difference(),
                report.output());
        to.println(modelOut() + (description == null ? "" : ", " + description));
        to.flush();
    }

    private static String text(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String signed(long number) {
        return number == 0 ? "" : String.format(Locale.ROOT, "%+,d", number);
    }

    private static String ms(Latency latency) {
        return String.format(Locale.ROOT, "%.2f", latency.p50Ms());
    }

    private ObjectNode json(Optimization.Report report) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("file", modelOut().toString());
        put(json.putObject("before"), report.outcome().before(), report.before());
        put(json.putObject("after"), report.outcome().after(), report.after());
        ArrayNode passes = json.putArray("passes");
        for (Optimizer.Done done : report.outcome().passes()) {
            ObjectNode row = passes.addObject();
            row.put("pass", done.pass());
            row.put("changes", done.changes());
            put(row, done.grown());
        }
        json.put("difference", report.difference());
        json.put("difference_output", report.output());
        json.put("random_inputs", report.randoms());
        json.put("frames", report.frames());
        json.put("frames_lack", report.framesLack());
        return json;
    }

    private static void put(ObjectNode json, ModelSize size, Latency latency) {
        put(json, size);
        json.put("ms_p50", latency.p50Ms());
        json.put("ms_min", latency.minMs());
        json.put("runs", latency.runs());
    }

    private static void put(ObjectNode json, ModelSize size) {
        json.put("nodes", size.nodes());
        json.put("parameters", size.parameters());
        json.put("bytes", size.bytes());
    }
}
