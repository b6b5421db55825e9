package dev.vigil.source.proof;

import dev.vigil.app.Durations;
import dev.vigil.frame.ClockStatus;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vigil prove clock}: capture times are right. */
@Command(
        name = "clock",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Reads simulated cameras whose pictures bear their number in black and white, and whose clocks drift, are set,"
                    + " jump, or fall silent six seconds after the start, and compares each picture's capture time and age"
                    + " with when the camera took that picture. Ends with 1 when a capture time is off by more than 5 ms, or"
                    + " more than one in a hundred ages, or, where timestamps jump, capture times."
        },
        footer = {"", "Example: vigil prove clock --for 30s"})
public final class ClockProofCommand implements Callable<Integer> {
    static final double ERROR_MAX_MS = 5;
    private static final int RIGHT_PICTURES = ClockProofRun.pictures(Duration.ofSeconds(6));

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = Durations.class,
            defaultValue = "30s",
            description = "After the clocks went wrong. Default: ${DEFAULT-VALUE}.")
    private Duration time;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Path clip = Files.createTempFile("vigil-clock-", ".mp4");
        try {
            ClockProofClip.write(clip);
            try (ClockProofRun run = new ClockProofRun(clip)) {
                int pictures = RIGHT_PICTURES + ClockProofRun.pictures(time);
                boolean enough = await(run, RIGHT_PICTURES);
                run.happen();
                enough &= await(run, pictures);
                return print(run, out) && enough ? 0 : 1;
            }
        } finally {
            Files.delete(clip);
        }
    }

    private static boolean await(ClockProofRun run, int pictures) {
        long missing = pictures - run.pictures();
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10 + 2 * missing / ClockProofClip.FPS);
        while (run.pictures() < pictures && System.nanoTime() - endNs < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        return run.pictures() >= pictures;
    }

    private static boolean print(ClockProofRun run, PrintWriter out) {
        String form = "%-28s %8s  %-22s %8s %8s  %8s %8s  %10s %9s  %s%n";
        out.printf(
                form,
                "what happens",
                "pictures",
                "clocks",
                "captured",
                "ms off",
                "age",
                "ms off",
                "drift",
                "told ±",
                "within told");
        out.printf(form, "", "", "", "p99", "max", "p99", "max", "ppm", "ms", "");
        boolean holds = true;
        for (ClockProofCamera camera : run.cameras()) {
            ClockStatus status = camera.status();
            Long uncertaintyUs = status == null ? null : status.uncertaintyUs();
            out.printf(
                    form,
                    camera.happens.shown,
                    camera.pictures(),
                    camera.clocks().stream().map(clock -> clock.label()).collect(Collectors.joining(" ")),
                    ms(camera.captureErrorMs(0.99)),
                    ms(camera.captureErrorMs(1)),
                    ms(camera.ageErrorMs(0.99)),
                    ms(camera.ageErrorMs(1)),
                    status == null || status.driftPpm() == null
                            ? "-"
                            : String.format(Locale.ROOT, "%.1f", status.driftPpm()),
                    uncertaintyUs == null ? "-" : ms(uncertaintyUs / 1e3),
                    String.format(Locale.ROOT, "%.1f %%", 100 * (1 - camera.beyondUncertainty())));
            double most = camera.happens.byWay() ? 0.99 : 1;
            holds &= camera.unread() == 0 && camera.captureErrorMs(most) <= ERROR_MAX_MS;
            holds &= camera.ageErrorMs(0.99) <= ERROR_MAX_MS;
        }
        out.println(holds ? "holds: within 5 ms" : "FAILED");
        out.flush();
        return holds;
    }

    private static String ms(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
