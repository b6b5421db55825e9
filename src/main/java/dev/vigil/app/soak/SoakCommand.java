package dev.vigil.app.soak;

import dev.vigil.app.Durations;
import dev.vigil.app.Terminal;
import dev.vigil.app.bench.BenchClip;
import dev.vigil.config.Surroundings;
import dev.vigil.source.SourceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code vigil soak}: whether the daemon gets over faults, for as long as it is asked. */
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs a daemon on simulated cameras and a broker (Mosquitto where it is installed), and throws faults at all of"
                    + " them at random. Prints how soon it got over each kind, whether each frame is accounted for at the"
                    + " subscriber, and whether memory, threads or file descriptors grow.",
            "Ends with 1 when a bound is broken: the 99th percentile of recovery, from the fault's end to the first"
                    + " detection captured after it, is at most 3 s for each kind; every fault that lasts is told in the"
                    + " camera's status; ledgers balance to the frame against what came; memory does not grow beyond noise"
                    + " after the warm-up (a fifth of the time, 5 minutes at most); no thread or descriptor more; no camera"
                    + " is disturbed by another's faults."
        },
        footer = {
            "",
            "Examples:",
            "  vigil soak --cameras 8 --for 30m",
            "  vigil soak --for 10m --seed 7 --every 8s --json"
        })
public final class SoakCommand implements Callable<Integer> {
    @Mixin
    private TrialOptions trial;

    @Option(
            names = "--cameras",
            paramLabel = "N",
            defaultValue = "8",
            description = "How many cameras, from 1 to 64 (default: ${DEFAULT-VALUE}).")
    private int cameras;

    @Option(
            names = "--every",
            paramLabel = "TIME",
            converter = Durations.class,
            defaultValue = "15s",
            description = "Mean time from a camera's recovery to its next fault; the broker's is twice that"
                    + " (default: ${DEFAULT-VALUE}).")
    private Duration every;

    @Option(
            names = "--fps",
            paramLabel = "N",
            defaultValue = "2",
            description = "Frames per second of each camera that are inferred, 0 for all (default: ${DEFAULT-VALUE}).")
    private double fps;

    @Option(
            names = "--video",
            paramLabel = "FILE",
            description =
                    "What the cameras show; its keyframes must be at most a second apart (default: the demo clip at"
                            + " 640x360 and 5 frames/s, which is made once).")
    private Path video;

    @Option(names = "--json", description = "Print one JSON object to standard output, and nothing else.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        if (cameras < 1 || cameras > 64) {
            throw new ParameterException(spec.commandLine(), "--cameras must be 1 to 64, not " + cameras);
        }
        if (!(fps >= 0 && fps <= 1000)) {
            throw new ParameterException(spec.commandLine(), "--fps must be 0 to 1000, not " + fps);
        }
        long used = trial.seed();
        Surroundings surroundings = Surroundings.ofProcess();
        Path folder = trial.folder("soak");
        err.println("seed " + used + ", logs in " + folder);
        err.flush();
        SoakResult result;
        try {
            Path source = surroundings.home().resolve("media/demo-clip.mp4");
            Path clip = video != null
                    ? video.toAbsolutePath()
                    : BenchClip.of(BenchClip.Form.SOAK, source, surroundings.cacheDir());
            Path then = BenchClip.of(BenchClip.Form.SOAK_THEN, source, surroundings.cacheDir());
            result = run(new SoakPlan(
                    cameras,
                    trial.runFor(),
                    used,
                    every,
                    fps,
                    clip,
                    then,
                    List.of(surroundings.home().resolve("vigil").toString()),
                    TrialOptions.environment(SoakPlan.javaOptions(folder), surroundings),
                    folder));
        } catch (SourceException | IOException failed) {
            err.println("vigil soak: " + failed.getMessage());
            err.flush();
            return 1;
        }
        SoakReport report = new SoakReport(result);
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? report.json().put("seed", used) + System.lineSeparator() : report.text());
        out.flush();
        boolean holds = result.broken().isEmpty();
        if (holds) {
            trial.discard(folder);
        }
        return holds ? 0 : 1;
    }

    private SoakResult run(SoakPlan plan) throws IOException, InterruptedException, SourceException {
        PrintWriter err = spec.commandLine().getErr();
        boolean live = Terminal.onError();
        Consumer<String> progress = line -> {
            if (live) {
                err.print("\r" + line + "\u001b[K");
                err.flush();
            }
        };
        try (SoakRun run = new SoakRun(plan, progress)) {
            return run.run();
        } finally {
            if (live) {
                err.println();
                err.flush();
            }
        }
    }
}
