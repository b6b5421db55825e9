package dev.vigil.app.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.app.Durations;
import dev.vigil.app.StopOnSignal;
import dev.vigil.base.Clock;
import dev.vigil.config.ConfigException;
import dev.vigil.config.Surroundings;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.source.SourceException;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.ModelRun;
import dev.vigil.workshop.trial.OtherLoad;
import dev.vigil.workshop.tune.Bounds;
import dev.vigil.workshop.tune.Exhaustive;
import dev.vigil.workshop.tune.ModelTrials;
import dev.vigil.workshop.tune.SearchSpace;
import dev.vigil.workshop.tune.Settings;
import dev.vigil.workshop.tune.TrialException;
import dev.vigil.workshop.tune.Tried;
import dev.vigil.workshop.tune.TuneResult;
import dev.vigil.workshop.tune.TuneSearch;
import dev.vigil.workshop.tune.Variant;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code vigil model tune}: the fastest settings for a model on this box. */
@Command(
        name = "tune",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Looks for the fastest way to run a model on this box: its file as it is or made smaller or smaller in its pictures,"
                    + " by each backend and device, with so many workers, threads and pictures at once. What is chosen was faster"
                    + " than the default in turns, and keeps the bounds; where nothing is, the default stays.",
            "",
            "The settings are written as a configuration with -o, or printed. With -c FILE that configuration is taken over, with"
                    + " the section of this model changed; else a new one is written, with the frames' sources for cameras.",
            "Ctrl-C ends the search with the best so far."
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 failed, or nothing keeps the bounds and is as fast as the default, 2 wrong usage, 130 ended by"
                    + " Ctrl-C.",
            "",
            "Examples:",
            "  vigil model tune models/mine.onnx --frames video.mp4 --latency 30ms -o tuned.yml",
            "  vigil model tune models/mine.onnx -c vigil.yml --frames cameras -o vigil-tuned.yml"
        })
final class TuneCommand extends ModelTool {
    private static final int EXHAUSTIVE_ROUNDS = 3;
    private static final double EXHAUSTIVE_S = 1;
    /** For the trial that is on, and for what is chosen to be loaded once more and written, on a box that is busy. */
    private static final long CLOSE_S = 60;

    /** Most pictures of one run that are tried, where the model takes several. */
    private static final int BATCH_MAX = 32;

    @Parameters(paramLabel = "MODEL", description = "The model, with its optional .yml beside it.")
    private Path model;

    @Mixin
    private FramesOption frames;

    @Option(
            names = "--latency",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "The most that a run may take under full load (its p99), such as 30ms (default: any).")
    private Duration latency;

    @Option(
            names = "--loss",
            paramLabel = "POINTS",
            defaultValue = "1.0",
            description =
                    "The most that agreement with the model as it is may lose on the frames, in points of 100 of mAP50"
                            + " (default: ${DEFAULT-VALUE}).")
    private double loss;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "5m",
            converter = Durations.class,
            description = "How long it may take (default: ${DEFAULT-VALUE}).")
    private Duration time;

    @Option(
            names = "--slower",
            description = "Where the default does not keep --latency: take what does, be it slower than the default.")
    private boolean slower;

    @Option(
            names = "--exhaustive",
            description = "After the search measure all settings, however long it takes, and tell how near it came.")
    private boolean exhaustive;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where the configuration goes. A file that is there is replaced.")
    private Path out;

    @Option(names = "--json", description = "Print one JSON object to standard output, and nothing else.")
    private boolean json;

    TuneCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    int work()
            throws ConfigException, GraphException, ModelException, InferException, SourceException, ConvertException,
                    IOException, InterruptedException {
        requireUsage();
        requireModel(model);
        TunedConfig config = new TunedConfig(surroundings(), frames.configFile(this));
        String name = config.name(model);
        AtomicBoolean ended = new AtomicBoolean();
        Thread searching = Thread.currentThread();
        try (StopOnSignal onSignal = new StopOnSignal(CLOSE_S);
                FrameSet pictures = frames.take(this, null);
                TunedModel models = new TunedModel(surroundings(), model)) {
            onSignal.onSignal(() -> {
                ended.set(true);
                searching.interrupt();
            });
            TuneReport report = search(pictures, models, ended);
            onSignal.onSignal(() -> {}); // what it found is written all the same
            Thread.interrupted();
            return tell(report, config, name, models, ended.get());
        }
    }

    private void requireUsage() throws IOException {
        if (!(loss >= 0 && loss <= 100)) {
            throw new ParameterException(spec().commandLine(), "--loss " + loss + " is not allowed: 0 to 100");
        }
        if (out == null) {
            return;
        }
        Path folder = out.toAbsolutePath().normalize().getParent();
        if (!Files.isDirectory(folder)) {
            throw new IOException("-o " + out + ": there is no such folder");
        }
        Path base = frames.configFile(this);
        if (base != null && !base.toAbsolutePath().normalize().getParent().equals(folder)) {
            throw new ParameterException(
                    spec().commandLine(),
                    "-o " + out + " must be in the folder of " + base + ", since paths in it start there");
        }
    }

    private TuneReport search(FrameSet pictures, TunedModel models, AtomicBoolean ended)
            throws ConfigException, InferException, ModelException, InterruptedException {
        long startNs = System.nanoTime();
        ModelDescription description = description(model);
        Variant original = new Variant(Variant.ORIGINAL, model, description);
        SearchSpace space;
        String device;
        try (ModelRun run = ModelRun.load(
                model,
                description,
                InferOptions.DEFAULT.withBatchMax(2),
                surroundings().cacheDir())) {
            device = run.model().engine().device();
            space = new SearchSpace(
                    Runtime.getRuntime().availableProcessors(),
                    !run.model().engine().onCpu(),
                    run.model().tensors().batchMax() > 1 ? BATCH_MAX : 1);
        }
        List<Variant> variants = new ArrayList<>(List.of(original));
        variants.addAll(models.make(original, pictures, loss, time, space.onGpu(), this::progress));
        List<Settings> settings = space.of(variants);
        Bounds bounds = new Bounds(latency == null ? Double.POSITIVE_INFINITY : latency.toNanos() / 1e6, loss);
        Duration left = time.minusNanos(System.nanoTime() - startNs);
        try (ModelTrials trials = new ModelTrials(
                settings.get(0),
                pictures,
                time.dividedBy(3),
                time.dividedBy(10),
                surroundings().cacheDir())) {
            OtherLoad others = OtherLoad.begin();
            TuneResult result = new TuneSearch(
                            new TuneSearch.Plan(bounds, slower, left), trials, Clock.SYSTEM, ended::get, this::progress)
                    .run(settings);
            double otherLoad = others.share();
            Exhaustive all = exhaustive && !ended.get()
                    ? Exhaustive.of(
                            settings, bounds, EXHAUSTIVE_ROUNDS, EXHAUSTIVE_S, trials, ended::get, this::progress)
                    : null;
            return new TuneReport(model, device, trials.comparedFrames(), models.notMade(), result, otherLoad, all);
        } catch (TrialException e) {
            throw new InferException(e.getMessage(), e);
        }
    }

    private int tell(TuneReport report, TunedConfig config, String name, TunedModel models, boolean ending)
            throws ConfigException, IOException, InterruptedException {
        PrintWriter to = out();
        ObjectNode object = report.json();
        if (!json) {
            report.print(to);
        }
        if (report.result().chosen().isPresent()) {
            Tried chosen = report.result().chosen().get();
            List<String> remarks = remarks(report);
            Path file = out == null ? models.wouldBe(chosen, model) : models.bring(chosen, out);
            object.put("configuration", config.section(name, file, chosen.settings(), remarks));
            if (out != null) {
                config.write(out, name, file, chosen.settings(), remarks, frames.cameras(), ending);
                object.put("written", out.toString());
            }
            if (!json) {
                to.println();
                to.println(out == null ? object.get("configuration").textValue().stripTrailing() : "written: " + out);
            }
        }
        if (json) {
            to.println(object);
        }
        to.flush();
        return report.result().chosen().isPresent() ? 0 : 1;
    }

    private List<String> remarks(TuneReport report) {
        List<String> remarks = new ArrayList<>();
        remarks.add(String.format(
                Locale.ROOT,
                "Tuned by vigil model tune, %s, for %d cores and %s:",
                Instant.now().truncatedTo(ChronoUnit.DAYS).toString().substring(0, 10),
                Runtime.getRuntime().availableProcessors(),
                report.device()));
        remarks.addAll(report.summary());
        return remarks;
    }
}
