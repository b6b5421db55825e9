package dev.vigil.app.model;

import dev.vigil.app.SpeaksForItself;
import dev.vigil.config.ConfigException;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.Surroundings;
import dev.vigil.detect.ModelDescription.Size;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.ModelFile;
import dev.vigil.workshop.Inspection;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vigil model inspect}: what a model's file tells, without running it. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = {
            "Tells what is in an ONNX file: inputs and outputs, weights, what it costs to run, of which family it is and why,"
                    + " whether NMS is inside, and which nodes a device is known not to take. The model is not run.",
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 the file is no model that could be read, 2 wrong usage.",
            "",
            "Example: vigil model inspect models/mine.onnx --size 640x640"
        })
final class InspectCommand implements Callable<Integer>, SpeaksForItself {
    private final Surroundings surroundings;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The model, an .onnx with its optional .yml beside it.")
    private Path file;

    @Option(
            names = "--size",
            paramLabel = "WxH",
            converter = SizeOption.class,
            description =
                    "The picture's size, for a model that leaves it open (default: what the .yml or the metadata say,"
                            + " else 640x640).")
    private Size size;

    @Option(names = "--json", description = "Print one JSON object to standard output, and nothing else.")
    private boolean json;

    InspectCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try {
            String problem = ModelFile.look(file);
            if (problem != null) {
                return fail("the model " + file + " " + problem);
            }
            Inspection inspection = Inspection.of(file, new ConfigReader(surroundings).readDescription(file), size);
            if (json) {
                out.println(InspectionJson.of(inspection));
            } else {
                new InspectionText(out).print(inspection);
            }
            out.flush();
            return 0;
        } catch (ConfigException | ModelException e) {
            return fail(e.getMessage());
        } catch (GraphException e) {
            return fail("the model " + file + " " + e.getMessage());
        }
    }

    private int fail(String lines) {
        PrintWriter err = spec.commandLine().getErr();
        lines.lines().forEach(line -> err.println("vigil model inspect: " + line));
        err.flush();
        return 1;
    }
}
