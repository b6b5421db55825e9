package dev.vigil.app.chaos;

import dev.vigil.app.Durations;
import dev.vigil.app.SpeaksForItself;
import dev.vigil.app.bench.BenchClip;
import dev.vigil.app.soak.SoakPlan;
import dev.vigil.app.soak.TrialOptions;
import dev.vigil.config.Surroundings;
import dev.vigil.source.SourceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code vigil chaos}: whether the daemon gets over all that happens to a box. */
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs a daemon on simulated cameras and a broker (Mosquitto where it is installed), and has one thing after the"
                    + " other go wrong, as a seed decides: cameras, broker, a full or hanging disk, a stepped clock, a"
                    + " starved or stopped process, a full heap, stages that throw, hang or find no memory, kill -9 with a"
                    + " restart. Prints of each when it was noticed, when all cameras' messages came again, and what was dropped by cause.",
            "Ends with 1 when a bound is broken: noticed within 2 s; recovered within 5 s of the fault's end; every frame"
                    + " accounted for at the subscriber, over the daemon's restarts."
        },
        footer = {"", "Examples:", "  vigil chaos --for 10m", "  vigil chaos --for 2m --seed 7 --only kill,hang --json"
        })
public final class ChaosCommand implements Callable<Integer>, SpeaksForItself {
    @Mixin
    private TrialOptions trial;

    @Option(
            names = "--cameras",
            paramLabel = "N",
            defaultValue = "4",
            description = "How many cameras, from 1 to 64 (default: ${DEFAULT-VALUE}).")
    private int cameras;

    @Option(
            names = "--every",
            paramLabel = "TIME",
            converter = Durations.class,
            defaultValue = "3s",
            description = "Mean time from the end of one fault to the next (default: ${DEFAULT-VALUE}).")
    private Duration every;

    @Option(
            names = "--only",
            paramLabel = "KIND",
            split = ",",
            description =
                    "Only faults of these kinds, the first words of what is printed: camera, broker, disk, clock, stop,"
                            + " cpu, kill, throw, starve, hang, heap.")
    private Set<String> only = Set.of();

    @Option(
            names = "--hostile",
            description =
                    "In place of faults, attacks: a camera, a broker, commands, models and configurations that mean harm."
                            + " Ends with 1 when one takes more than 96 MiB, disturbs other cameras for more than 2 s, floods the"
                            + " log. --for, --seed, --every and --only do not count.")
    private boolean hostile;

    @Option(
            names = "--json",
            description =
                    "Print a JSON line for each fault and one for the whole to standard output, and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        if (cameras < 1 || cameras > 64) {
            throw new ParameterException(spec.commandLine(), "--cameras must be 1 to 64, not " + cameras);
        }
        for (String kind : only) {
            if (!Deck.KINDS.contains(kind)) {
                throw new ParameterException(
                        spec.commandLine(), "--only: '" + kind + "' is none of " + String.join(", ", Deck.KINDS));
            }
        }
        if (hostile) {
            return suffer();
        }
        long used = trial.seed();
        Surroundings surroundings = Surroundings.ofProcess();
        Path folder = trial.folder("chaos");
        err.println("seed " + used + ", logs in " + folder);
        err.flush();
        ChaosResult result;
        try (ChaosRun run = new ChaosRun(plan(used, folder, surroundings), only, outcome -> {
            out.print(json ? ChaosReport.json(outcome) + System.lineSeparator() : ChaosReport.line(outcome));
            out.flush();
        })) {
            if (!json) {
                out.print(ChaosReport.head());
                out.flush();
            }
            result = run.run();
        } catch (SourceException | IOException failed) {
            err.println("vigil chaos: " + failed.getMessage());
            err.flush();
            return 1;
        }
        out.print(json ? ChaosReport.json(result, used) + System.lineSeparator() : ChaosReport.text(result));
        out.flush();
        boolean holds = result.broken().isEmpty();
        if (holds) {
            trial.discard(folder);
        }
        return holds ? 0 : 1;
    }

    private int suffer() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Path folder = trial.folder("chaos");
        err.println("logs in " + folder);
        err.flush();
        List<HostileRun.Suffered> all;
        try (HostileRun run = new HostileRun(plan(0, folder, Surroundings.ofProcess()), suffered -> {
            out.print(json ? suffered.json() + System.lineSeparator() : suffered.text());
            out.flush();
        })) {
            if (!json) {
                out.print(HostileRun.Suffered.head());
            }
            all = run.run();
        } catch (SourceException | IOException failed) {
            err.println("vigil chaos: " + failed.getMessage());
            err.flush();
            return 1;
        }
        List<String> broken =
                all.stream().flatMap(suffered -> suffered.broken().stream()).toList();
        broken.forEach(bound -> err.println("BROKEN " + bound));
        err.flush();
        if (broken.isEmpty()) {
            trial.discard(folder);
        }
        return broken.isEmpty() ? 0 : 1;
    }

    private SoakPlan plan(long used, Path folder, Surroundings surroundings) throws IOException, SourceException {
        Path source = surroundings.home().resolve("media/demo-clip.mp4");
        if (!Files.exists(source)) {
            throw new IOException(
                    source + " is not there: the simulated cameras show it; run from a checkout, or from a"
                            + " package that has the demo");
        }
        return new SoakPlan(
                cameras,
                trial.runFor(),
                used,
                every,
                0,
                BenchClip.of(BenchClip.Form.SOAK, source, surroundings.cacheDir()),
                BenchClip.of(BenchClip.Form.SOAK_THEN, source, surroundings.cacheDir()),
                List.of(surroundings.home().resolve("vigil").toString()),
                TrialOptions.environment(ChaosDaemon.javaOptions(folder), surroundings),
                folder);
    }
}
