package dev.vigil.app;

import dev.vigil.app.bench.BenchCommand;
import dev.vigil.app.chaos.ChaosCommand;
import dev.vigil.app.demo.DemoCommand;
import dev.vigil.app.detect.DetectCommand;
import dev.vigil.app.model.ModelCommand;
import dev.vigil.app.reload.ReloadCommand;
import dev.vigil.app.reload.TraceCommand;
import dev.vigil.app.soak.SoakCommand;
import dev.vigil.config.Surroundings;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line. */
@Command(
        name = "vigil",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.class,
        description = "Watches cameras, finds objects, tells them over MQTT with the time that every step took.",
        footer = {
            "",
            "Example: vigil demo --for 20s",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration, 130 and 143 ended by a signal."
        },
        synopsisSubcommandLabel = "COMMAND")
public final class Vigil implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Log more.")
    private boolean verbose;

    @Option(
            names = {"-q", "--quiet"},
            scope = ScopeType.INHERIT,
            description = "Log warnings and errors only.")
    private boolean quiet;

    private Vigil() {}

    public static void main(String[] args) {
        // Left alone JavaCPP unpacks natives to a folder of the user's home, and Netty to the one for temporary files.
        Path cache = Surroundings.ofProcess().cacheDir();
        System.getProperties()
                .putIfAbsent(
                        "org.bytedeco.javacpp.cachedir",
                        cache.resolve("javacpp").toString());
        System.getProperties()
                .putIfAbsent("io.netty.native.workdir", cache.resolve("netty").toString());
        Thread.setDefaultUncaughtExceptionHandler(new LastWords());
        int exitCode = commandLine().setOut(standardOutput()).execute(args);
        Logging.flush();
        System.exit(exitCode);
    }

    /** UTF-8 whatever the locale, as JSON must be; and unlike {@link System#out} it tells when nobody reads any more. */
    private static PrintWriter standardOutput() {
        return new PrintWriter(
                new OutputStreamWriter(new FileOutputStream(FileDescriptor.out), StandardCharsets.UTF_8), false);
    }

    /** The whole command line, as the README's test reads it too. */
    static CommandLine commandLine() {
        Vigil root = new Vigil();
        CommandLine line = new CommandLine(root)
                .addSubcommand(new RunCommand())
                .addSubcommand(new CheckCommand(Surroundings.ofProcess(), Checks.all(), Terminal.onError()))
                .addSubcommand(new ReloadCommand(Surroundings.ofProcess()))
                .addSubcommand(new TraceCommand(Surroundings.ofProcess()))
                .addSubcommand(new DemoCommand())
                .addSubcommand(new DetectCommand(Surroundings.ofProcess()))
                .addSubcommand(new WatchCommand())
                .addSubcommand(new CameraCommand())
                .addSubcommand(ModelCommand.with(Surroundings.ofProcess()))
                .addSubcommand(new BenchCommand())
                .addSubcommand(new SoakCommand())
                .addSubcommand(new ChaosCommand())
                .addSubcommand(new VersionCommand())
                .setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionStrategy(parsed -> {
            Logging.setUp(root.verbose, root.quiet || speaksForItself(parsed));
            return new CommandLine.RunLast().execute(parsed);
        });
        line.setExecutionExceptionHandler((failure, at, parsed) -> {
            if (root.verbose) {
                failure.printStackTrace(at.getErr());
            }
            at.getErr().println("vigil " + at.getCommandName() + ": " + failure);
            return CommandLine.ExitCode.SOFTWARE;
        });
        return line;
    }

    private static boolean speaksForItself(CommandLine.ParseResult parsed) {
        CommandLine.ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        return last.commandSpec().userObject() instanceof SpeaksForItself
                && !System.getenv().containsKey("VIGIL_LOG");
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }
}
