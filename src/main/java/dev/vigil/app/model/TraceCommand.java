package dev.vigil.app.model;

import dev.vigil.config.ConfigException;
import dev.vigil.config.Surroundings;
import dev.vigil.convert.ConvertException;
import dev.vigil.convert.FrameConverter;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelDescription.Size;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.family.DetectionModel;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.Backend;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.ModelFormat;
import dev.vigil.source.SourceException;
import dev.vigil.workshop.Scratch;
import dev.vigil.workshop.trace.ChromeProfile;
import dev.vigil.workshop.trace.ModelTrace;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.GraphRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code vigil model trace}: where a model's time goes. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs a model by ONNX Runtime and tells what each operator and each node takes, on which provider, and which nodes"
                    + " of the file were fused or folded before it ran.",
            "",
            "Times are ONNX Runtime's own, in whole microseconds a call; writing them down makes runs a few per cent slower."
                    + " OpenCV's DNN and TensorFlow Lite tell no such times here: `vigil bench` measures models as a whole."
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 the model can not be run, 2 wrong usage.",
            "",
            "Example: vigil model trace models/mine.onnx -o mine.trace.json",
            "         then open the file in chrome://tracing or ui.perfetto.dev"
        })
final class TraceCommand extends ModelTool {
    @Parameters(paramLabel = "MODEL", description = "The model, an .onnx with its optional .yml beside it.")
    private Path model;

    @Mixin
    private FramesOption frames;

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "50",
            description = "Runs that are measured (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "10",
            description = "Runs before them that do not count (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads of a run on the CPU (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "auto, cpu, cuda or tensorrt (default: ${DEFAULT-VALUE}).")
    private InferOptions.Device device;

    @Option(
            names = "--size",
            paramLabel = "WxH",
            converter = SizeOption.class,
            description = "The picture's size, for a model that leaves it open.")
    private Size size;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "15",
            description = "How many of the costliest nodes are listed (default: ${DEFAULT-VALUE}).")
    private int nodesMax;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description =
                    "Writes every run, node by node, for chrome://tracing or Perfetto. A file that is there is replaced.")
    private Path out;

    @Option(names = "--json", description = "Print one JSON object to standard output, and nothing else.")
    private boolean json;

    TraceCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    int work()
            throws ConfigException, GraphException, ModelException, InferException, SourceException, ConvertException,
                    IOException {
        atLeast("--runs", runs, 1);
        atLeast("--warm-up", warmUp, 0);
        atLeast("--threads", threads, 1);
        atLeast("--nodes", nodesMax, 0);
        requireModel(model);
        if (out != null) {
            requireOther(model, out);
        }
        Backend backend = ModelFormat.of(model).backend(Backend.AUTO, model);
        if (backend != Backend.ONNXRUNTIME) {
            return fail(model + " is run by " + backend.label() + ", which tells no times of its operators");
        }
        ModelDescription description = description(model);
        InferOptions options = new InferOptions(
                device, 1, threads, 1, InferOptions.DEFAULT.batchWait(), InferOptions.DEFAULT.timeout());
        ModelTrace.Plan plan =
                new ModelTrace.Plan(size != null ? size : description.input().size(), options, warmUp, runs);
        try (Scratch scratch = Scratch.in(surroundings().cacheDir())) {
            Path folder = scratch.folder();
            ModelTrace trace = frames.isGiven()
                    ? onFrames(description, plan, folder)
                    : trace(plan, ModelTrace.Input.RANDOM, folder);
            if (out != null) {
                ChromeProfile.write(trace, model.getFileName().toString(), out);
            }
            print(new TraceReport(model, trace, plan, out));
        } catch (GraphException e) {
            throw reading(model, e);
        }
        return 0;
    }

    private void atLeast(String option, int value, int least) {
        if (value < least) {
            throw new ParameterException(
                    spec().commandLine(), option + " " + value + " is not allowed: " + least + " and more");
        }
    }

    private ModelTrace trace(ModelTrace.Plan plan, ModelTrace.Input input, Path folder)
            throws InferException, ModelException, ConvertException, GraphException, IOException {
        return ModelTrace.of(
                model,
                plan,
                input,
                surroundings().cacheDir(),
                folder,
                done -> progress(done + " of " + (warmUp + runs) + " runs"));
    }

    private ModelTrace onFrames(ModelDescription description, ModelTrace.Plan plan, Path folder)
            throws ConfigException, GraphException, ModelException, InferException, SourceException, ConvertException,
                    IOException {
        try (FrameSet pictures = frames.take(this, null);
                Pictures input = new Pictures(pictures, description)) {
            return trace(plan, input, folder);
        }
    }

    /** Pictures in turn, as the pipeline would put them into the model. */
    private static final class Pictures implements ModelTrace.Input, AutoCloseable {
        private final FrameSet pictures;
        private final ModelDescription description;
        private FrameConverter converter;

        Pictures(FrameSet pictures, ModelDescription description) {
            this.pictures = pictures;
            this.description = description;
        }

        @Override
        public void prepare(GraphRun graph) throws ModelException {
            ModelInfo info = new ModelInfo(
                    graph.engine().inputs(), graph.outputInfos(), graph.engine().metadata());
            converter = new FrameConverter(
                    DetectionModel.resolve(info.sized(description.input().size()), description)
                            .input());
        }

        @Override
        public void fill(GraphRun graph, int run) throws ConvertException, IOException {
            graph.fill(pictures.picture(run % pictures.size()), converter);
        }

        @Override
        public void close() {
            if (converter != null) {
                converter.close();
            }
        }
    }

    private void print(TraceReport report) {
        PrintWriter to = out();
        if (json) {
            to.println(report.json());
        } else {
            report.text(to, nodesMax);
        }
        to.flush();
    }
}
