package dev.vigil.mqtt.proof;

import dev.vigil.mqtt.MqttOptions.Protocol;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code vigil prove mqtt-chaos}: no message is lost, whatever is cut. */
@Command(
        name = "mqtt-chaos",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Publishes numbered messages of QoS 1 from a process of its own to Mosquitto, while the broker, the connection and"
                    + " the publisher are cut down at random. A subscriber of another make, which tells duplicates apart,"
                    + " must see each message, in order per topic; otherwise this ends with 1."
        },
        footer = {"", "Example: vigil prove mqtt-chaos --cuts 200 --messages 20000"})
final class ChaosCommand implements Callable<Integer> {
    @Option(names = "--cuts", paramLabel = "N", defaultValue = "200", description = "Default: ${DEFAULT-VALUE}.")
    private int cuts;

    @Option(names = "--messages", paramLabel = "N", defaultValue = "20000", description = "Default: ${DEFAULT-VALUE}.")
    private int messages;

    @Option(names = "--topics", paramLabel = "N", defaultValue = "8", description = "Default: ${DEFAULT-VALUE}.")
    private int topics;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "500",
            description = "Messages a second while nothing is cut (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--protocol",
            defaultValue = "MQTT_5",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Protocol protocol;

    @Option(
            names = "--kinds",
            split = ",",
            paramLabel = "KIND",
            description = "Cuts to make, of ${COMPLETION-CANDIDATES} (default: all).")
    private Set<Cut> kinds = EnumSet.allOf(Cut.class);

    @Option(
            names = "--logs",
            paramLabel = "FOLDER",
            description = "Keep what publishers and broker say and store (default: only when it fails).")
    private Path logs;

    @Option(
            names = "--memory",
            description =
                    "The publisher has no outbox on disk: a new one goes on after the last message that was acknowledged.")
    private boolean memory;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of an earlier run, for the same cuts at the same messages.")
    private Long seed;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Prove.requireMosquitto(spec.commandLine());
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        long used = seed != null ? seed : ThreadLocalRandom.current().nextLong(1_000_000_000);
        var plan = new ChaosRun.Plan(cuts, messages, topics, rate, protocol, List.copyOf(kinds), !memory, used);
        out.println("seed         " + used + ", " + protocol + (memory ? ", in memory" : ", outbox on disk"));
        out.flush();
        Path folder = logs == null
                ? Files.createTempDirectory("vigil-chaos")
                : Files.createTempDirectory(Files.createDirectories(logs).toAbsolutePath(), "chaos");
        ChaosResult result;
        try (ChaosRun run = new ChaosRun(plan, folder, line -> {
            err.println(line);
            err.flush();
        })) {
            result = run.run();
        }
        result.lines().forEach(out::println);
        out.println(result.holds() ? "holds        each message arrived, in order" : "FAILED       logs: " + folder);
        out.flush();
        if (result.holds() && logs == null) {
            Folders.delete(folder);
        }
        return result.holds() ? 0 : 1;
    }
}
