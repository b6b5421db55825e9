package dev.vigil.app;

import dev.vigil.source.sim.FaultKind;
import dev.vigil.source.sim.FaultScript;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import picocli.CommandLine.Option;

/** What goes wrong with simulated cameras, on the command line. */
final class FaultOptions {
    private static final int COLUMNS = 79;

    @Option(
            names = "--fault",
            paramLabel = "SPEC",
            description = "Something that goes wrong, as told below. Can be given several times.")
    private List<String> specifications = new ArrayList<>();

    @Option(
            names = "--fault-script",
            paramLabel = "FILE",
            description = "The same from a file: one SPEC a line, comments after #.")
    private Path script;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "Decides all that is left to chance. Without it one is drawn; it is told when a fault is random.")
    private Long seed;

    @Option(
            names = "--then",
            paramLabel = "FILE",
            description = "The video that the faults 'change' and 'change-inband' go over to.")
    private Path then;

    /** @throws IllegalArgumentException that says what is wrong and what is allowed */
    FaultScript script() {
        List<String> all = new ArrayList<>(specifications);
        if (script != null) {
            try {
                all.addAll(FaultScript.read(script));
            } catch (IOException unreadable) {
                throw new IllegalArgumentException("--fault-script " + script + " can not be read", unreadable);
            }
        }
        return FaultScript.parse(all, seed == null ? new SplittableRandom().nextInt(1_000_000) : seed);
    }

    /** The second clip; null for none. */
    Path then() {
        return then;
    }

    /** The grammar and all kinds, for the help. */
    static List<String> help() {
        List<String> lines = new ArrayList<>(List.of(
                "",
                "Faults: KIND[=VALUE][@START][+LENGTH][/EVERY][#CAMERA]",
                "  START    since the server's start (default: 0s)",
                "  LENGTH   how long it lasts (default: to the end); kinds with * have none",
                "  EVERY    from one begin to the next (default: it comes once)",
                "  CAMERA   its number from 1 (default: all)",
                "  stall@10s+5s/1m#2 stalls the second camera for 5 s after 10 s, 70 s, 130 s...",
                "",
                "  random[=KIND,KIND...][@START][+LENGTH][/PAUSE][#CAMERA] draws kind, moment and",
                "  length (1 s to 6 s) by --seed, with a PAUSE of 10 s on average between two.",
                "",
                "Kinds, with their usual value ('reset' means that connections end with RST):"));
        for (FaultKind kind : FaultKind.values()) {
            String name = String.format("  %-20s%s ", kind.form(), kind.momentary() ? "*" : " ");
            for (String part : wrapped(kind.effect(), COLUMNS - name.length())) {
                lines.add((name + part).replace("%", "%%")); // picocli takes the text for a format
                name = " ".repeat(name.length());
            }
        }
        return lines;
    }

    private static List<String> wrapped(String text, int columns) {
        List<String> lines = new ArrayList<>();
        String rest = text;
        while (rest.length() > columns) {
            int end = rest.lastIndexOf(' ', columns);
            lines.add(rest.substring(0, end));
            rest = rest.substring(end + 1);
        }
        lines.add(rest);
        return lines;
    }
}
