package dev.vigil.mqtt.proof;

import dev.vigil.app.Logging;
import dev.vigil.source.proof.ClockProofCommand;
import dev.vigil.source.proof.IngestFuzzCommand;
import dev.vigil.source.proof.ReconnectCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code vigil prove}: what is claimed of the MQTT client and of the ingest, shown. */
@Command(
        name = "vigil prove",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what is claimed of the MQTT client, with Mosquitto (apt-get install mosquitto), and of reading cameras. Ends"
                    + " with 0 when it holds, 1 when not, 2 for wrong usage."
        },
        footer = {"", "Example: vigil prove mqtt-chaos --cuts 20 --messages 2000"},
        synopsisSubcommandLabel = "COMMAND")
public final class Prove implements Runnable {
    private static final Path MOSQUITTO = Path.of("/usr/sbin/mosquitto");

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    private Prove() {}

    /** @throws CommandLine.ExecutionException with what to install */
    static void requireMosquitto(CommandLine line) {
        if (Files.notExists(MOSQUITTO)) {
            throw new CommandLine.ExecutionException(line, MOSQUITTO + " is missing: apt-get install mosquitto");
        }
    }

    public static void main(String[] args) {
        Logging.setUp(false, true);
        System.exit(commandLine().execute(args));
    }

    /** The whole command line, as the documents' test reads it too. */
    public static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Prove())
                .addSubcommand(new ChaosCommand())
                .addSubcommand(new SpeedCommand())
                .addSubcommand(new FuzzCommand())
                .addSubcommand(new ClockProofCommand())
                .addSubcommand(new ReconnectCommand())
                .addSubcommand(new IngestFuzzCommand())
                .setOut(new PrintWriter(System.out, false, StandardCharsets.UTF_8));
        // What to install stands in one line; what broke in the middle needs its place.
        return line.setExecutionExceptionHandler((error, at, parsed) -> {
            if (error instanceof CommandLine.ExecutionException) {
                at.getErr().println("vigil prove: " + error.getMessage());
            } else {
                error.printStackTrace(at.getErr());
            }
            return 1;
        });
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Missing command");
    }
}
