package dev.vigil.app.model;

import dev.vigil.app.StopOnSignal;
import dev.vigil.app.TextTable;
import dev.vigil.app.detect.TileGrids;
import dev.vigil.base.Clock;
import dev.vigil.config.ConfigException;
import dev.vigil.config.Surroundings;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.TileOptions;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.source.SourceException;
import dev.vigil.workshop.distill.DistillOptions;
import dev.vigil.workshop.distill.Distillation;
import dev.vigil.workshop.distill.SetReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code vigil model distill-data}: a training set for a small model, labelled by a big one. */
@Command(
        name = "distill-data",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Makes a training set for a small model: looks at many frames, chooses those that differ most, and labels them with"
                    + " a big model, the teacher. The set is in COCO's and in YOLO's form, divided into frames to train and"
                    + " to validate with, and has contact sheets to look at.",
            "",
            "Black and blurred frames, and those that are nearly another, are left out; frames with rare labels are preferred."
                    + " The teacher looks at each chosen frame as a whole and in tiles, each also mirrored.",
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 the model, a source or the folder failed, and nothing is left in it, 2 wrong usage.",
            "",
            "Examples:",
            "  vigil model distill-data --teacher big.onnx --frames recordings/ -o yard-set",
            "  vigil model distill-data --teacher big.onnx --frames cameras --frames-for 2h -o yard-set \\\\",
            "      --only person,vehicle --rename car=vehicle,truck=vehicle,bus=vehicle"
        })
final class DistillCommand extends ModelTool {
    private static final Pattern RANGE = Pattern.compile("(\\d*\\.?\\d+)\\.\\.(\\d*\\.?\\d+)");
    /** What is unsure unless the user says so: from here to {@code --score}. */
    private static final float UNSURE_USUAL = 0.25f;

    @Option(
            names = "--teacher",
            paramLabel = "BIG",
            required = true,
            description = "The model whose boxes become labels, an .onnx with its optional .yml beside it.")
    private Path teacher;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            required = true,
            description = "Where the set goes: a folder that is new or empty.")
    private Path out;

    @Mixin
    private SourcesOption frames;

    @Option(
            names = "--pool",
            paramLabel = "N",
            defaultValue = "5000",
            description = "How many frames are looked at, at most, spread evenly over all (default: ${DEFAULT-VALUE}).")
    private int pool;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "500",
            description = "How many of them the set has, at most (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(
            names = "--val",
            paramLabel = "SHARE",
            defaultValue = "0.2",
            description = "What share of them is to validate with, 0 to 0.9; frames of one scene stay together, and"
                    + " neighbours in a video too (default: ${DEFAULT-VALUE}).")
    private double val;

    @Option(
            names = "--score",
            paramLabel = "S",
            defaultValue = "0.5",
            description =
                    "A box is a label when its score is at least this, above 0 up to 1 (default: ${DEFAULT-VALUE}).")
    private float score;

    @Option(
            names = "--unsure",
            paramLabel = "LOW..HIGH",
            description =
                    "Boxes with such scores are neither label nor background: COCO's form has them with iscrowd, YOLO's"
                            + " not (default: 0.25 to --score). 0..0 for none.")
    private String unsure;

    @Option(
            names = "--only",
            paramLabel = "LABEL",
            split = ",",
            description = "The labels of the set in their order, such as person,car (default: all of the teacher).")
    private List<String> only = List.of();

    @Option(
            names = "--rename",
            paramLabel = "OLD=NEW",
            split = ",",
            description = "What labels of the teacher are called in the set; several may become one, such as"
                    + " car=vehicle,truck=vehicle.")
    private Map<String, String> renamed = Map.of();

    @Option(
            names = "--tiles",
            paramLabel = "CxR",
            defaultValue = "2x2",
            converter = TileGrids.class,
            description =
                    "Into so many columns and rows of tiles frames are cut for the teacher, besides the whole; 1x1 for"
                            + " none (default: ${DEFAULT-VALUE}).")
    private TileOptions tiles;

    @Option(names = "--no-flip", description = "Do not let the teacher look at everything mirrored as well.")
    private boolean noFlip;

    @Option(names = "--png", description = "Keep pictures exactly, as PNG, and not as JPEG of quality 95.")
    private boolean png;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "What is left to chance goes by it: the same again makes the same set (default:"
                    + " ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "Where the teacher runs: auto, cpu, cuda or tensorrt (default: ${DEFAULT-VALUE}).")
    private InferOptions.Device device;

    @Option(
            names = "--json",
            description = "Print what was done as one JSON object to standard output, and nothing else.")
    private boolean json;

    DistillCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    int work() throws ConfigException, ModelException, InferException, SourceException, ConvertException, IOException {
        DistillOptions options = options();
        requireModel(teacher);
        int threads = Runtime.getRuntime().availableProcessors();
        InferOptions infer = new InferOptions(
                device, 1, threads, 1, Duration.ZERO, InferOptions.DEFAULT.timeout(), InferOptions.DEFAULT.backend());
        AtomicBoolean ended = new AtomicBoolean();
        SetReport report;
        try (StopOnSignal signal = new StopOnSignal()) {
            signal.onSignal(() -> ended.set(true));
            report = new Distillation(options, surroundings().cacheDir(), this::progress, ended::get, Clock.SYSTEM)
                    .make(teacher, description(teacher), infer, frames.sources(this, null), out);
        }
        if (json) {
            out().println(report.json());
        } else {
            print(report, out());
        }
        out().flush();
        return 0;
    }

    private DistillOptions options() {
        float low = Math.min(UNSURE_USUAL, score);
        float high = score;
        if (unsure != null) {
            Matcher range = RANGE.matcher(unsure);
            if (!range.matches()) {
                throw new ParameterException(
                        spec().commandLine(), "--unsure " + unsure + " is not allowed: LOW..HIGH such as 0.2..0.5");
            }
            low = Float.parseFloat(range.group(1));
            high = Float.parseFloat(range.group(2));
        }
        try {
            return new DistillOptions(
                    pool, count, frames.liveFor(), val, seed, score, low, high, tiles, !noFlip, renamed, only, png);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec().commandLine(), "--" + wrong.getMessage());
        }
    }

    private void print(SetReport report, PrintWriter to) {
        to.println(
                out + ": " + report.images("train") + " pictures to train, " + report.images("val") + " to validate");
        to.println("  " + report.lookedText());
        TextTable table = new TextTable("  boxes", "train", "val", "unsure");
        for (String label : report.seen()) {
            int[] boxes = report.boxes(label);
            table.row("  " + label, Integer.toString(boxes[0]), Integer.toString(boxes[1]), Integer.toString(boxes[2]));
        }
        table.lines().forEach(to::println);
        to.println("  look at " + out.resolve("contact-sheet*.jpg")
                + (report.doubtfulCount() == 0
                        ? ""
                        : ", and at " + out.resolve("look-at.jpg") + ": " + report.doubtfulCount()
                                + " pictures have boxes that the teacher is not sure of"));
    }
}
