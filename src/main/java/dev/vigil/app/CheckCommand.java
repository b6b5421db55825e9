package dev.vigil.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.base.Masked;
import dev.vigil.config.CameraConfig;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.ConfigReader.Loaded;
import dev.vigil.config.Problem;
import dev.vigil.config.Problems;
import dev.vigil.config.Surroundings;
import dev.vigil.config.VigilConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vigil check}: everything that is wrong with a configuration, at once. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description =
                "Reads the configuration and lists everything that is wrong in it, with file, line and what is allowed.",
        footer = {
            "",
            "Exit code: 0 nothing is wrong, 78 something is.",
            "",
            "Example: vigil check --config /etc/vigil/vigil.yml --online"
        })
public final class CheckCommand implements Callable<Integer> {
    /** {@code EX_CONFIG} of sysexits.h; the systemd unit does not restart on it. */
    public static final int EXIT_CONFIG = 78;

    private final Surroundings surroundings;
    private final List<ConfigCheck> checks;
    private final boolean onTerminal;

    @Mixin
    private ConfigOption config;

    @Option(names = "--online", description = "Tries each camera and the broker too.")
    private boolean online;

    @Option(names = "--json", description = "Prints a JSON line for each problem to standard output, and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /**
     * @param checks run in this order once the file itself is without a problem
     * @param onTerminal whether a person looks on at standard error and is told what is being done
     */
    public CheckCommand(Surroundings surroundings, List<ConfigCheck> checks, boolean onTerminal) {
        this.surroundings = surroundings;
        this.checks = List.copyOf(checks);
        this.onTerminal = onTerminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        Path file = config.file(surroundings);
        Loaded loaded = new ConfigReader(surroundings).load(file);
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        if (loaded.config().isPresent()) {
            for (ConfigCheck check : checks) {
                if (online || !check.online()) {
                    run(check, loaded.config().get(), loaded.problems(), out, err);
                }
            }
        }
        List<Problem> problems = loaded.problems().sorted();
        if (problems.isEmpty() && !json) {
            loaded.config().ifPresent(read -> summary(file, read, out));
            out.flush();
        }
        return print(problems, json, out, err);
    }

    /**
     * Prints all problems, in JSON to {@code out} or for people to {@code err}.
     *
     * @return the exit code
     */
    public static int print(List<Problem> problems, boolean json, PrintWriter out, PrintWriter err) {
        if (json) {
            problems.forEach(problem -> out.println(jsonLine(problem)));
        } else if (!problems.isEmpty()) {
            problems.forEach(err::println);
            err.println(problems.size() == 1 ? "1 problem" : problems.size() + " problems");
        }
        out.flush();
        err.flush();
        return problems.isEmpty() ? 0 : EXIT_CONFIG;
    }

    private void run(ConfigCheck check, VigilConfig read, Problems problems, PrintWriter out, PrintWriter err)
            throws InterruptedException {
        progress(err, "looking at the " + check.title() + " …");
        List<String> lines = new ArrayList<>();
        try {
            check.check(read, problems, lines::add);
        } finally {
            progress(err, "");
        }
        if (!json) {
            lines.forEach(out::println);
            out.flush();
        }
    }

    /** Writes over the terminal's line. */
    private void progress(PrintWriter err, String line) {
        if (onTerminal && !json) {
            err.print("\r\u001b[K" + line);
            err.flush();
        }
    }

    private static String jsonLine(Problem problem) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("file", problem.file());
        line.put("line", problem.line());
        line.put("column", problem.column());
        line.put("path", problem.path());
        line.put("message", problem.message());
        return line.toString();
    }

    private static void summary(Path file, VigilConfig config, PrintWriter out) {
        out.println(file + " is fine");
        out.println("  node    " + config.node());
        out.println("  broker  " + Masked.uri(config.mqtt().broker()));
        config.models().values().forEach(model -> {
            Stream<String> cameras = config.cameras().stream()
                    .filter(camera -> camera.model().equals(model.name()))
                    .map(CameraConfig::name);
            Stream<String> before = config.models().values().stream()
                    .filter(other ->
                            other.then() != null && other.then().model().equals(model.name()))
                    .map(other -> "crops of " + other.name());
            String users = Stream.concat(cameras, before).collect(Collectors.joining(", "));
            out.println("  model   " + model.name() + "  " + model.file() + "  for "
                    + (users.isEmpty() ? "no camera" : users));
        });
        config.cameras()
                .forEach(camera -> out.println("  camera  " + camera.name() + "  "
                        + Masked.uri(camera.source().uri())
                        + (camera.enabled() ? "" : "  disabled")));
    }
}
