package dev.vigil.app.reload;

import dev.vigil.app.CheckCommand;
import dev.vigil.app.ConfigOption;
import dev.vigil.app.Durations;
import dev.vigil.config.Surroundings;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vigil reload}: has a daemon that runs take its configuration as it is now. */
@Command(
        name = "reload",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Has the daemon that runs with a configuration read it again, and tells what has changed or, where it is"
                        + " refused, everything that is wrong; then the daemon runs on as it was.",
        footer = {
            "",
            "Exit code: 0 it was taken, 78 it was refused, 1 no daemon has answered.",
            "",
            "Example: vigil reload --config /etc/vigil/vigil.yml"
        })
public final class ReloadCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private ConfigOption config;

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description = "Only the daemon of this node, where several run with the same configuration.")
    private String node;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Durations.class,
            defaultValue = "10m",
            description =
                    "How long to wait for the answer (default: ${DEFAULT-VALUE}); models are loaded meanwhile, where"
                            + " others are configured.")
    private Duration timeout;

    @Option(names = "--json", description = "Prints a JSON line for each problem to standard output, and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    public ReloadCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Path file = config.file(surroundings).toAbsolutePath().normalize();
        RunningDaemon daemon = RunningDaemon.find(file, node, surroundings, "vigil reload", err);
        return daemon == null ? 1 : reload(daemon, out, err);
    }

    private int reload(RunningDaemon daemon, PrintWriter out, PrintWriter err) {
        try {
            Answer answer = daemon.ask(ControlServer.RELOAD, timeout);
            if (answer.failure() != null) {
                err.println("vigil reload: " + answer.failure());
                err.flush();
                return 1;
            }
            if (answer.changed() != null && !json) {
                out.println(daemon.file() + " was taken: " + answer.changed());
            } else if (answer.changed() == null) {
                err.println(daemon.file() + " was refused, and what ran before runs on:");
            }
            return CheckCommand.print(answer.problems(), json, out, err);
        } catch (SocketTimeoutException e) {
            err.println("vigil reload: no answer came within " + timeout.toSeconds()
                    + " s; the daemon goes on with it, and its log will tell");
        } catch (EOFException e) {
            err.println("vigil reload: the daemon has ended before it answered");
        } catch (IOException e) {
            err.println("vigil reload: " + daemon.socket() + ": " + e.getMessage());
        }
        err.flush();
        return 1;
    }
}
