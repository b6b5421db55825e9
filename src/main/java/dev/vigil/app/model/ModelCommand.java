package dev.vigil.app.model;

import dev.vigil.config.Surroundings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code vigil model}: the group of commands that work on model files. */
@Command(
        name = "model",
        mixinStandardHelpOptions = true,
        description = "Looks into model files, and makes others of them.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: vigil model inspect models/mine.onnx"})
public final class ModelCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private ModelCommand() {}

    /** The group with its commands. */
    public static CommandLine with(Surroundings surroundings) {
        return new CommandLine(new ModelCommand())
                .addSubcommand(new InspectCommand(surroundings))
                .addSubcommand(new SplitCommand(surroundings))
                .addSubcommand(new OptimizeCommand(surroundings))
                .addSubcommand(new DistillCommand(surroundings))
                .addSubcommand(new HalfCommand(surroundings))
                .addSubcommand(new TuneCommand(surroundings))
                .addSubcommand(new TraceCommand(surroundings))
                .addSubcommand(new CompareCommand(surroundings))
                .addSubcommand(new PruneCommand(surroundings))
                .addSubcommand(new QuantizeCommand(surroundings));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
