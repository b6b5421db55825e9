package dev.vigil.app.detect;

import dev.vigil.app.CascadeLoader;
import dev.vigil.app.Durations;
import dev.vigil.app.SpeaksForItself;
import dev.vigil.app.StopOnSignal;
import dev.vigil.app.Terminal;
import dev.vigil.app.media.MediaSource;
import dev.vigil.app.media.SourceList;
import dev.vigil.base.Clock;
import dev.vigil.config.ConfigException;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.LabelCheck;
import dev.vigil.config.ModelConfig;
import dev.vigil.config.ModelConfig.NmsPlace;
import dev.vigil.config.Surroundings;
import dev.vigil.config.ThenConfig;
import dev.vigil.detect.BoxFilter;
import dev.vigil.detect.CropOptions;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.LabelFilters;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.Suppression;
import dev.vigil.detect.TileOptions;
import dev.vigil.infer.Backend;
import dev.vigil.infer.BackendOptions;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.pipeline.LoadedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vigil detect}: a model run once over pictures, videos and streams. */
@Command(
        name = "detect",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs a model once over pictures, videos, folders of them, and streams, and tells what it finds.",
            "",
            "Every frame of a file is looked at, in order; of a stream the newest at each time. Frames are numbered from 1 in"
                    + " each source. Boxes are x, y, width and height in pixels of the frame, from its top left corner."
        },
        footer = {
            "",
            "Examples:",
            "  vigil detect photo.jpg",
            "  vigil detect holiday/ --save marked/       pictures with their boxes go into marked/",
            "  vigil detect clip.mp4 --every 25           a frame a second of a 25 fps video",
            "  vigil detect yard.mp4 --tiles 3x2          small objects too, for seven times the work",
            "  vigil detect yard.mp4 --then faces.onnx --then-labels person",
            "  vigil detect --json clip.mp4 | jq .detections[].label",
            "  vigil detect 'rtsp://user:$${CAMERA_PASSWORD}@camera/stream' --for 30s",
            "",
            "A password that stands in the command is seen by everybody who can list this box's processes. $${NAME}, between"
                    + " ' and ' so that the shell leaves it alone, is replaced by a variable of the environment.",
            "",
            "Exit codes: 0 all was read, 1 the model or a source failed (the other sources are done all the same), 2 wrong"
                    + " usage."
        })
public final class DetectCommand implements Callable<Integer>, SpeaksForItself {
    private static final String DEFAULT_MODEL = "models/ssdlite-mobilenet-v2-coco.onnx";

    private final Surroundings surroundings;
    private final AtomicInteger failures = new AtomicInteger();

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "SOURCE",
            arity = "1..*",
            description = "Pictures, videos, folders of them, and rtsp, http or v4l2 streams.")
    private List<String> words;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "The model, an .onnx with its optional .yml beside it (default: Vigil's own, for everyday"
                    + " objects).")
    private Path modelFile;

    @Option(
            names = "--score",
            paramLabel = "S",
            defaultValue = "0.4",
            description = "A box counts when its score is above this, 0 to 1 (default: ${DEFAULT-VALUE}).")
    private float scoreMin;

    @Option(
            names = "--iou",
            paramLabel = "IOU",
            description =
                    "How much two boxes may overlap that are both kept, 0 to 1 (default: the family's, mostly 0.45).")
    private Float iouMax;

    @Option(
            names = "--suppression",
            paramLabel = "KIND",
            description =
                    "What happens to boxes that overlap: none, by_class, all_classes, soft_linear, soft_gaussian, diou,"
                            + " weighted or wbf (default: the family's).")
    private Suppression.Kind suppression;

    @Option(
            names = "--nms",
            paramLabel = "PLACE",
            defaultValue = "graph",
            description =
                    "Where a model that has its NMS inside has it: graph, as it was exported, or cpu, which cuts it away"
                            + " for Vigil's own (default: ${DEFAULT-VALUE}).")
    private NmsPlace nms;

    @Option(
            names = "--only",
            paramLabel = "LABEL",
            split = ",",
            description = "The labels that count, such as person,car; with --then, of both models (default: all).")
    private List<String> only = List.of();

    @Option(
            names = "--tiles",
            paramLabel = "CxR",
            converter = TileGrids.class,
            description =
                    "Cut frames into so many columns and rows of tiles that overlap, such as 3x2, and look at each and"
                            + " at the whole: for small objects.")
    private TileOptions tiles = TileOptions.NONE;

    @Option(
            names = "--then",
            paramLabel = "FILE",
            description = "Another model that looks at crops of what the first finds; its boxes are told with the first"
                    + " one's.")
    private Path thenFile;

    @Option(
            names = "--then-labels",
            paramLabel = "LABEL",
            split = ",",
            description = "Of which boxes, such as person,dog (default: all).")
    private List<String> thenLabels = List.of();

    @Option(
            names = "--every",
            paramLabel = "N",
            defaultValue = "1",
            description = "Look at each N-th frame only, beginning with the first (default: all).")
    private int every;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = Durations.class,
            description =
                    "How long to look at each stream, such as 20s or 5m (default: ${DEFAULT-VALUE}). Files are read"
                            + " to their end.")
    private Duration streamFor;

    @Option(
            names = "--save",
            paramLabel = "DIR",
            description =
                    "Write each frame with its boxes drawn in: photo.jpg of a picture, clip-000123.jpg of a video."
                            + " Earlier files of these names are replaced, sources never.")
    private Path saveDir;

    @Option(
            names = "--json",
            description = "Print a JSON line for each frame to standard output, and nothing else: source, frame, width,"
                    + " height and detections as in MQTT messages.")
    private boolean json;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "Where the model runs: auto, cpu, cuda or tensorrt (default: ${DEFAULT-VALUE}).")
    private InferOptions.Device device;

    @Option(
            names = "--backend",
            paramLabel = "BACKEND",
            defaultValue = "auto",
            description =
                    "What runs the model: auto, which goes by the file's ending, onnxruntime, opencv or tflite (default:"
                            + " ${DEFAULT-VALUE}).")
    private Backend backend;

    public DetectCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        DetectRun.Options options = options();
        SourceList list = new SourceList(Path.of("").toAbsolutePath(), surroundings.environment(), this::fail);
        words.forEach(list::add);
        List<MediaSource> sources = list.sources();
        if (!sources.isEmpty()) {
            try {
                detect(sources, options);
            } catch (ConfigException e) {
                e.getMessage().lines().forEach(this::fail);
            } catch (InferException | ModelException e) {
                fail(e.getMessage().replaceFirst("^then\\.labels", "--then-labels"));
            } catch (IOException e) {
                fail("--save " + saveDir, reason(e));
            }
        }
        return failures.get() == 0 ? 0 : 1;
    }

    private DetectRun.Options options() {
        if (every < 1) {
            throw new ParameterException(spec.commandLine(), "--every " + every + " is not allowed: 1 and more");
        }
        if (thenFile == null && !thenLabels.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--then-labels is for --then");
        }
        try {
            DetectOptions detect = new DetectOptions(
                    scoreMin,
                    new Suppression.Override(suppression, iouMax, null),
                    DetectOptions.DEFAULT.boxesMax(),
                    new LabelFilters(only, BoxFilter.NONE, Map.of()));
            return new DetectRun.Options(detect, tiles, streamFor, every);
        } catch (IllegalArgumentException wrong) {
            String option =
                    wrong.getMessage().replaceFirst("^scoreMin", "--score").replaceFirst("^iouMax", "--iou");
            throw new ParameterException(spec.commandLine(), option, wrong);
        }
    }

    private void detect(List<MediaSource> sources, DetectRun.Options options)
            throws ConfigException, InferException, ModelException, IOException, InterruptedException {
        SaveNames names = null;
        if (saveDir != null) {
            Files.createDirectories(saveDir);
            names = new SaveNames(saveDir, sources);
        }
        Path file = modelFile != null ? modelFile : surroundings.home().resolve(DEFAULT_MODEL);
        InferOptions infer =
                InferOptions.DEFAULT.withDevice(device).withBackend(BackendOptions.DEFAULT.withBackend(backend));
        try (LoadedModel model =
                        CascadeLoader.load(models(file, infer, options), surroundings.cacheDir(), tiles.views());
                SavedPictures saved = names == null
                        ? null
                        : new SavedPictures(names, model.labels().all())) {
            LabelCheck.check(only, file.toString(), model.labels().all());
            checkCropped(model);
            run(model, sources, options, saved);
        }
    }

    /** A box that does not count is not cropped either. */
    private void checkCropped(LoadedModel model) throws ModelException {
        List<String> cropped = thenLabels.isEmpty() ? model.detection().labels().names() : thenLabels;
        if (thenFile != null && !only.isEmpty() && only.stream().noneMatch(cropped::contains)) {
            throw new ModelException("--only " + String.join(",", only)
                    + " leaves nothing for --then to look at: a label" + " whose boxes it is to see is missing");
        }
    }

    /** The model, and the one that follows it if there is one. */
    private List<ModelConfig> models(Path file, InferOptions infer, DetectRun.Options options) throws ConfigException {
        CropOptions usual = CropOptions.DEFAULT;
        ThenConfig then = thenFile == null
                ? null
                : new ThenConfig(
                        thenFile.toString(),
                        new CropOptions(thenLabels, usual.margin(), usual.minSizePx(), usual.max()));
        List<ModelConfig> models = new ArrayList<>();
        models.add(model(file, nms, infer, options, then));
        if (thenFile != null) {
            models.add(model(thenFile, NmsPlace.GRAPH, infer, options, null));
        }
        return models;
    }

    private ModelConfig model(Path file, NmsPlace place, InferOptions infer, DetectRun.Options options, ThenConfig then)
            throws ConfigException {
        ModelDescription description = new ConfigReader(surroundings).readDescription(file);
        return new ModelConfig(
                file.toString(), file, description, place, infer, options.detect(), options.tiles(), then);
    }

    private void run(LoadedModel model, List<MediaSource> sources, DetectRun.Options options, SavedPictures saved)
            throws InferException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Output output = json
                ? new JsonLines(out, model.labels())
                : new Table(out, sources, model.labels().all());
        Progress progress = new Progress(err, Terminal.onError(), Terminal.onOutput(), sources.size(), Clock.SYSTEM);
        try (StopOnSignal signal = new StopOnSignal();
                DetectRun run = new DetectRun(model, options, output, saved, progress, this::fail, Clock.SYSTEM)) {
            signal.onSignal(run::stop);
            if (!run.read(sources)) {
                failures.incrementAndGet(); // nobody is left to be told why
            }
        }
        if (saved != null && !json) {
            out.println(Counted.of(saved.written(), "picture") + " written to " + saveDir);
            out.flush();
        }
    }

    private static String reason(IOException e) {
        if (e instanceof FileAlreadyExistsException) {
            return "is not a folder";
        }
        return e instanceof FileSystemException file && file.getReason() != null
                ? file.getReason()
                : e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    private void fail(String what, String why) {
        fail(what + ": " + why);
    }

    private void fail(String line) {
        failures.incrementAndGet();
        PrintWriter err = spec.commandLine().getErr();
        err.println("vigil detect: " + line);
        err.flush();
    }
}
