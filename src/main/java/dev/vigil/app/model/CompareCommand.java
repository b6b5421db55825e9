package dev.vigil.app.model;

import dev.vigil.app.Durations;
import dev.vigil.app.repair.NativeHeap;
import dev.vigil.config.ConfigException;
import dev.vigil.config.Surroundings;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelDescription.Size;
import dev.vigil.infer.Backend;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.ModelFormat;
import dev.vigil.source.SourceException;
import dev.vigil.workshop.compare.Candidate;
import dev.vigil.workshop.compare.Comparison;
import dev.vigil.workshop.compare.FrontChart;
import dev.vigil.workshop.compare.Standing;
import dev.vigil.workshop.compare.Yardstick;
import dev.vigil.workshop.trial.EnergyMeter;
import dev.vigil.workshop.trial.FrameSet;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code vigil model compare}: what models cost on this box, and how good they are. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description = {
            "Measures models on the same frames on this box: size, time to load, latency, frames a second by batch and with all"
                    + " workers, memory, energy, and how good their boxes are. Models take turns in several rounds, so that what"
                    + " else happens on the box meets all of them; figures are medians, with the range over the rounds.",
            "",
            "With --truth, accuracy is COCO's mean average precision: boxes down to score 0.01, at most 300 of a frame, of which"
                    + " the best 100 of each label count. Without, it is how far a model agrees with another, the first or"
                    + " --reference: that one's boxes above score 0.4 are the truth then.",
            "",
            "A model is on the Pareto front when no other is both as fast and as accurate, and better in one of them."
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 a model could not be measured (the others are shown), 2 wrong usage.",
            "",
            "Example: vigil model compare models/a.onnx models/b.onnx --frames clip.mp4 --truth clip.truth.json --picture"
                    + " front.svg"
        })
final class CompareCommand extends ModelTool {
    private static final Size PICTURE_MIN = new Size(320, 240);
    private static final Size PICTURE_MAX = new Size(4096, 4096);

    @Parameters(arity = "1..*", paramLabel = "MODEL", description = "The models, each with its .yml beside it.")
    private List<Path> files;

    @Mixin
    private FramesOption frames;

    @Mixin
    private TruthOption truth;

    @Option(
            names = "--reference",
            paramLabel = "MODEL",
            description = "The model that the others are held against without --truth (default: the first).")
    private Path reference;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often each model is measured (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = Durations.class,
            defaultValue = "500ms",
            description = "How long each figure is measured in a round (default: ${DEFAULT-VALUE}).")
    private Duration each;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "Where models run: auto, cpu, cuda or tensorrt (default: ${DEFAULT-VALUE}).")
    private InferOptions.Device device;

    @Option(
            names = "--backend",
            paramLabel = "BACKEND",
            defaultValue = "auto",
            description =
                    "What runs models: auto, which goes by the file's ending, onnxruntime, opencv or tflite (default:"
                            + " ${DEFAULT-VALUE}).")
    private Backend backend;

    @Option(
            names = "--picture",
            paramLabel = "FILE",
            description = "Draw speed against accuracy, as .svg or .png. May be given several times.")
    private List<Path> pictures = List.of();

    @Option(
            names = "--picture-size",
            paramLabel = "WxH",
            converter = SizeOption.class,
            defaultValue = "1000x640",
            description = "The picture's size in pixels (default: ${DEFAULT-VALUE}).")
    private Size pictureSize;

    @Option(names = "--json", description = "Print one JSON object to standard output, and nothing else.")
    private boolean json;

    CompareCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    int work() throws ConfigException, SourceException, ConvertException, IOException, InterruptedException {
        requireSense();
        List<String> names = names(files);
        List<Candidate> models = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            models.add(candidate(names.get(i), files.get(i)));
        }
        InferOptions infer = InferOptions.DEFAULT
                .withDevice(device)
                .withBackend(InferOptions.DEFAULT.backend().withBackend(backend));
        Comparison.Options options = new Comparison.Options(
                infer, rounds, each.toNanos() / 1e9, surroundings().cacheDir(), NativeHeap::trim, EnergyMeter.ofBox());
        Comparison.Result result;
        String shown;
        try (FrameSet set = frames.take(this, null)) {
            shown = shown(set);
            result = new Comparison(options, set, this::progress)
                    .run(
                            models,
                            truth.isGiven() ? labels -> truth.read(labels, set) : null,
                            reference == null ? null : candidate(ModelFormat.stem(reference), reference));
        }
        for (Path picture : pictures) {
            FrontChart.of(result, shown, pictureSize.widthPx(), pictureSize.heightPx())
                    .write(picture);
        }
        PrintWriter out = out();
        if (json) {
            out.println(new CompareJson(result, shown, rounds, each, truth.file()).object());
        } else {
            new CompareText(result, shown, rounds, each, truth.file()).lines().forEach(out::println);
            pictures.forEach(picture -> out.println(picture + " shows it"));
        }
        out.flush();
        return failures(result);
    }

    private void requireSense() {
        String problem = null;
        if (rounds < 1) {
            problem = "--rounds " + rounds + " is not allowed: 1 and more";
        } else if (truth.isGiven() && reference != null) {
            problem = "--truth and --reference can not both be what models are held against";
        } else if (!fits(pictureSize, PICTURE_MIN, PICTURE_MAX)) {
            problem = "--picture-size " + pictureSize + " is not allowed: " + PICTURE_MIN + " to " + PICTURE_MAX;
        }
        for (Path picture : pictures) {
            if (!picture.toString().matches("(?s).*\\.(svg|png)")) {
                problem = "--picture " + picture + " is not allowed: an .svg or a .png";
            } else if (!Files.isDirectory(picture.toAbsolutePath().getParent())) {
                problem = "--picture " + picture + ": there is no such folder";
            }
        }
        if (problem != null) {
            throw new ParameterException(spec().commandLine(), problem);
        }
    }

    private static boolean fits(Size size, Size min, Size max) {
        return size.widthPx() >= min.widthPx()
                && size.heightPx() >= min.heightPx()
                && size.widthPx() <= max.widthPx()
                && size.heightPx() <= max.heightPx();
    }

    private Candidate candidate(String name, Path file) {
        try {
            return new Candidate(name, file, description(file), null);
        } catch (ConfigException e) {
            return new Candidate(name, file, ModelDescription.EMPTY, e.getMessage());
        }
    }

    /** The files' names where those tell them apart, else their paths; one that is there twice is numbered. */
    static List<String> names(List<Path> files) {
        List<String> stems = files.stream().map(ModelFormat::stem).toList();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            String stem = stems.get(i);
            Path file = files.get(i);
            boolean told = files.stream()
                    .filter(other -> ModelFormat.stem(other).equals(stem))
                    .allMatch(file::equals);
            long before = files.subList(0, i).stream().filter(file::equals).count();
            names.add((told ? stem : file.toString()) + (before == 0 ? "" : " #" + (before + 1)));
        }
        return names;
    }

    /** {@code 100 frames of clip.mp4}. */
    private static String shown(FrameSet set) {
        List<String> sources = new ArrayList<>();
        for (int i = 0; i < set.size(); i++) {
            if (!sources.contains(set.name(i).source())) {
                sources.add(set.name(i).source());
            }
        }
        return set.size()
                + (set.size() == 1 ? " frame of " : " frames of ")
                + (sources.size() == 1 ? sources.get(0) : sources.size() + " sources");
    }

    /** Says what failed. */
    private int failures(Comparison.Result result) {
        int exitCode = 0;
        for (Standing standing : result.standings()) {
            if (standing.problem() != null) {
                exitCode = fail(standing.model().name() + ": " + standing.problem());
            }
        }
        Standing against = result.reference();
        if (reference != null && against != null && against.problem() != null) {
            exitCode = fail("--reference " + reference + ": " + against.problem());
        }
        Yardstick yardstick = result.yardstick();
        if (yardstick != null && yardstick.objects().isEmpty()) {
            exitCode = fail("accuracy is not known: "
                    + (yardstick.kind() == Yardstick.Kind.TRUTH
                            ? "the frames have no object whose label a model has"
                            : "the reference finds nothing in the frames"));
        }
        return exitCode;
    }
}
