package dev.vigil.app.model;

import dev.vigil.config.Surroundings;
import dev.vigil.infer.InferException;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that makes a model of another one. */
abstract class NewModelTool extends ModelTool {
    @Parameters(paramLabel = "IN", description = "The model.")
    private Path in;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            required = true,
            description = "Where the new model goes. A file that is there is replaced.")
    private Path out;

    NewModelTool(Surroundings surroundings) {
        super(surroundings);
    }

    final Path modelIn() {
        return in;
    }

    final Path modelOut() {
        return out;
    }

    /** Looks at both before anything is done. */
    final void requireFiles() throws InferException, IOException {
        requireModel(in);
        requireOther(in, out);
    }
}
