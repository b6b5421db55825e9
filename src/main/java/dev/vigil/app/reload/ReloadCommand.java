package dev.vigil.app.reload;

import dev.vigil.app.CheckCommand;
import dev.vigil.app.ConfigOption;
import dev.vigil.app.Durations;
import dev.vigil.config.Surroundings;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
    private static final int ANSWER_BYTES_MAX = 8 << 20;

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

    /** A daemon that answers. */
    private record Daemon(Path socket, Path file) {}

    public ReloadCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Path file = config.file(surroundings).toAbsolutePath().normalize();
        Set<Path> folders = ControlFolders.all(surroundings);
        List<String> others = new ArrayList<>();
        List<Daemon> found = new ArrayList<>();
        for (Path socket : ControlFolders.sockets(folders)) {
            if (node == null || socket.equals(ControlFolders.socket(socket.getParent(), node))) {
                look(socket, file, found, others);
            }
        }
        if (found.size() != 1) {
            err.println("vigil reload: "
                    + (found.isEmpty() ? "no daemon runs " + file : "several daemons run " + file + ": say --node"));
            found.forEach(daemon -> err.println("  " + daemon.socket + " does"));
            others.forEach(line -> err.println("  " + line));
            if (found.isEmpty() && others.isEmpty()) {
                folders.forEach(folder -> err.println("  there is none in " + folder));
            }
            err.flush();
            return 1;
        }
        return reload(found.get(0), out, err);
    }

    /** Whether a daemon answers on a socket, and runs the file. */
    private static void look(Path socket, Path file, List<Daemon> found, List<String> others) {
        try {
            String answer =
                    ask(socket, ControlServer.WHICH, ControlServer.LINE_TIMEOUT).changed();
            if (answer == null) {
                throw new IOException("another version of Vigil answers");
            }
            Path runs = Path.of(answer);
            if (isSame(runs, file)) {
                found.add(new Daemon(socket, runs));
            } else {
                others.add(socket + " runs " + runs);
            }
        } catch (SocketTimeoutException busy) {
            others.add(socket + " does not answer; another reload may be on");
        } catch (IOException e) {
            String reason = Files.isWritable(socket) ? e.getMessage() : "only its own user and root may ask it";
            others.add(socket + ": " + reason);
        }
    }

    private static boolean isSame(Path one, Path other) {
        try {
            return one.equals(other) || Files.isSameFile(one, other);
        } catch (IOException notThere) {
            return false; // a file that is not there is only the same by its name
        }
    }

    private int reload(Daemon daemon, PrintWriter out, PrintWriter err) {
        try {
            Answer answer = ask(daemon.socket, ControlServer.RELOAD, timeout);
            if (answer.failure() != null) {
                err.println("vigil reload: " + answer.failure());
                err.flush();
                return 1;
            }
            if (answer.changed() != null && !json) {
                out.println(daemon.file + " was taken: " + answer.changed());
            } else if (answer.changed() == null) {
                err.println(daemon.file + " was refused, and what ran before runs on:");
            }
            return CheckCommand.print(answer.problems(), json, out, err);
        } catch (SocketTimeoutException e) {
            err.println("vigil reload: no answer came within " + timeout.toSeconds()
                    + " s; the daemon goes on with it, and its log will tell");
        } catch (EOFException e) {
            err.println("vigil reload: the daemon has ended before it answered");
        } catch (IOException e) {
            err.println("vigil reload: " + daemon.socket + ": " + e.getMessage());
        }
        err.flush();
        return 1;
    }

    private static Answer ask(Path socket, String request, Duration timeout) throws IOException {
        try (Lines lines = new Lines(SocketChannel.open(UnixDomainSocketAddress.of(socket)), ANSWER_BYTES_MAX)) {
            lines.write(request, ControlServer.LINE_TIMEOUT);
            return Answer.parse(lines.read(timeout));
        }
    }
}
