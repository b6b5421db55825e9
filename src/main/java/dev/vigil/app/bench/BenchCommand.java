package dev.vigil.app.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.app.Durations;
import dev.vigil.app.ModelFiles;
import dev.vigil.app.Terminal;
import dev.vigil.config.ConfigException;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.ModelConfig.NmsPlace;
import dev.vigil.config.Surroundings;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.infer.Backend;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.ModelFormat;
import dev.vigil.pipeline.LoadedModel;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceOptions;
import dev.vigil.workshop.trial.Throughput;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code vigil bench}: what this box does. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures on this box: decoding alone, the model alone, the whole daemon over a file as fast as it goes, and the"
                    + " whole daemon on simulated cameras in real time. What is compared is measured in turns, in as many"
                    + " rounds as asked for; a figure is the median with minimum and maximum.",
            "",
            "With --model, that model alone: what loading it, a run, batches, and workers and threads cost."
        },
        footer = {
            "",
            "Examples:",
            "  vigil bench",
            "  vigil bench --cameras 8 --for 60s --rounds 0",
            "  vigil bench --model models/mine.onnx --save before.json",
            "  vigil bench --model models/mine.onnx --baseline before.json",
            "  vigil bench --backends --model models/mine.onnx",
            "  vigil bench --cameras 0 --beside 'mine=python3 mine.py {video} {broker}'"
        })
public final class BenchCommand implements Callable<Integer> {
    private static final String DEFAULT_MODEL = "models/ssdlite-mobilenet-v2-coco.onnx";
    /** Pictures of the clip that backends are compared on, and how far they are apart in it. */
    private static final int COMPARED_FRAMES = 50;

    private static final int COMPARED_EVERY = 5;

    private static final int ROUNDS = 3;

    @Option(
            names = "--video",
            paramLabel = "FILE",
            description = "What is measured on (default: the demo clip scaled to 1080p, which is made once).")
    private Path video;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Rounds of what is compared: decoding, model, file (default: 3, with --model 5; 0 for none).")
    private Integer roundsAsked;

    @Option(
            names = "--cameras",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,8",
            description = "Numbers of cameras to measure in real time (default: ${DEFAULT-VALUE}; 0 for none).")
    private List<Integer> cameras;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = Durations.class,
            defaultValue = "20s",
            description = "How long the cameras are measured (default: ${DEFAULT-VALUE}).")
    private Duration liveFor;

    @Option(
            names = "--beside",
            paramLabel = "NAME=COMMAND",
            description =
                    "Another program that does the same over {video}, publishes to {broker} (host:port) and prints"
                            + " 'N frames/s'; may be given several times.")
    private List<String> beside = List.of();

    @Option(
            names = "--broker",
            paramLabel = "URI",
            description =
                    "MQTT broker to publish to (default: Mosquitto if it is installed, else one in this process).")
    private URI broker;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "auto, cpu, cuda or tensorrt (default: ${DEFAULT-VALUE}).")
    private InferOptions.Device device;

    @Option(
            names = "--backends",
            description =
                    "Compare the backends that read the model instead: time to load, time and CPU of an inference, memory,"
                            + " and how far their boxes are apart.")
    private boolean backends;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "Measure this model alone; with --backends, by each of them (default there: Vigil's own).")
    private Path modelFile;

    @Mixin
    private ModelBenchOptions modelOptions;

    @Option(
            names = "--nms",
            paramLabel = "PLACE",
            defaultValue = "graph",
            description = "For --backends: graph, or cpu, which cuts NMS out of the model (default: ${DEFAULT-VALUE}).")
    private NmsPlace nms;

    @Option(names = "--json", description = "Print one JSON object to standard output, and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private PrintWriter err;

    @Override
    public Integer call() throws Exception {
        err = spec.commandLine().getErr();
        List<Rival> rivals;
        try {
            rivals = beside.stream().map(Rival::parse).toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
        Surroundings surroundings = Surroundings.ofProcess();
        if (modelOptions.isGiven() && (modelFile == null || backends)) {
            throw new ParameterException(
                    spec.commandLine(), "--save, --baseline and --zeros are for --model without --backends");
        }
        if (nms == NmsPlace.CPU && !backends) {
            throw new ParameterException(spec.commandLine(), "--nms is for --backends");
        }
        if (modelFile != null && !backends) {
            return modelAlone(surroundings);
        }
        if (backends) {
            BenchReport compared = new BenchReport();
            try {
                compareBackends(surroundings, compared);
            } catch (ConfigException | InferException | ModelException e) {
                return failed(e);
            }
            return print(compared);
        }
        Path folder = Files.createTempDirectory("vigil-bench-");
        BenchReport report = new BenchReport();
        try (BenchBroker running = BenchBroker.of(broker)) {
            progress("making the clip");
            Path clip = clip(surroundings);
            String deviceKey = device.name().toLowerCase(Locale.ROOT);
            Bench bench = new Bench(surroundings, running.uri(), folder, deviceKey);
            report.box(clip, running.name());
            compare(bench, clip, rivals, report);
            for (int count : cameras) {
                if (count > 0) {
                    progress(count + " camera(s) in real time for " + liveFor.toSeconds() + " s");
                    report.live(count, LiveBench.run(bench, clip, count, liveFor.toNanos() / 1e9));
                }
            }
        } finally {
            deleteQuietly(folder);
        }
        return print(report);
    }

    private int print(BenchReport report) {
        ObjectNode figures = report.json();
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? figures + System.lineSeparator() : report.text());
        out.flush();
        return 0;
    }

    private int modelAlone(Surroundings surroundings) throws InterruptedException {
        if (roundsAsked != null && roundsAsked < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--rounds " + roundsAsked + " is not allowed with --model: 1 and more");
        }
        try {
            ModelBenchReport report = modelOptions.run(
                    surroundings, modelFile, device, roundsAsked == null ? 0 : roundsAsked, video, this::progress);
            PrintWriter out = spec.commandLine().getOut();
            out.print(json ? report.json() + System.lineSeparator() : report.text());
            out.flush();
            return 0;
        } catch (ConfigException
                | InferException
                | ModelException
                | SourceException
                | ConvertException
                | IOException e) {
            return failed(e);
        }
    }

    private int failed(Exception e) {
        err.println("vigil bench: " + (e.getMessage() == null ? e : e.getMessage()));
        err.flush();
        return 1;
    }

    private Path clip(Surroundings surroundings) throws Exception {
        return video != null
                ? video.toAbsolutePath()
                : BenchClip.of(
                        BenchClip.Form.BENCH,
                        surroundings.home().resolve("media/demo-clip.mp4"),
                        surroundings.cacheDir());
    }

    private void compareBackends(Surroundings surroundings, BenchReport report) throws Exception {
        Path clip = clip(surroundings);
        Path file = modelFile != null ? modelFile : surroundings.home().resolve(DEFAULT_MODEL);
        ModelDescription description = new ConfigReader(surroundings).readDescription(file);
        BackendBench.Plan plan = new BackendBench.Plan(
                ModelFiles.toLoad(file, description, nms, surroundings.cacheDir()),
                description,
                InferOptions.DEFAULT.withDevice(device),
                SourceOptions.builder(clip.toUri())
                        .hardware(SourceOptions.Hardware.NONE)
                        .build(),
                COMPARED_FRAMES,
                COMPARED_EVERY,
                Math.min(10, liveFor.toSeconds()),
                surroundings.cacheDir());
        report.box(clip, "none");
        List<BackendBench.Result> results = new ArrayList<>();
        for (Backend backend : ModelFormat.of(file).backends()) {
            progress(file.getFileName() + " by " + backend.label());
            results.add(BackendBench.run(plan, backend));
        }
        report.backends(results);
    }

    private void compare(Bench bench, Path clip, List<Rival> rivals, BenchReport report) throws Exception {
        int rounds = roundsAsked == null ? ROUNDS : roundsAsked;
        if (rounds == 0) {
            return;
        }
        Path file = bench.surroundings().home().resolve(DEFAULT_MODEL);
        InferOptions infer = InferOptions.DEFAULT.withDevice(device);
        SourceOptions source = SourceOptions.builder(clip.toUri())
                .hardware(SourceOptions.Hardware.NONE)
                .build();
        Map<Rival, List<Double>> rivalRates = new LinkedHashMap<>();
        List<Throughput> decoding = new ArrayList<>();
        List<Throughput> model = new ArrayList<>();
        List<FileBench.Result> whole = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            String of = " (round " + round + " of " + rounds + ")";
            progress("decoding alone" + of);
            decoding.add(DecodingAlone.measure(source, 5));
            progress("the model alone" + of);
            try (LoadedModel loaded = LoadedModel.load(
                    file,
                    new ConfigReader(bench.surroundings()).readDescription(file),
                    infer,
                    bench.surroundings().cacheDir())) {
                model.add(Throughput.measure(
                        loaded.tensors(),
                        loaded.engine().workers(),
                        loaded.tensors().batchMax(),
                        5));
            }
            progress("the whole daemon over the file" + of);
            whole.add(FileBench.run(bench, clip, 8));
            for (Rival rival : rivals) {
                progress(rival.name() + of);
                rivalRates.computeIfAbsent(rival, r -> new ArrayList<>()).add(rival.run(clip, bench.broker()));
            }
        }
        report.compared(decoding, model, whole, rivalRates);
    }

    private void progress(String what) {
        if (Terminal.onError()) {
            err.println("measuring: " + what);
            err.flush();
        }
    }

    private static void deleteQuietly(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
