package dev.vigil.app.model;

import dev.vigil.config.ConfigException;
import dev.vigil.config.Surroundings;
import dev.vigil.detect.ModelDescription.Size;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.InferException;
import dev.vigil.workshop.Inspection;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
final class InspectCommand extends ModelTool {
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
        super(surroundings);
    }

    @Override
    int work() throws ConfigException, GraphException, ModelException, InferException {
        requireModel(file);
        Inspection inspection;
        try {
            inspection = Inspection.of(file, description(file), size);
        } catch (GraphException e) {
            throw reading(file, e);
        }
        PrintWriter out = out();
        if (json) {
            out.println(InspectionJson.of(inspection));
        } else {
            new InspectionText(out).print(inspection);
        }
        out.flush();
        return 0;
    }
}
