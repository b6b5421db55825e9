package dev.vigil.mqtt.proof;

import dev.vigil.mqtt.proof.SpeedRun.Figure;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vigil prove mqtt-speed}: as fast as HiveMQ's client, with less garbage. */
@Command(
        name = "mqtt-speed",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Publishes messages of 1 KB to Mosquitto with this client and with HiveMQ's, in turns, each in a process of its own,"
                    + " to the same subscriber: as fast as it goes, and at 1,000 a second. Prints medians with minimum and"
                    + " maximum of all rounds. Ends with 1 where the claim of a line does not hold by the medians."
        },
        footer = {"", "Example: vigil prove mqtt-speed --rounds 5"})
final class SpeedCommand implements Callable<Integer> {
    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--messages",
            paramLabel = "N",
            defaultValue = "200000",
            description = "Of each measurement at full speed, and as many to warm up (default: ${DEFAULT-VALUE}).")
    private int messages;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "Of each measurement at 1,000 messages a second (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--profile",
            paramLabel = "FOLDER",
            description = "Record the publishers' last turns there with Java Flight Recorder, to be read with jfr.")
    private Path profile;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Prove.requireMosquitto(spec.commandLine());
        PrintWriter out = spec.commandLine().getOut();
        List<String> java = new ArrayList<>();
        if (profile != null) {
            Path folder = Files.createDirectories(profile).toAbsolutePath();
            // Its own words must not stand between the publisher's.
            java.add("-Xlog:jfr+startup=error");
            java.add("-XX:StartFlightRecording:settings=profile,dumponexit=true,filename=" + folder.resolve("%s.jfr"));
        }
        Path folder = Files.createTempDirectory("vigil-speed");
        boolean holds = true;
        try (SpeedRun run = new SpeedRun(new SpeedRun.Plan(messages, seconds, java), folder)) {
            for (int i = 0; i < rounds; i++) {
                run.round(i);
                spec.commandLine().getErr().println("round " + (i + 1) + " of " + rounds);
                spec.commandLine().getErr().flush();
            }
            out.printf("%-44s %-26s %-26s %s%n", "median (min..max)", "vigil", "hivemq-mqtt-client", "times as good");
            for (Figure figure : Figure.values()) {
                boolean held = run.times(figure) >= figure.claimed;
                holds &= held;
                out.printf(
                        Locale.ROOT,
                        "%-44s %-26s %-26s %.2f%s%n",
                        figure.words,
                        run.spread(Library.VIGIL, figure),
                        run.spread(Library.HIVEMQ, figure),
                        run.times(figure),
                        held ? "" : ", FAILED: " + figure.claimed + " is claimed");
            }
        }
        out.flush();
        Folders.delete(folder);
        return holds ? 0 : 1;
    }
}
